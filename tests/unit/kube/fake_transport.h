// A Transport that keeps what is sent and is answered by the test.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_KUBE_FAKE_TRANSPORT_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_KUBE_FAKE_TRANSPORT_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "server/kube/transport.h"

namespace leadership_broker::testing {

class FakeTransport : public kube::Transport {
 public:
  struct Sent {
    kube::HttpRequest request;
    kube::HttpHandler* handler = nullptr;
    // The handle is gone; nothing more is delivered.
    bool abandoned = false;

    bool HasHeader(const std::string& header) const {
      return std::count(request.headers.begin(), request.headers.end(), header) == 1;
    }
  };

  loop::Handle Start(kube::HttpRequest request, kube::HttpHandler* handler) override {
    sent.push_back(std::make_shared<Sent>(Sent{std::move(request), handler}));
    return std::make_unique<Transfer>(sent.back());
  }

  const std::string& Peer() const override { return peer_; }

  // Each of these works on the request sent last, as it was when called.
  void Headers(const kube::HttpHead& head) { Headers(*sent.back(), head); }
  void Body(absl::string_view chunk) { Body(*sent.back(), chunk); }
  void Done(const absl::Status& status = absl::OkStatus()) { Done(*sent.back(), status); }

  // A whole answer.
  void Answer(const kube::HttpHead& head, absl::string_view body) {
    const std::shared_ptr<Sent> to = sent.back();
    Headers(*to, head);
    Body(*to, body);
    Done(*to, absl::OkStatus());
  }
  void Answer(int status, absl::string_view body) {
    kube::HttpHead head;
    head.status = status;
    Answer(head, body);
  }

  std::vector<std::shared_ptr<Sent>> sent;

 private:
  struct Transfer : loop::Pending {
    explicit Transfer(std::shared_ptr<Sent> s) : sent(std::move(s)) {}
    ~Transfer() override { sent->abandoned = true; }
    std::shared_ptr<Sent> sent;
  };

  static void Headers(const Sent& to, const kube::HttpHead& head) {
    if (!to.abandoned) to.handler->OnHeaders(head);
  }
  static void Body(const Sent& to, absl::string_view chunk) {
    if (!to.abandoned) to.handler->OnBody(chunk);
  }
  static void Done(const Sent& to, const absl::Status& status) {
    if (!to.abandoned) to.handler->OnDone(status);
  }

  const std::string peer_ = "10.0.0.1:443";
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_KUBE_FAKE_TRANSPORT_H_
