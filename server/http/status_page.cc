#include "server/http/status_page.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "server/config/version.h"
#include "server/http/json.h"
#include "server/http/page.h"
#include "server/http/status_page.pb.h"
#include "server/status/set_time.h"

namespace leadership_broker::http {
namespace {

using status::SetTime;
using WallClock = std::function<absl::Time()>;

void AddChange(const status::History::Entry& entry, LockStatus* status) {
  const leadership::v1::Leadership& told = entry.told->leadership;
  Change& change = *status->add_changes();
  SetTime(entry.at, change.mutable_at());
  change.set_state(told.state());
  change.set_reason(told.reason());
  change.set_message(told.message());
  change.set_leader(told.leader().name());
  change.set_fencing_token(told.fencing_token());
}

// One page's connection.
class PageSource : public EventSource {
 public:
  PageSource(const status::NamedHubs& hubs, status::History* history, WallClock wall_clock,
             const std::function<void()>& on_ready)
      : history_(history), wall_clock_(std::move(wall_clock)) {
    for (const status::NamedHub& entry : hubs) locks_.push_back({entry.hub, entry.hub->Subscribe(on_ready)});
  }

  Next Take() override {
    Next all;
    all.ended = true;
    for (Lock& lock : locks_) {
      status::Hub::Next next = lock.subscription->Take();
      for (; next.snapshot != nullptr; next = lock.subscription->Take()) {
        // It may not have come to the observers yet.
        history_->Told(next.snapshot);
        all.text += Say(next.snapshot->leadership, &lock);
      }
      all.ended = all.ended && next.closed;
    }
    return all;
  }

  std::string KeepAlive() override {
    std::string all;
    for (Lock& lock : locks_) {
      if (const status::SnapshotPtr latest = lock.hub->Latest()) all += Say(latest->leadership, &lock);
    }
    return all.empty() ? EventSource::KeepAlive() : all;
  }

 private:
  struct Lock {
    status::Hub* hub;
    std::unique_ptr<status::Hub::Subscription> subscription;
    // The newest change that was said; 0: none.
    uint64_t said_revision = 0;
  };

  std::string Say(const leadership::v1::Leadership& told, Lock* lock) const {
    LockStatus status;
    SetTime(wall_clock_(), status.mutable_now());
    status.set_version(config::Version());
    *status.mutable_leadership() = told;
    const std::vector<status::History::Entry> entries = history_->Of(told.lock().name());
    if (!entries.empty() && entries.back().told->leadership.revision() != lock->said_revision) {
      lock->said_revision = entries.back().told->leadership.revision();
      for (const status::History::Entry& entry : entries) AddChange(entry, &status);
    }
    return Event(ToJson(status));
  }

  status::History* const history_;
  const WallClock wall_clock_;
  std::vector<Lock> locks_;
};

// Nothing from elsewhere, and no other script than the page's own.
std::string ContentSecurityPolicy() {
  return absl::StrCat("default-src 'none'; connect-src 'self'; img-src data:; style-src '", kPageStyleHash,
                      "'; script-src '", kPageScriptHash,
                      "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

}  // namespace

Handlers StatusPageHandlers(status::NamedHubs hubs, status::History* history, WallClock wall_clock) {
  return {{"/",
           [policy = ContentSecurityPolicy()](const Request&) {
             Answer answer;
             answer.content_type = "text/html; charset=utf-8";
             answer.body = kPage;
             answer.headers = {{"Content-Security-Policy", policy}, {"Referrer-Policy", "no-referrer"}};
             return answer;
           }},
          {"/events", [hubs = std::move(hubs), history, wall_clock = std::move(wall_clock)](const Request&) {
             Answer answer;
             answer.events = [hubs, history, wall_clock](const std::function<void()>& on_ready) {
               return std::make_unique<PageSource>(hubs, history, wall_clock, on_ready);
             };
             return answer;
           }}};
}

}  // namespace leadership_broker::http
