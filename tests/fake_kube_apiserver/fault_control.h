// The fault switches over HTTP, for tests in other processes. Admin token only.
//
//   GET    /faults       every fault that stands, by number
//   POST   /faults       {"action": …, "verb": …, "resource": …, "namespace": …, "name": …, "pod": …} → {"number": N}
//     a fault that stands: action hang, cut, delay, status, garbage, stream-error, freeze or lag (see FaultAction),
//     with after_effect, count, delay_ms, status, message, retry_after_seconds once, to the watches that run: action
//     cut-watches, fail-watches (with status, message), garble-watches once, to the store: action compact; restore
//     (with revision)
//   DELETE /faults       clears all; DELETE /faults/N one
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAULT_CONTROL_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAULT_CONTROL_H_

#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/faults.h"
#include "tests/fake_kube_apiserver/http_message.h"
#include "tests/fake_kube_apiserver/store.h"
#include "tests/fake_kube_apiserver/watch_stream.h"

namespace leadership_broker::testing::fake {

inline constexpr char kFaultsPath[] = "/faults";

ApiResult ControlFaults(const HttpRequest& request, Faults& faults, WatchStreams& streams, Store& store);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAULT_CONTROL_H_
