#include "examples/demo/picture.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace leadership_broker::demo {
namespace {

using leadership::v1::Leadership;

constexpr size_t kLinesKept = 8;
constexpr size_t kWidth = 110;

std::string StateOf(const Leadership& told) { return Leadership::State_Name(told.state()).substr(6); }

std::string Row(const std::string& pod, const Leadership& told) {
  return absl::StrFormat("  %-8s %-10s %6d   %s", pod, StateOf(told), told.fencing_token(), told.message());
}

std::string Cut(std::string line) {
  if (line.size() > kWidth) line = line.substr(0, kWidth - 3) + "...";
  return line;
}

}  // namespace

void Picture::Show(const std::string& pod, const Leadership& told) {
  const std::lock_guard<std::mutex> lock(mutex_);
  rows_[pod] = told;
  if (in_place_) {
    Draw();
  } else {
    std::printf("%s\n", Row(pod, told).c_str());
    std::fflush(stdout);
  }
}

void Picture::Remove(const std::string& pod) {
  const std::lock_guard<std::mutex> lock(mutex_);
  rows_.erase(pod);
}

void Picture::Say(const std::string& line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lines_.push_back(absl::StrCat(absl::FormatTime("%H:%M:%E3S", absl::Now(), absl::LocalTimeZone()), "  ", line));
  if (lines_.size() > kLinesKept) lines_.pop_front();
  if (in_place_) {
    Draw();
  } else {
    std::printf("%s\n", lines_.back().c_str());
    std::fflush(stdout);
  }
}

void Picture::Draw() {
  std::string out;
  // Back to the first of our lines; each is then cleared as it is written.
  if (drawn_ > 0) absl::StrAppend(&out, "\x1b[", drawn_, "A");
  drawn_ = 0;
  const auto line = [&](const std::string& text) {
    absl::StrAppend(&out, "\r\x1b[K", text, "\n");
    ++drawn_;
  };
  line(absl::StrFormat("  %-8s %-10s %6s   %s", "POD", "STATE", "TOKEN", "WHAT ITS APP IS TOLD"));
  for (const auto& [pod, told] : rows_) {
    const bool leads = told.state() == Leadership::STATE_LEADER;
    line(absl::StrCat(leads ? "\x1b[1;32m" : "", Cut(Row(pod, told)), leads ? "\x1b[0m" : ""));
  }
  line("");
  for (const std::string& text : lines_) line(Cut(text));
  absl::StrAppend(&out, "\x1b[J");
  std::fputs(out.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace leadership_broker::demo
