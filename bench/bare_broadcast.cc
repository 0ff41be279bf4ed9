// bare-broadcast ADDRESS FIFO: the plainest gRPC server that can tell very many streams the same (callback API), as the
// measure for the broker's telling. Reads serialized Leadership messages from FIFO, each after its length as a decimal
// line, and writes each to every stream of WatchLeadership. A stream that is still writing skips to the
// newest.
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

#include "leadership/v1/leadership.grpc.pb.h"

namespace {

using leadership::v1::Leadership;

class Broadcast : public leadership::v1::LeadershipBroker::CallbackService {
 public:
  void Tell(Leadership message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    newest_ = std::make_shared<const Leadership>(std::move(message));
    for (Stream* stream : streams_) stream->Write(newest_);
  }

  grpc::ServerWriteReactor<Leadership>* WatchLeadership(grpc::CallbackServerContext*,
                                                        const leadership::v1::WatchLeadershipRequest*) override {
    auto* const stream = new Stream(this);
    const std::lock_guard<std::mutex> lock(mutex_);
    streams_.insert(stream);
    if (newest_ != nullptr) stream->Write(newest_);
    return stream;
  }

 private:
  // Its members are guarded by the service's mutex_, its end apart.
  class Stream : public grpc::ServerWriteReactor<Leadership> {
   public:
    explicit Stream(Broadcast* service) : service_(service) {}

    void Write(std::shared_ptr<const Leadership> message) {
      next_ = std::move(message);
      if (writing_ == nullptr) WriteNext();
    }

    void OnWriteDone(bool ok) override {
      const std::lock_guard<std::mutex> lock(service_->mutex_);
      writing_.reset();
      if (ok && next_ != nullptr) WriteNext();
    }
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override {
      {
        const std::lock_guard<std::mutex> lock(service_->mutex_);
        service_->streams_.erase(this);
      }
      delete this;
    }

   private:
    void WriteNext() {
      writing_ = std::move(next_);
      next_.reset();
      StartWrite(writing_.get());
    }

    Broadcast* const service_;
    std::shared_ptr<const Leadership> writing_;
    std::shared_ptr<const Leadership> next_;
  };

  std::mutex mutex_;
  std::set<Stream*> streams_;
  std::shared_ptr<const Leadership> newest_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bare-broadcast ADDRESS FIFO\n";
    return 2;
  }
  Broadcast service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::ifstream messages(argv[2]);
  for (std::string length; std::getline(messages, length);) {
    std::string bytes(std::stoul(length), '\0');
    messages.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    Leadership message;
    if (!messages || !message.ParseFromString(bytes)) return 1;
    service.Tell(std::move(message));
  }
}
