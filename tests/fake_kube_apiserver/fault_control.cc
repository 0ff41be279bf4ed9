#include "tests/fake_kube_apiserver/fault_control.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace leadership_broker::testing::fake {

// Where the JSON library finds it: in the enum's own namespace.
NLOHMANN_JSON_SERIALIZE_ENUM(FaultAction, {{FaultAction::kHang, "hang"},
                                           {FaultAction::kCut, "cut"},
                                           {FaultAction::kDelay, "delay"},
                                           {FaultAction::kStatus, "status"},
                                           {FaultAction::kGarbage, "garbage"},
                                           {FaultAction::kStreamError, "stream-error"},
                                           {FaultAction::kFreeze, "freeze"},
                                           {FaultAction::kLag, "lag"}})

namespace {

Target TargetOf(const json& body) {
  return {body.value("verb", ""), body.value("resource", ""), body.value("namespace", ""), body.value("name", ""),
          body.value("pod", "")};
}

Fault FaultOf(const json& body) {
  Fault fault;
  fault.target = TargetOf(body);
  fault.action = body.at("action").get<FaultAction>();
  fault.after_effect = body.value("after_effect", fault.after_effect);
  fault.count = body.value("count", fault.count);
  fault.delay = std::chrono::milliseconds(body.value("delay_ms", 0));
  fault.status = body.value("status", fault.status);
  fault.message = body.value("message", fault.message);
  fault.retry_after_seconds = body.value("retry_after_seconds", fault.retry_after_seconds);
  return fault;
}

json JsonOf(const Fault& fault) {
  return {{"action", fault.action},
          {"verb", fault.target.verb},
          {"resource", fault.target.resource},
          {"namespace", fault.target.namespace_name},
          {"name", fault.target.name},
          {"pod", fault.target.pod},
          {"after_effect", fault.after_effect},
          {"count", fault.count},
          {"delay_ms", fault.delay.count()},
          {"status", fault.status},
          {"message", fault.message},
          {"retry_after_seconds", fault.retry_after_seconds}};
}

ApiResult Post(const json& body, Faults& faults, WatchStreams& streams, Store& store) {
  const std::string action = body.value("action", "");
  ApiResult done{200, json::object()};
  if (action == "compact") {
    store.Compact();
    return done;
  }
  if (action == "restore") {
    return store.RestoreTo(body.value("revision", int64_t{0}))
               ? done
               : BadRequest("history does not reach back to that revision");
  }
  if (action == "cut-watches") {
    streams.ForEach(TargetOf(body), [](WatchStream& stream) { stream.Cut(); });
    return done;
  }
  if (action == "garble-watches") {
    streams.ForEach(TargetOf(body), [](WatchStream& stream) { stream.Garble(); });
    return done;
  }
  if (action == "fail-watches") {
    const ApiResult failure = Failure(body.value("status", 410), body.value("message", "a fault switch is on"));
    streams.ForEach(TargetOf(body), [&](WatchStream& stream) { stream.Fail(failure); });
    return done;
  }
  const Fault fault = FaultOf(body);
  if (json(fault.action) != action) return BadRequest(absl::StrCat("no such action: '", action, "'"));
  return {200, {{"number", faults.Add(fault)}}};
}

}  // namespace

ApiResult ControlFaults(const HttpRequest& request, Faults& faults, WatchStreams& streams, Store& store) {
  if (request.method == "GET") {
    json all = json::object();
    for (const auto& [number, fault] : faults.All()) all[absl::StrCat(number)] = JsonOf(fault);
    return {200, std::move(all)};
  }
  if (request.method == "POST") {
    const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
    return body.is_object() ? Post(body, faults, streams, store) : BadRequest("not a JSON object");
  }
  if (request.method == "DELETE") {
    int number = 0;
    if (absl::SimpleAtoi(absl::StripPrefix(request.path, "/faults/"), &number)) {
      faults.Remove(number);
    } else {
      faults.Clear();
    }
    return {200, json::object()};
  }
  return MethodNotAllowed();
}

}  // namespace leadership_broker::testing::fake
