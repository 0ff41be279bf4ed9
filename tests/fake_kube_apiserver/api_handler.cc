#include "tests/fake_kube_apiserver/api_handler.h"

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "tests/fake_kube_apiserver/authorizer.h"
#include "tests/fake_kube_apiserver/discovery.h"
#include "tests/fake_kube_apiserver/fault_control.h"

namespace leadership_broker::testing::fake {
namespace {

constexpr char kGarbage[] = "\x16\x03{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":]\xff\xfe";
constexpr std::chrono::minutes kDefaultWatchTimeout{30};

Reply Answer(const ApiResult& result) {
  Reply reply;
  reply.response.status = result.status;
  reply.response.body = result.body.dump(-1, ' ', false, json::error_handler_t::replace);
  if (const auto details = result.body.find("details"); details != result.body.end() && details->is_object()) {
    reply.response.retry_after_seconds = details->value("retryAfterSeconds", 0);
  }
  return reply;
}

Reply Answer(HttpResponse response) {
  Reply reply;
  reply.response = std::move(response);
  return reply;
}

Reply Of(Reply::Kind kind) {
  Reply reply;
  reply.kind = kind;
  return reply;
}

bool IsTrue(const std::string& text) { return text == "1" || text == "true"; }

bool IsType(const HttpRequest& request, const char* type) {
  return request.content_type == type || absl::StartsWith(request.content_type, absl::StrCat(type, ";"));
}

json ParseBody(const HttpRequest& request) { return json::parse(request.body, nullptr, /*allow_exceptions=*/false); }

RequestFacts FactsOf(const HttpRequest& request, const ApiRequest& api, const std::optional<std::string>& selected,
                     const std::optional<Identity>& sender) {
  RequestFacts facts{api.verb, api.ResourceAndSubresource(), api.namespace_name, api.name, ""};
  if (facts.name.empty() && selected.has_value()) facts.name = *selected;
  if (facts.name.empty() && api.verb == "create") {
    const json body = ParseBody(request);
    if (body.is_object() && body.contains("metadata")) facts.name = body.at("metadata").value("name", "");
  }
  if (sender.has_value()) facts.pod = sender->pod_name;
  return facts;
}

}  // namespace

Reply ApiHandler::Handle(const HttpRequest& request) {
  try {
    return Route(request);
  } catch (const json::exception& error) {
    // A field of another type than it must be of.
    return Answer(BadRequest(error.what()));
  }
}

Reply ApiHandler::Route(const HttpRequest& request) {
  Sender sender = Identity();
  if (!request.bearer_token.empty()) sender = tokens_.Authenticate(request.bearer_token);
  const std::optional<ApiRequest> api = ParseApiRequest(request);
  if (!api.has_value()) {
    if (sender.has_value()) {
      if (std::optional<HttpResponse> found = Discover(request.path)) return Answer(*std::move(found));
    }
    return Answer(OtherPath(request, sender));
  }
  const absl::StatusOr<Selector> selector =
      Selector::Parse(*api->resource, request.Query("fieldSelector"), request.Query("labelSelector"));
  const RequestFacts facts = FactsOf(request, *api, selector.ok() ? selector->SingleName() : std::nullopt, sender);
  const auto serve = [this, request, api, facts, sender] {
    try {
      return Serve(request, *api, facts, sender);
    } catch (const json::exception& error) {
      return Answer(BadRequest(error.what()));
    }
  };
  const std::optional<Fault> fault = faults_.Take(facts);
  return fault.has_value() ? WithFault(*fault, serve) : serve();
}

Reply ApiHandler::WithFault(const Fault& fault, const std::function<Reply()>& serve) {
  Reply reply;
  if (fault.after_effect) reply = serve();
  switch (fault.action) {
    case FaultAction::kHang:
      return Of(Reply::Kind::kHang);
    case FaultAction::kCut:
      return Of(Reply::Kind::kCut);
    case FaultAction::kDelay: {
      Reply later = Of(Reply::Kind::kLater);
      later.delay = fault.delay;
      later.then = serve;
      if (fault.after_effect) later.then = [reply] { return reply; };
      return later;
    }
    case FaultAction::kStatus:
      return Answer(Failure(fault.status, fault.message, nullptr, fault.retry_after_seconds));
    case FaultAction::kGarbage:
      reply.kind = Reply::Kind::kAnswer;
      reply.response.body = kGarbage;
      return reply;
    case FaultAction::kStreamError: {
      reply = serve();
      if (reply.kind == Reply::Kind::kStream) {
        static_cast<WatchStream&>(*reply.stream).FailFromStart(Failure(fault.status, fault.message));
      }
      return reply;
    }
    case FaultAction::kFreeze:
    case FaultAction::kLag:
      break;
  }
  return serve();
}

Reply ApiHandler::Serve(const HttpRequest& request, const ApiRequest& api, const RequestFacts& facts,
                        const Sender& sender) {
  if (!sender.has_value()) return Answer(Unauthorized());
  absl::StatusOr<Selector> selector =
      Selector::Parse(*api.resource, request.Query("fieldSelector"), request.Query("labelSelector"));
  const std::optional<std::string> selected = selector.ok() ? selector->SingleName() : std::nullopt;
  if (std::optional<ApiResult> failure = Authorize(store_, *sender, api, selected)) return Answer(*failure);
  if (!selector.ok()) return Answer(BadRequest(std::string(selector.status().message())));
  if (api.verb == "watch") return StartWatch(request, api, facts, *std::move(selector));
  return Answer(Perform(request, api, *selector));
}

