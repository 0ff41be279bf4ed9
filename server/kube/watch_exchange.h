// A watch.
#ifndef LEADERSHIP_BROKER_KUBE_WATCH_EXCHANGE_H_
#define LEADERSHIP_BROKER_KUBE_WATCH_EXCHANGE_H_

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/kube/api.h"
#include "server/kube/exchange.h"
#include "server/kube/outcome.h"
#include "server/kube/watch_decoder.h"

namespace leadership_broker::kube {

template <typename Object>
class WatchExchange : public Exchange {
 public:
  WatchExchange(const Connection& connection, ApiRequest request, WatchObserver<Object>* observer)
      : Exchange(connection, std::move(request)), observer_(observer) {}

 private:
  using Event = typename WatchDecoder<Object>::Event;

  void OnAccepted() override { observer_->OnOpen(); }

  void OnChunk(absl::string_view chunk) override {
    decoder_.Feed(chunk);
    const std::weak_ptr<const bool> alive = alive_;
    while (!alive.expired()) {
      const absl::Duration began = Now();
      absl::StatusOr<std::optional<Event>> event = decoder_.Next();
      if (!event.ok()) return EndUnreadable(event.status().message());
      if (!event->has_value()) return;
      if (const auto* error = std::get_if<ErrorEvent>(&**event)) {
        return End(OutcomeOfErrorEvent(what(), head(), error->status));
      }
      Tell(**std::move(event), Now() - began);
    }
  }

  void OnEnded(Outcome outcome) override {
    if (outcome.ok() && decoder_.HasRest()) {
      outcome = OutcomeOfUnreadable(what(), head(), "the stream ended in the middle of an event");
    }
    ReportWatchEnd(outcome);
    observer_->OnEnd(std::move(outcome));
  }

  // May destroy the exchange.
  void Tell(Event event, absl::Duration decoding) {
    if (auto* object = std::get_if<ObjectEvent<Object>>(&event)) {
      ReportEvent(WatchEventName(object->kind), object->object.metadata().name(), decoding);
      observer_->OnEvent(object->kind, std::move(object->object));
    } else {
      ReportEvent("BOOKMARK", "", decoding);
      observer_->OnBookmark(std::get<BookmarkEvent>(event).resource_version);
    }
  }

  WatchObserver<Object>* const observer_;
  WatchDecoder<Object> decoder_;
  // Expires with the exchange.
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_WATCH_EXCHANGE_H_
