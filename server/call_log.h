// With --log-level=debug: a line for every call to the API server and every event of its watches, whatever else is told
// of it. With the lines that tell what is told, these are the trace points of a takeover (docs/operations.md).
#ifndef LEADERSHIP_BROKER_CALL_LOG_H_
#define LEADERSHIP_BROKER_CALL_LOG_H_

#include "server/kube/call_observer.h"

namespace leadership_broker {

// As CallObserver.
class CallLog : public kube::CallObserver {
 public:
  // `next` is told of the same; it must outlive this.
  explicit CallLog(kube::CallObserver* next) : next_(next) {}

  void OnSent(absl::string_view what) override;
  void OnEvent(absl::string_view type, absl::string_view resource, absl::string_view name,
               absl::Duration decoding) override;
  void OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration took) override;
  void OnWatchEnd(absl::string_view resource, const kube::Outcome& outcome) override;

 private:
  kube::CallObserver* const next_;
};

}  // namespace leadership_broker

#endif  // LEADERSHIP_BROKER_CALL_LOG_H_
