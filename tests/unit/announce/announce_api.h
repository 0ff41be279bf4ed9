// An AnnounceApi that keeps what is asked of it, for the test to answer.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_ANNOUNCE_ANNOUNCE_API_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_ANNOUNCE_ANNOUNCE_API_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "server/kube/announce_api.h"

namespace leadership_broker::testing {

class RecordingAnnounceApi : public kube::AnnounceApi {
 public:
  struct Request {
    // "create LeaderElected on Pod me", "count 2", "label me=leader", "unlabel other", "list SELECTOR".
    std::string what;
    kube::Event event;
    std::string name;
    std::string uid;
    kube::DoneCallback done;
    kube::ListCallback<kube::Pod> listed;
  };

  loop::Handle CreateEvent(const kube::Event& event, kube::DoneCallback callback) override {
    const std::string what =
        absl::StrCat("create ", event.reason(), " on ", event.regarding().kind(), " ", event.regarding().name());
    requests.push_back({what, event, event.metadata().name(), "", std::move(callback), {}});
    return nullptr;
  }
  loop::Handle PatchEventSeries(const std::string&, const std::string& name, const kube::EventSeries& series,
                                kube::DoneCallback callback) override {
    requests.push_back({absl::StrCat("count ", series.count()), {}, name, "", std::move(callback), {}});
    return nullptr;
  }
  loop::Handle LabelPod(const kube::PodName& pod, const std::string&, const std::optional<std::string>& value,
                        kube::DoneCallback callback) override {
    const std::string what = value.has_value() ? absl::StrCat("label ", pod.name, "=", *value) : "unlabel " + pod.name;
    requests.push_back({what, {}, pod.name, pod.uid, std::move(callback), {}});
    return nullptr;
  }
  loop::Handle List(const kube::Selector& selector, kube::ListCallback<kube::Pod> callback) override {
    requests.push_back({absl::StrCat("list ", selector.label_selector), {}, "", "", {}, std::move(callback)});
    return nullptr;
  }

  std::vector<std::string> Whats() const {
    std::vector<std::string> whats;
    for (const Request& request : requests) whats.push_back(request.what);
    return whats;
  }
  // Answers the last one.
  void Answer(kube::Outcome outcome = {}) {
    const kube::DoneCallback done = std::exchange(requests.back().done, nullptr);
    done(std::move(outcome));
  }
  void Answer(absl::StatusCode code, const std::string& message = "refused") {
    kube::Outcome outcome;
    outcome.status = absl::Status(code, message);
    Answer(std::move(outcome));
  }
  void AnswerList(std::vector<kube::Pod> pods, absl::Status status = absl::OkStatus()) {
    kube::Listing<kube::Pod> listing;
    listing.outcome.status = std::move(status);
    listing.items = std::move(pods);
    const auto listed = std::exchange(requests.back().listed, nullptr);
    listed(std::move(listing));
  }

  std::vector<Request> requests;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_ANNOUNCE_ANNOUNCE_API_H_
