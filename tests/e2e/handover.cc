#include "tests/e2e/handover.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

std::map<std::string, std::vector<absl::Duration>>& Figures() {
  static auto* const figures = new std::map<std::string, std::vector<absl::Duration>>();
  return *figures;
}

uint64_t Number(const std::string& token) {
  uint64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(token, &number)) << "the token " << token;
  return number;
}

}  // namespace

Presence::Presence(const RealCluster& cluster, const Pod& pod)
    : thread_([this, admin = std::make_unique<AdminClient>(cluster.Url(), cluster.CaFile(), cluster.AdminToken()),
               path = pod.Path(), uid = pod.uid()] { Poll(admin.get(), path, uid); }) {}

Presence::~Presence() {
  stop_ = true;
  thread_.join();
}

void Presence::Poll(AdminClient* admin, const std::string& path, const std::string& uid) {
  while (!stop_ && !gone_) {
    const absl::Time sent = absl::Now();
    const HttpAnswer answer = admin->Get(path);
    if (answer.status == 200 && answer.body["metadata"]["uid"] == uid) {
      last_there_ = absl::ToUnixNanos(sent);
    } else if (answer.status == 404 || answer.status == 200) {
      gone_ = true;
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
}

absl::Time Presence::WaitGone() {
  EXPECT_TRUE(Eventually([this] { return gone_.load(); })) << "the pod's object stays";
  return absl::FromUnixNanos(last_there_);
}

Handover::Handover(Stage* stage, const Pod& leader)
    : stage_(stage),
      leader_(leader),
      led_(leader.Latest()),
      began_(absl::Now()),
      presence_(stage->lab().cluster(), leader) {}

void Handover::ExpectInOrder(const std::string& figure) {
  const bool told = Eventually([&] {
    if (!successor_) successor_ = stage_->Holder();
    if (successor_ && successor_->uid() == leader_.uid()) successor_.reset();
    return successor_ && successor_->Leads();
  });
  ASSERT_TRUE(told) << "nobody came to lead after " << leader_.Describe()
                    << (successor_ ? successor_->Describe() : "no holder");
  const std::optional<Told> won = successor_->FirstTold("STATE_LEADER", began_);
  const std::string story = "the leader " + leader_.Describe() + "the successor " + successor_->Describe();

  absl::Time last = absl::InfinitePast();
  for (const char* container : {"app", "witness", "leadership-broker"}) {
    const absl::Time ended = leader_.WaitEnded(container);
    EXPECT_GT(won->time, ended) << "told before " << container << " had ended: " << story;
    last = std::max(last, ended);
  }
  EXPECT_NE(won->lock_uid, led_.lock_uid) << story;
  EXPECT_GT(Number(won->token), Number(led_.token)) << story;
  told_ = won->time;
  AddFigure(figure, won->time - last);
}

absl::Duration Handover::WaitGone() { return presence_.WaitGone() - told_; }

void AddFigure(const std::string& figure, absl::Duration value) {
  Figures()[figure].push_back(value);
  std::cout << "figure: " << figure << ": " << absl::FormatDuration(absl::Trunc(value, absl::Milliseconds(1)))
            << std::endl;
}

void ReportFigures() {
  for (auto& [figure, values] : Figures()) {
    std::sort(values.begin(), values.end());
    const auto shown = [](absl::Duration value) {
      return absl::FormatDuration(absl::Trunc(value, absl::Milliseconds(1)));
    };
    std::cout << "figures: " << figure << ": p50 " << shown(values[values.size() / 2]) << ", " << shown(values.front())
              << " to " << shown(values.back()) << ", n = " << values.size() << std::endl;
  }
}

}  // namespace leadership_broker::testing
