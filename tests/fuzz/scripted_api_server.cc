#include "tests/fuzz/scripted_api_server.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "server/kube/json.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/objects.h"
#include "tests/fuzz/pieces.h"

namespace leadership_broker::fuzz {
namespace {

// What the broker sends to a real server has to be such as one takes.
void CheckRequest(const kube::HttpRequest& request) {
  for (const char c : request.target) Check(c > ' ' && c < 0x7f, "a target is escaped", request.target);
  for (const std::string& header : request.headers) Check(IsPrintable(header), "a header is one line", header);
  Check(IsPrintable(request.body), "a body is one line", request.body);
  if (request.method == "DELETE") {
    const auto options = kube::FromJson<kube::DeleteOptions>(request.body);
    Check(options.ok() && !options->preconditions().uid().empty() &&
              !options->preconditions().resource_version().empty() && options->propagation_policy() == "Background",
          "R6: a removal names what it means", request.body);
  } else if (request.method == "PATCH") {
    const auto patch = kube::FromJson<kube::MetadataPatch>(request.body);
    Check(patch.ok() && !patch->metadata().uid().empty() && !patch->metadata().resource_version().empty(),
          "R6: a mark names what it means", request.body);
  } else if (request.method == "POST") {
    const auto lock = kube::FromJson<kube::ConfigMap>(request.body);
    Check(lock.ok() && lock->metadata().owner_references_size() == 1 &&
              lock->metadata().owner_references(0).uid() == kSelfUid,
          "what is created is a lock of ours", request.body);
  }
}

std::string Json(const google::protobuf::Message& message) {
  const absl::StatusOr<std::string> json = kube::ToJson(message);
  Check(json.ok(), "the script's own objects can be written");
  return *json;
}

}  // namespace

class ScriptedApiServer::Transfer : public loop::Pending {
 public:
  Transfer(ScriptedApiServer* server, std::shared_ptr<Exchange> exchange)
      : server_(server), exchange_(std::move(exchange)) {}
  ~Transfer() override {
    exchange_->ended = true;
    auto& out = server_->out_;
    out.erase(std::remove(out.begin(), out.end(), exchange_), out.end());
  }

 private:
  ScriptedApiServer* const server_;
  const std::shared_ptr<Exchange> exchange_;
};

loop::Handle ScriptedApiServer::Start(kube::HttpRequest request, kube::HttpHandler* handler) {
  CheckRequest(request);
  if (Tracing()) {
    std::cerr << "    request " << out_.size() << ": " << request.method << " " << request.target << " " << request.body
              << "\n";
  }
  out_.push_back(std::make_shared<Exchange>(Exchange{std::move(request), handler}));
  Check(out_.size() < 40, "few requests are out at once");
  return std::make_unique<Transfer>(this, out_.back());
}

bool ScriptedApiServer::IsFor(const Exchange& exchange, const char* resource) const {
  return absl::StrContains(exchange.request.target, resource);
}

void ScriptedApiServer::Head(const std::shared_ptr<Exchange>& exchange, int status, Line& line) {
  if (exchange->ended || std::exchange(exchange->has_head, true)) return;
  kube::HttpHead head;
  head.status = status;
  head.retry_after = absl::Seconds(line.Choice(4) * 100);
  if (const size_t off = line.Choice(36); off > 0) {
    head.date = ScriptBegins() + absl::Seconds(static_cast<int64_t>(off) - 18);
  }
  exchange->handler->OnHeaders(head);
}

void ScriptedApiServer::Body(const std::shared_ptr<Exchange>& exchange, const std::string& bytes, Line& line) {
  constexpr const char* kSizes[] = {"", "1", "az", "z0"};
  for (const absl::string_view piece : Pieces(kSizes[line.Choice(4)], bytes)) {
    if (!exchange->ended && exchange->has_head) exchange->handler->OnBody(piece);
  }
}

void ScriptedApiServer::End(const std::shared_ptr<Exchange>& exchange, const absl::Status& status) {
  // An answer is complete only if it has a head.
  if (exchange->ended || (status.ok() && !exchange->has_head)) return;
  exchange->ended = true;
  exchange->handler->OnDone(status);
}

void ScriptedApiServer::AnswerWell(const std::shared_ptr<Exchange>& exchange, Line& line) {
  if (exchange->request.streaming) return Head(exchange, 200, line);
  std::string body;
  if (exchange->request.method != "GET") {
    body = Json(ReadLockObject(line));
  } else if (IsFor(*exchange, "/configmaps")) {
    kube::ConfigMapList list;
    list.mutable_metadata()->set_resource_version(ReadVersion(line));
    if (auto lock = ReadOptionalLock(line)) *list.add_items() = *std::move(lock);
    body = Json(list);
  } else {
    kube::PodList list;
    list.mutable_metadata()->set_resource_version(ReadVersion(line));
    for (size_t count = line.Choice(3); count > 0; --count) *list.add_items() = ReadPodObject(line);
    body = Json(list);
  }
  Head(exchange, 200, line);
  Body(exchange, body, line);
  End(exchange, absl::OkStatus());
}

void ScriptedApiServer::Play(Line& line) {
  const size_t which = line.Choice(36);
  const size_t how = line.Choice(9);
  if (out_.empty()) return;
  const std::shared_ptr<Exchange> exchange = out_[which % out_.size()];
  constexpr int kStatuses[] = {200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503, 504};
  const auto object = [&] {
    return IsFor(*exchange, "/configmaps") ? Json(ReadLockObject(line)) : Json(ReadPodObject(line));
  };
  switch (how) {
    case 0:
      return AnswerWell(exchange, line);
    case 1: {
      kube::Status status;
      status.set_kind("Status");
      status.set_code(kStatuses[line.Choice(std::size(kStatuses))]);
      constexpr const char* kReasons[] = {"", "AlreadyExists", "Conflict", "Expired", "Invalid"};
      status.set_reason(kReasons[line.Choice(std::size(kReasons))]);
      status.set_message("no");
      Head(exchange, status.code(), line);
      Body(exchange, Json(status), line);
      return End(exchange, absl::OkStatus());
    }
    case 2: {
      constexpr const char* kKinds[] = {"ADDED", "MODIFIED", "DELETED"};
      const char* const kind = kKinds[line.Choice(3)];
      const std::string event = absl::StrCat(R"({"type":")", kind, R"(","object":)", object(), "}\n");
      return Body(exchange, event, line);
    }
    case 3: {
      const std::string event =
          absl::StrCat(R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":")", ReadVersion(line), "\"}}}\n");
      return Body(exchange, event, line);
    }
    case 4: {
      const std::string event = absl::StrCat(R"({"type":"ERROR","object":{"kind":"Status","code":)",
                                             kStatuses[line.Choice(std::size(kStatuses))], "}}\n");
      return Body(exchange, event, line);
    }
    case 5:
      return Head(exchange, kStatuses[line.Choice(std::size(kStatuses))], line);
    case 6:
      return Body(exchange, absl::StrReplaceAll(line.Rest(), {{"~", "\n"}}), line);
    case 7:
      return End(exchange, absl::OkStatus());
    default:
      return End(exchange, absl::UnavailableError("the connection broke"));
  }
}

}  // namespace leadership_broker::fuzz
