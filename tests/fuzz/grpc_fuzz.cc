// Every method of the service with any bytes as its request, from clients that cancel, run out of time, send nothing or
// twice, while states are published: each call ends with one of the codes that the API documents, a watch never skips a
// loss, and the service goes on answering.
//
// One server for all inputs, over a loopback connection: what is fuzzed is what runs.
//
// Input: a script (script.h); see Play(). With FUZZ_TRACE in the environment it is told what each call came to.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "server/config/logging.h"
#include "server/config/names.h"
#include "server/rpc/server.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/grpc_calls.h"
#include "tests/fuzz/script.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::fuzz {
namespace {

using grpc::StatusCode;
using leadership::v1::Leadership;

constexpr int kMaxStreams = 8;
constexpr size_t kMaxRequestBytes = 65536;
constexpr char kSelfUid[] = "uid-0";

// How many calls of Become wait, by what the election is told.
class Waiters : public rpc::CampaignRequests {
 public:
  void WaiterCame(const std::string&) override { ++count_; }
  void WaiterLeft(const std::string&) override { Check(--count_ >= 0, "who leaves has come"); }
  int count() const { return count_; }

 private:
  std::atomic<int> count_{0};
};

// Whoever is to end the pod: refuses every third caller at once, and answers the others when it comes to it.
class StepDowns : public rpc::StepDownRequests {
 public:
  void StepDown(const std::string&, Answer answer) override {
    if (++count_ % 3 == 0) return answer(absl::PermissionDeniedError("refused"));
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(answer));
  }
  void AnswerAll() {
    std::vector<Answer> answers;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      answers.swap(waiting_);
    }
    for (const Answer& answer : answers) answer(absl::OkStatus());
  }

 private:
  std::atomic<int> count_{0};
  std::mutex mutex_;
  std::vector<Answer> waiting_;
};

// The broker's gRPC side, for the locks "a" and "b". Never destroyed.
class Broker {
 public:
  static Broker& The() {
    static Broker* const broker = new Broker;
    return *broker;
  }

  grpc::GenericStub* stub() { return &stub_; }
  const Waiters& waiters() const { return waiters_; }

  void Publish(Leadership::State state, size_t term) {
    auto next = std::make_shared<status::Snapshot>();
    Leadership& leadership = next->leadership;
    leadership.mutable_lock()->set_namespace_("ns");
    leadership.mutable_lock()->set_name("a");
    leadership.mutable_lock()->set_uid(absl::StrCat("L", term));
    leadership.mutable_self()->set_uid(kSelfUid);
    leadership.set_state(state);
    leadership.set_message("a sentence");
    const bool leads = state == Leadership::STATE_LEADER;
    // As from an election: between two terms there is always a loss.
    if (leads && was_leader_ && term != term_) Publish(Leadership::STATE_STANDBY, term_);
    leadership.set_revision(++revision_);
    next->is_loss = was_leader_ && !leads;
    was_leader_ = leads;
    term_ = term;
    hub_.Publish(std::move(next));
    step_downs_.AnswerAll();
  }

 private:
  Broker() : directory_("ns", {{"a", &hub_}, {"b", &other_hub_}}), stub_(Start()) {
    Publish(Leadership::STATE_STANDBY, 0);
  }

  std::shared_ptr<grpc::Channel> Start() {
    config::StartLogging(config::LogFormat::kText, config::LogLevel::kError);
    rpc::Server::Options options;
    options.listen = {*config::ParseAddress("127.0.0.1:0")};
    options.max_streams = kMaxStreams;
    options.directory = &directory_;
    options.now = [] { return absl::Seconds(1); };
    options.campaign_requests = &waiters_;
    options.step_down_requests = &step_downs_;
    auto started = rpc::Server::Start(std::move(options));
    Check(started.ok(), "the server starts", started.status().ToString());
    server_ = *std::move(started);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(server_->addresses().front(), grpc::InsecureChannelCredentials(), arguments);
  }

  status::Hub hub_;
  status::Hub other_hub_;
  rpc::LockDirectory directory_;
  Waiters waiters_;
  StepDowns step_downs_;
  std::unique_ptr<rpc::Server> server_;
  grpc::GenericStub stub_;
  uint64_t revision_ = 0;
  bool was_leader_ = false;
  size_t term_ = 0;
};

