#include "tests/control_plane/chaos/store_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "curl/curl.h"
#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::chaos {
namespace {

using Json = nlohmann::json;

uint64_t Number(const Json& text) {
  uint64_t number = 0;
  return text.is_string() && absl::SimpleAtoi(text.get<std::string>(), &number) ? number : 0;
}

std::string Decoded(const Json& key_value, const char* field) {
  std::string text;
  absl::Base64Unescape(key_value.value(field, ""), &text);
  return text;
}

int GiveUp(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<std::atomic<bool>*>(stop) ? 1 : 0;
}

}  // namespace

StoreWatch::StoreWatch(std::string etcd_url, std::string namespace_name, std::string lock, Recorder* recorder)
    : url_(std::move(etcd_url) + "/v3/watch"),
      // One watch over both, and what lies between, gives one order.
      first_key_(absl::StrCat("/registry/configmaps/", namespace_name, "/")),
      last_key_(absl::StrCat("/registry/pods/", namespace_name, "0")),
      lock_key_(first_key_ + std::move(lock)),
      pods_(absl::StrCat("/registry/pods/", namespace_name, "/")),
      recorder_(recorder),
      thread_(&StoreWatch::Run, this) {}

StoreWatch::~StoreWatch() {
  stop_ = true;
  thread_.join();
}

void StoreWatch::WaitFor(uint64_t revision) const {
  testing::Require(testing::Eventually([&] { return seen_ >= revision; }), "etcd's watch does not come to the end");
}

void StoreWatch::Run() {
  while (!stop_) {
    WatchOnce();
    absl::SleepFor(absl::Milliseconds(50));
  }
}

void StoreWatch::WatchOnce() {
  const Json request = {{"create_request",
                         {{"key", absl::Base64Escape(first_key_)},
                          {"range_end", absl::Base64Escape(last_key_)},
                          {"start_revision", std::to_string(seen_ + 1)},
                          {"prev_kv", true}}}};
  const std::string body = request.dump();
  unread_.clear();
  CURL* const curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &StoreWatch::Received);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &GiveUp);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop_);
  curl_easy_perform(curl);
  curl_easy_cleanup(curl);
}

size_t StoreWatch::Received(char* data, size_t size, size_t count, void* self) {
  auto* const watch = static_cast<StoreWatch*>(self);
  watch->unread_.append(data, size * count);
  size_t end = 0;
  while ((end = watch->unread_.find('\n')) != std::string::npos) {
    watch->Read(watch->unread_.substr(0, end));
    watch->unread_.erase(0, end + 1);
  }
  return size * count;
}

void StoreWatch::Read(const std::string& line) {
  const Json message = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!message.is_object() || !message.contains("result")) return;
  uint64_t newest = seen_;
  for (const Json& event : message["result"].value("events", Json::array())) {
    const Json& key_value = event.at("kv");
    const std::string key = Decoded(key_value, "key");
    const uint64_t revision = Number(key_value.value("mod_revision", Json()));
    newest = std::max(newest, revision);
    const bool is_pod = key.rfind(pods_, 0) == 0;
    if (!is_pod && key != lock_key_) continue;
    const bool removed = event.value("type", "") == "DELETE";
    // The kv of a removal is empty but for the key.
    Json object = Json::parse(Decoded(removed ? event.value("prev_kv", Json::object()) : key_value, "value"), nullptr,
                              /*allow_exceptions=*/false);
    testing::Require(object.is_object(), "etcd holds no JSON under " + key);
    object["metadata"].erase("managedFields");
    recorder_->Note(is_pod ? "pod" : "lock", {{"revision", revision}, {"removed", removed}, {"object", object}});
  }
  seen_ = newest;
}

}  // namespace leadership_broker::chaos
