// An HTTP request and what the server does with it, free of any HTTP library.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_HTTP_MESSAGE_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_HTTP_MESSAGE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace leadership_broker::testing::fake {

struct HttpRequest {
  std::string method;
  // Without the query; percent-decoded.
  std::string path;
  std::map<std::string, std::string> query;
  std::string bearer_token;
  std::string content_type;
  std::string body;

  // Empty when it was not given.
  std::string Query(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
  }
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  // 0: no Retry-After.
  int retry_after_seconds = 0;
};

// A body that is written as it comes about. Read is called by the server's thread only.
class ByteStream {
 public:
  enum class State {
    kBytes,  // *out is not empty
    kWait,   // nothing now; `wake` will be called
    kEnd,    // the body is complete
    kCut,    // the connection is to be closed in the middle of it
  };

  virtual ~ByteStream() = default;
  // Called once, before the first Read. `wake` may be called from any thread, and after the stream's end.
  virtual void Start(std::function<void()> wake) = 0;
  virtual State Read(std::string* out) = 0;
};

struct Reply {
  enum class Kind {
    kAnswer,  // `response`
    kStream,  // `stream`, with status 200
    kHang,    // never answered
    kCut,     // the connection is closed
    kLater,   // `then` is asked for a reply after `delay`
  };
  Kind kind = Kind::kAnswer;
  HttpResponse response;
  std::shared_ptr<ByteStream> stream;
  std::chrono::milliseconds delay{0};
  std::function<Reply()> then;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_HTTP_MESSAGE_H_