// What a request may be answered with, by its own bytes. Cancellation and deadlines come on top of it.
template <typename Request>
std::set<StatusCode> CodesOf(const std::string& method, const std::string& bytes) {
  Request request;
  if (bytes.size() > kMaxRequestBytes) return {StatusCode::RESOURCE_EXHAUSTED};
  if (!request.ParseFromString(bytes)) return {StatusCode::UNIMPLEMENTED};
  if (!request.pod_uid().empty() && request.pod_uid() != kSelfUid) return {StatusCode::FAILED_PRECONDITION};
  if constexpr (std::is_same_v<Request, leadership::v1::ListLocksRequest>) {
    return {StatusCode::OK};
  } else {
    if (!config::IsDns1123Subdomain(request.lock())) return {StatusCode::INVALID_ARGUMENT};
    if (request.lock() == "b" && method == "GetLeadership") return {StatusCode::UNAVAILABLE};
    if (request.lock() != "a" && request.lock() != "b") return {StatusCode::NOT_FOUND};
    if constexpr (std::is_same_v<Request, leadership::v1::WatchLeadershipRequest>) {
      if (request.has_heartbeat()) {
        const absl::Duration heartbeat =
            absl::Seconds(request.heartbeat().seconds()) + absl::Nanoseconds(request.heartbeat().nanos());
        if (heartbeat < absl::Seconds(1)) return {StatusCode::INVALID_ARGUMENT};
      }
    }
  }
  if (method == "WatchLeadership") return {StatusCode::CANCELLED, StatusCode::RESOURCE_EXHAUSTED};
  if (method == "Become") {
    return {StatusCode::OK, StatusCode::CANCELLED, StatusCode::FAILED_PRECONDITION, StatusCode::RESOURCE_EXHAUSTED};
  }
  if (method == "StepDown") {
    return {StatusCode::OK, StatusCode::CANCELLED, StatusCode::PERMISSION_DENIED, StatusCode::RESOURCE_EXHAUSTED};
  }
  return {StatusCode::OK};
}

std::set<StatusCode> DocumentedCodes(const Call::Options& call) {
  std::set<StatusCode> codes;
  // What a call with no request, or with two, comes to is gRPC's own business.
  const std::string bytes = call.messages.empty() ? "" : call.messages.front();
  if (call.method == "GetLeadership") {
    codes = CodesOf<leadership::v1::GetLeadershipRequest>(call.method, bytes);
  } else if (call.method == "WatchLeadership") {
    codes = CodesOf<leadership::v1::WatchLeadershipRequest>(call.method, bytes);
  } else if (call.method == "Become") {
    codes = CodesOf<leadership::v1::BecomeRequest>(call.method, bytes);
  } else if (call.method == "StepDown") {
    codes = CodesOf<leadership::v1::StepDownRequest>(call.method, bytes);
  } else if (call.method == "ListLocks") {
    codes = CodesOf<leadership::v1::ListLocksRequest>(call.method, bytes);
  } else {
    codes = {StatusCode::UNIMPLEMENTED};
  }
  if (call.messages.size() != 1) codes.insert({StatusCode::UNIMPLEMENTED, StatusCode::INTERNAL});
  if (call.cancel_after >= 0) codes.insert(StatusCode::CANCELLED);
  if (call.deadline != absl::InfiniteDuration()) {
    codes.insert({StatusCode::DEADLINE_EXCEEDED, StatusCode::CANCELLED});
  }
  return codes;
}

void CheckAnswers(const Call::Options& options, const std::vector<Leadership>& answers) {
  uint64_t revision = 0;
  std::string leads;
  for (const Leadership& answer : answers) {
    Check(answer.state() != Leadership::STATE_UNSPECIFIED && answer.lock().name() == "a", "an answer is a full state");
    Check(answer.revision() >= revision, "revision rises");
    revision = answer.revision();
    const bool leader = answer.state() == Leadership::STATE_LEADER;
    Check(!leader || leads.empty() || leads == answer.lock().uid(),
          "R4: between two terms a watch is told of the loss");
    leads = leader ? answer.lock().uid() : "";
  }
  if (options.method == "Become") {
    Check(answers.size() <= 1 && (answers.empty() || !leads.empty()), "who becomes leader leads");
  }
}

void CheckCall(Call& call) {
  const grpc::Status status = call.Wait();
  const Call::Options& options = call.options();
  if (Tracing()) {
    std::cerr << options.method << " (" << options.messages.size() << " messages): " << status.error_code() << " "
              << status.error_message().substr(0, 200) << ", " << call.answers().size() << " answers\n";
  }
  Check(DocumentedCodes(options).count(status.error_code()) == 1, "a call ends with a code that is documented",
        absl::StrCat(options.method, ": ", status.error_code(), " ", status.error_message()));
  Check(status.error_message().size() < 4096 && IsUtf8(status.error_message()), "an error can be told");
  const std::string& method = options.method;
  if (method == "GetLeadership" || method == "WatchLeadership" || method == "Become")
    CheckAnswers(options, call.answers());
}

std::string GoodRequest() {
  leadership::v1::GetLeadershipRequest request;
  request.set_lock("a");
  request.set_pod_uid(kSelfUid);
  return request.SerializeAsString();
}

