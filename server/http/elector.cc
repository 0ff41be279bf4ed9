#include "server/http/elector.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/http/elector.pb.h"
#include "server/http/json.h"

namespace leadership_broker::http {
namespace {

using leadership::v1::Leadership;

std::string Say(const std::string& name) {
  ElectorAnswer answer;
  answer.set_name(name);
  return ToJson(answer);
}

using NameOf = std::function<std::string(const status::Snapshot*)>;

class ElectorSource : public EventSource {
 public:
  ElectorSource(status::Hub* hub, NameOf name_of, std::function<void()> on_ready)
      : name_of_(std::move(name_of)), subscription_(hub->Subscribe(std::move(on_ready))) {}

  Next Take() override {
    while (true) {
      const status::Hub::Next next = subscription_->Take();
      if (next.closed) return {"", true};
      if (next.snapshot == nullptr && said_.has_value()) return {};
      std::string name = name_of_(next.snapshot.get());
      if (said_ == name) continue;
      said_ = std::move(name);
      return {Event(Say(*said_)), false};
    }
  }

 private:
  const NameOf name_of_;
  std::optional<std::string> said_;
  const std::unique_ptr<status::Hub::Subscription> subscription_;
};

// The hub that is asked for, or null and the answer that says why not.
status::Hub* Find(const status::NamedHubs& hubs, const Request& request, Answer* refusal) {
  const std::optional<std::string> name = request.Query("lock");
  if (!name.has_value() && hubs.size() == 1) return hubs.front().hub;
  for (const status::NamedHub& entry : hubs) {
    if (name == entry.name) return entry.hub;
  }
  const std::string known = absl::StrJoin(
      hubs, ", ", [](std::string* out, const status::NamedHub& entry) { absl::StrAppend(out, entry.name); });
  refusal->status = name.has_value() ? 404 : 400;
  refusal->body = name.has_value() ? absl::StrCat("no such lock here: this broker stands for ", known, "\n")
                                   : absl::StrCat("name the lock, as in ?lock=", hubs.front().name,
                                                  ": this broker stands for ", known, "\n");
  return nullptr;
}

}  // namespace

std::string LeaderName(const status::Snapshot* newest, const std::string& own_name, absl::Duration now) {
  if (newest == nullptr) return "";
  const Leadership& told = newest->leadership;
  const std::string& self = told.self().name().empty() ? own_name : told.self().name();
  switch (told.state()) {
    case Leadership::STATE_LEADER:
      return now < newest->trusted_until ? self : "";
    case Leadership::STATE_STANDBY:
    case Leadership::STATE_INELIGIBLE:
      return told.api_connected() && told.leader().name() != self ? told.leader().name() : "";
    default:
      return "";
  }
}

Handlers ElectorHandlers(status::NamedHubs hubs, std::string own_name, std::function<absl::Duration()> now) {
  const auto locks = std::make_shared<const status::NamedHubs>(std::move(hubs));
  const NameOf name_of = [own_name = std::move(own_name), now = std::move(now)](const status::Snapshot* newest) {
    return LeaderName(newest, own_name, now());
  };
  return {{"/",
           [locks, name_of](const Request& request) {
             Answer answer;
             const status::Hub* const hub = Find(*locks, request, &answer);
             if (hub == nullptr) return answer;
             answer.content_type = "application/json";
             answer.body = Say(name_of(hub->Latest().get()));
             return answer;
           }},
          {"/sse", [locks, name_of](const Request& request) {
             Answer answer;
             status::Hub* const hub = Find(*locks, request, &answer);
             if (hub == nullptr) return answer;
             answer.events = [hub, name_of](std::function<void()> on_ready) {
               return std::make_unique<ElectorSource>(hub, name_of, std::move(on_ready));
             };
             return answer;
           }}};
}

Limits ElectorLimits() {
  Limits limits;
  limits.connections_of_an_address = limits.connections;
  limits.streams.streams = 32;
  return limits;
}

}  // namespace leadership_broker::http