Reply ApiHandler::StartWatch(const HttpRequest& request, const ApiRequest& api, const RequestFacts& facts,
                             Selector selector) {
  WatchOptions options;
  options.resource = api.resource;
  options.namespace_name = api.namespace_name;
  options.selector = std::move(selector);
  options.timeout = kDefaultWatchTimeout;
  if (const std::string text = request.Query("timeoutSeconds"); !text.empty()) {
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(text, &seconds)) {
      return Answer(BadRequest(absl::StrCat("strconv.ParseInt: parsing \"", text, "\": invalid syntax")));
    }
    if (seconds > 0) options.timeout = std::chrono::seconds(seconds);
  }
  const std::string version = request.Query("resourceVersion");
  int64_t from = 0;
  if (!version.empty() && !absl::SimpleAtoi(version, &from)) {
    return Answer(Failure(500, absl::StrCat("resourceVersion: Invalid value: \"", version,
                                            "\": strconv.ParseUint: parsing \"", version, "\": invalid syntax")));
  }
  if (from > 0 && !IsTrue(request.Query("sendInitialEvents"))) options.from = from;
  if (IsTrue(request.Query("allowWatchBookmarks"))) options.bookmark_interval = bookmark_interval_;
  Reply reply = Of(Reply::Kind::kStream);
  reply.stream = std::make_shared<WatchStream>(store_, faults_, timers_, streams_, facts, std::move(options));
  return reply;
}

std::optional<ApiResult> ApiHandler::CheckVersion(const HttpRequest& request) const {
  const std::string text = request.Query("resourceVersion");
  if (text.empty()) return std::nullopt;
  int64_t version = 0;
  if (!absl::SimpleAtoi(text, &version)) {
    return BadRequest(absl::StrCat("invalid resource version: resourceVersion: Invalid value: \"", text,
                                   "\": strconv.ParseUint: parsing \"", text, "\": invalid syntax"));
  }
  const int64_t current = store_.revision();
  if (version > current) return TooLargeResourceVersion(version, current);
  return std::nullopt;
}

ApiResult ApiHandler::Perform(const HttpRequest& request, const ApiRequest& api, const Selector& selector) {
  const ObjectKey key{api.resource, api.namespace_name, api.name};
  if (api.subresource == "token" && api.resource == &CoreResource("serviceaccounts")) {
    const json body = ParseBody(request);
    if (api.verb != "create") return MethodNotAllowed();
    return body.is_object() ? tokens_.Issue(api.namespace_name, api.name, body) : BadRequest("not a TokenRequest");
  }
  if (!api.subresource.empty() && !(api.subresource == "status" && api.resource->has_status)) return UnknownPath();
  if (api.verb == "get" || api.verb == "list") {
    if (std::optional<ApiResult> failure = CheckVersion(request)) return *failure;
    return api.verb == "get" ? store_.Get(key) : store_.List(*api.resource, api.namespace_name, selector);
  }
  if (api.verb == "delete" && api.subresource.empty()) return Delete(request, key);
  const bool creates = api.verb == "create" && api.name.empty();
  if (creates || api.verb == "update" || api.verb == "patch") return Write(request, api);
  return MethodNotAllowed();
}

ApiResult ApiHandler::Write(const HttpRequest& request, const ApiRequest& api) {
  const bool patch = api.verb == "patch";
  if (patch && !IsType(request, "application/merge-patch+json")) {
    return Failure(415, "415: Unsupported Media Type", json::object());
  }
  if (!patch && !IsType(request, "application/json")) {
    return Failure(415,
                   "the body of the request was in an unknown format - accepted media types include: application/json");
  }
  json body = ParseBody(request);
  if (!body.is_object()) {
    return BadRequest(patch ? "error decoding patch: invalid JSON"
                            : absl::StrCat("the object provided is unrecognized (must be of type ", api.resource->kind,
                                           "): couldn't get version/kind; json parse error"));
  }
  if (api.verb == "create") return store_.Create(*api.resource, api.namespace_name, std::move(body));
  const ObjectKey key{api.resource, api.namespace_name, api.name};
  const Part part = api.subresource.empty() ? Part::kMain : Part::kStatus;
  return patch ? store_.Patch(key, part, body) : store_.Update(key, part, std::move(body));
}

ApiResult ApiHandler::Delete(const HttpRequest& request, const ObjectKey& key) {
  DeleteOptions options;
  options.propagation_policy = request.Query("propagationPolicy");
  int64_t grace = 0;
  if (absl::SimpleAtoi(request.Query("gracePeriodSeconds"), &grace)) options.grace_period_seconds = grace;
  json body = json::object();
  if (!request.body.empty()) {
    body = ParseBody(request);
    if (!body.is_object()) return BadRequest("couldn't get version/kind; json parse error");
  }
  if (std::optional<ApiResult> failure = DeleteOptions::Parse(body, options)) return *failure;
  return store_.Delete(key, options);
}

ApiResult ApiHandler::OtherPath(const HttpRequest& request, const Sender& sender) {
  if (!sender.has_value()) return Unauthorized();
  if (!sender->admin) {
    return Failure(403, absl::StrCat("forbidden: User \"", sender->user, "\" cannot get path \"", request.path, "\""),
                   json::object());
  }
  if (request.path == kFaultsPath || absl::StartsWith(request.path, absl::StrCat(kFaultsPath, "/"))) {
    return ControlFaults(request, faults_, streams_, store_);
  }
  return UnknownPath();
}

}  // namespace leadership_broker::testing::fake