grpc::Status Ask(Broker& broker, const std::string& method, int cancel_after) {
  Call call(broker.stub(), {method, {GoodRequest()}, absl::InfiniteDuration(), cancel_after});
  return call.Wait();
}

// The service is as it was.
void CheckBroker(Broker& broker, bool thoroughly) {
  const grpc::Status answered = Ask(broker, "GetLeadership", -1);
  Check(answered.ok(), "the service goes on answering", answered.error_message());
  if (!thoroughly) return;
  // Our end of a stream is there before the server's.
  Check(testing::Eventually([&] { return broker.waiters().count() == 0; }, absl::Seconds(40)), "who has come leaves");
  Check(testing::Eventually([&] { return Ask(broker, "WatchLeadership", 1).error_code() == StatusCode::CANCELLED; },
                            absl::Seconds(40)),
        "a stream's place is given back");
}

std::string TypedRequest(Line& line) {
  constexpr const char* kLocks[] = {"a", "", "b", "c", "A_", "a.b"};
  constexpr const char* kUids[] = {"", kSelfUid, "uid-1"};
  constexpr int64_t kSeconds[] = {1, 0, -1, 60, INT64_MAX, INT64_MIN};
  constexpr int32_t kNanos[] = {0, 1, -1, 999'999'999, INT32_MAX, INT32_MIN};
  // The other requests are made of the same fields.
  leadership::v1::WatchLeadershipRequest request;
  request.set_lock(kLocks[line.Choice(std::size(kLocks))]);
  request.set_pod_uid(kUids[line.Choice(std::size(kUids))]);
  if (line.Flag()) {
    request.mutable_heartbeat()->set_seconds(kSeconds[line.Choice(std::size(kSeconds))]);
    request.mutable_heartbeat()->set_nanos(kNanos[line.Choice(std::size(kNanos))]);
  }
  return request.SerializeAsString();
}

// The form of the request, then the request: 0 any bytes ('~' for a line end, which is a field's tag), 1 made of what
// is known, 2 that and so many thousand bytes more.
std::string ReadRequest(Line& line) {
  switch (line.Choice(3)) {
    case 0:
      return absl::StrReplaceAll(line.Rest(), {{"~", "\n"}});
    case 1:
      return TypedRequest(line);
    default: {
      leadership::v1::GetLeadershipRequest request;
      request.set_lock("a");
      request.set_pod_uid(std::string(line.Choice(36) * 2000, 'x'));
      return request.SerializeAsString();
    }
  }
}

class Session {
 public:
  void Play(Line line) {
    const char letter = line.Letter();
    switch (letter) {
      case 'N': {  // a state is published
        const auto state = static_cast<Leadership::State>(1 + line.Choice(4));
        return broker_.Publish(state, line.Choice(4));
      }
      case 'E':  // all calls so far have ended
        return End();
      case 'G':
        return Start("GetLeadership", line);
      case 'W':
        return Start("WatchLeadership", line);
      case 'B':
        return Start("Become", line);
      case 'S':
        return Start("StepDown", line);
      case 'L':
        return Start("ListLocks", line);
      case 'U':
        return Start("Unheard", line);
      default:
        return;
    }
  }

  void End() {
    // Those that end by themselves have to.
    for (Call& call : calls_) {
      if (DocumentedCodes(call.options()).count(StatusCode::CANCELLED) == 1) call.Cancel();
    }
    for (Call& call : calls_) CheckCall(call);
    calls_.clear();
  }

 private:
  static constexpr size_t kMostCalls = 20;

  // Patience: 0 without an end, 1 cancelled at once, 2 a deadline of 3 ms, 3 and 4 cancelled after an answer or two.
  // Messages: 0 one, 1 none, 2 two. Then the request.
  void Start(const std::string& method, Line& line) {
    if (calls_.size() == kMostCalls) End();
    Call::Options options;
    options.method = method;
    const size_t patience = line.Choice(5);
    if (patience == 1) options.cancel_after = 0;
    if (patience == 2) options.deadline = absl::Milliseconds(3);
    if (patience >= 3) options.cancel_after = static_cast<int>(patience) - 2;
    constexpr size_t kMessages[] = {1, 0, 2};
    const size_t messages = kMessages[line.Choice(3)];
    options.messages.assign(messages, ReadRequest(line));
    calls_.emplace_back(broker_.stub(), std::move(options));
  }

  Broker& broker_ = Broker::The();
  std::list<Call> calls_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static int inputs = 0;
  Session session;
  for (const Line& line : Lines({reinterpret_cast<const char*>(data), size})) session.Play(line);
  session.End();
  CheckBroker(Broker::The(), inputs++ % 16 == 0);
  return 0;
}

}  // namespace leadership_broker::fuzz
