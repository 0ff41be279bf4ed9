#include "tests/fuzz/grpc_calls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "tests/fuzz/check.h"

namespace leadership_broker::fuzz {
namespace {

// Nothing takes this long but a call that hangs.
constexpr absl::Duration kPatience = absl::Seconds(40);

grpc::ByteBuffer Buffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  Check(buffer.DumpToSingleSlice(&slice).ok(), "an answer has bytes");
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

}  // namespace

Call::Call(grpc::GenericStub* stub, Options options) : options_(std::move(options)) {
  if (options_.deadline != absl::InfiniteDuration()) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + options_.deadline));
  }
  stub->PrepareBidiStreamingCall(&context_, absl::StrCat("/leadership.v1.LeadershipBroker/", options_.method), {},
                                 this);
  StartRead(&received_);
  SendNext();
  StartCall();
  if (options_.cancel_after == 0) Cancel();
}

void Call::SendNext() {
  if (next_ == options_.messages.size()) return StartWritesDone();
  sent_ = Buffer(options_.messages[next_++]);
  StartWrite(&sent_);
}

void Call::OnWriteDone(bool ok) {
  if (ok) SendNext();
}

void Call::OnReadDone(bool ok) {
  if (!ok) return;
  size_t count = 0;
  {
    loop::MutexLock lock(mutex_);
    // Those of the other methods are read as one too, since fields that are not known do no harm.
    leadership::v1::Leadership& answer = answers_.emplace_back();
    if (options_.method == "GetLeadership" || options_.method == "WatchLeadership" || options_.method == "Become") {
      Check(answer.ParseFromString(Text(received_)), "an answer can be read");
    }
    count = answers_.size();
  }
  if (options_.cancel_after > 0 && count == static_cast<size_t>(options_.cancel_after)) Cancel();
  StartRead(&received_);
}

void Call::OnDone(const grpc::Status& status) {
  loop::MutexLock lock(mutex_);
  done_ = true;
  status_ = status;
  ended_.NotifyAll();
}

grpc::Status Call::Wait() {
  const absl::Time began = absl::Now();
  loop::MutexLock lock(mutex_);
  while (!done_) {
    if (absl::Now() - began > kPatience) Fail("every call ends", options_.method);
    ended_.WaitFor(mutex_, kPatience);
  }
  return status_;
}

std::vector<leadership::v1::Leadership> Call::answers() {
  loop::MutexLock lock(mutex_);
  return answers_;
}

}  // namespace leadership_broker::fuzz
