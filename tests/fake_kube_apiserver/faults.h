// The fault switches: what the stand-in does wrong, to whom, and how often.
//
// A request meets at most one fault, the first one added that fits. Faults on running watches (freeze, lag) hold as
// long as they stand. What is done once to the watches that run now (cut, fail, garble) is not a fault that stands: see
// WatchStreams.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAULTS_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAULTS_H_

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace leadership_broker::testing::fake {

// What a request is about.
struct RequestFacts {
  std::string verb;      // get, list, watch, create, update, patch, delete
  std::string resource;  // "configmaps", "pods/status"
  std::string namespace_name;
  std::string name;  // also the one that a create's body or a field selector names
  std::string pod;   // the one that the sender's token is bound to
};

// Which requests; what is empty fits all.
struct Target {
  std::string verb;
  std::string resource;
  std::string namespace_name;
  std::string name;
  std::string pod;

  bool Fits(const RequestFacts& facts) const;
};

enum class FaultAction {
  kHang,         // no answer, the connection stays open
  kCut,          // no answer, the connection is closed
  kDelay,        // everything in order, but late by `delay`
  kStatus,       // HTTP `status`, with `message`, and Retry-After if set
  kGarbage,      // a 200 (with after_effect: the true status) whose body is no JSON
  kStreamError,  // a watch begins with 200 and then an ERROR event of `status`
  kFreeze,       // running watches say nothing, not even their end
  kLag,          // running watches tell of each change `delay` after it happened
};

struct Fault {
  Target target;
  FaultAction action;
  // Not kept from doing what the request asks: only the answer goes wrong.
  bool after_effect = false;
  // How many requests; negative: until cleared.
  int count = -1;
  std::chrono::milliseconds delay{0};
  int status = 500;
  std::string message = "a fault switch is on";
  int retry_after_seconds = 0;
};

// Thread-safe.
class Faults {
 public:
  // Returns its number.
  int Add(Fault fault);
  void Remove(int number);
  void Clear();
  std::map<int, Fault> All() const;

  // The fault that this request meets; counts it.
  std::optional<Fault> Take(const RequestFacts& facts);

  struct Hold {
    bool frozen = false;
    std::chrono::milliseconds lag{0};
  };
  // What holds a running watch back.
  Hold OnStream(const RequestFacts& facts) const;

  // Called after each change, by the thread that made it. Before use.
  void OnChange(std::function<void()> on_change) { on_change_ = std::move(on_change); }

 private:
  std::function<void()> on_change_ = [] {};
  mutable std::mutex mu_;
  // Guarded by mu_:
  int next_ = 1;
  std::map<int, Fault> faults_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_FAULTS_H_
