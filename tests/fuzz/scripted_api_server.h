// The far end of the API client's HTTP, under a script's hand: every request is kept, and answered with any head and
// any bytes, whole or in pieces, or never.
//
// What it does it does as libcurl would (server/kube/transport.h): a head once, then the body, then one end.
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_SCRIPTED_API_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_SCRIPTED_API_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "server/kube/transport.h"
#include "tests/fuzz/script.h"

namespace leadership_broker::fuzz {

class ScriptedApiServer : public kube::Transport {
 public:
  loop::Handle Start(kube::HttpRequest request, kube::HttpHandler* handler) override;
  const std::string& Peer() const override { return peer_; }

  // Answers one of the requests that are out, as the line says: which, then how:
  //   0 all is well: a 200 with what such a request asks for (objects.h), and the end unless it is a watch
  //   1 a refusal: a status, then its Status
  //   2 an event: its kind, then the object; 3 a bookmark; 4 an ERROR event
  //   5 a head: its status
  //   6 the rest of the line as part of the body ('~' for a line end)
  //   7 the end; 8 the end by a broken connection
  void Play(Line& line);

 private:
  struct Exchange {
    kube::HttpRequest request;
    kube::HttpHandler* handler = nullptr;
    bool has_head = false;
    bool ended = false;  // or given up
  };
  class Transfer;

  bool IsFor(const Exchange& exchange, const char* resource) const;
  void AnswerWell(const std::shared_ptr<Exchange>& exchange, Line& line);
  void Head(const std::shared_ptr<Exchange>& exchange, int status, Line& line);
  void Body(const std::shared_ptr<Exchange>& exchange, const std::string& bytes, Line& line);
  void End(const std::shared_ptr<Exchange>& exchange, const absl::Status& status);

  const std::string peer_ = "10.0.0.1:443";
  std::vector<std::shared_ptr<Exchange>> out_;
};

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_SCRIPTED_API_SERVER_H_
