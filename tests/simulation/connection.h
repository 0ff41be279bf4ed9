// The wire between one broker process and the API server: the kube::Api that its election is given. Nothing on it moves
// by itself; the run chooses when a request arrives, when its answer does, and what goes wrong on the way.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_CONNECTION_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "server/kube/api.h"
#include "tests/simulation/moves.h"
#include "tests/simulation/watch_stream.h"
#include "tests/simulation/witness.h"

namespace leadership_broker::simulation {

struct World;
class Body;
class Broker;

class Connection : public kube::Api {
 public:
  // All must outlive it. `broker` is its process.
  Connection(World* world, Body* body, const Broker* broker, Witness* witness)
      : world_(world), body_(body), broker_(broker), witness_(witness) {}

  // What can happen on it next. `awake`: the process runs, so that it can be told something. `reachable`: the network
  // lets requests and answers through.
  void Offer(Moves& moves, bool awake, bool reachable);
  // The API server is gone for a moment: every watch breaks and every answer is lost; writes may have happened.
  void Break();

  // ---- kube::Api.
  loop::Handle List(const kube::Selector& selector, kube::ListCallback<kube::ConfigMap> callback) override;
  loop::Handle List(const kube::Selector& selector, kube::ListCallback<kube::Pod> callback) override;
  loop::Handle List(const kube::Selector& selector, kube::ListCallback<kube::Node> callback) override;
  loop::Handle Watch(const kube::Selector& selector, const std::string& resource_version, absl::Duration timeout,
                     kube::WatchObserver<kube::ConfigMap>* observer) override;
  loop::Handle Watch(const kube::Selector& selector, const std::string& resource_version, absl::Duration timeout,
                     kube::WatchObserver<kube::Pod>* observer) override;
  loop::Handle Watch(const kube::Selector& selector, const std::string& resource_version, absl::Duration timeout,
                     kube::WatchObserver<kube::Node>* observer) override;
  loop::Handle Create(const kube::ConfigMap& config_map, kube::WriteCallback callback) override;
  loop::Handle DeleteConfigMap(const std::string& namespace_name, const std::string& name,
                               const kube::Precondition& precondition, kube::WriteCallback callback) override;
  loop::Handle DeletePod(const std::string& namespace_name, const std::string& name,
                         const kube::Precondition& precondition, kube::WriteCallback callback) override;
  loop::Handle AnnotateConfigMap(const std::string& namespace_name, const std::string& name,
                                 const kube::Precondition& precondition, const std::string& annotation,
                                 const std::string& value, kube::WriteCallback callback) override;

 private:
  class Sent;

  struct Request {
    uint64_t id = 0;
    std::string label;
    bool write = false;
    // Carries it out at the server, and returns what gives the answer to the client. What it does at the server does
    // not depend on whether the client still lives.
    std::function<std::function<void()>()> execute;
    // The answer on its way; empty before the request has been carried out.
    std::function<void()> answer;
    // Gives the client an error instead.
    std::function<void(kube::Outcome)> fail;
    // Its answer is long in coming.
    bool slow = false;
  };

  loop::Handle Send(Request request);
  loop::Handle Begin(std::shared_ptr<WatchStream> watch);
  // The client has given it up; a write may arrive all the same.
  void Forget(uint64_t id);
  void OfferRequest(Moves& moves, const Request& request, bool awake, bool reachable);
  void OfferWatch(Moves& moves, uint64_t id, WatchStream& watch);

  void Execute(uint64_t request);
  void Answer(uint64_t request);
  // The client is told of `outcome`; a write that was not carried out may still arrive.
  void Fail(uint64_t request, kube::Outcome outcome);
  void Open(uint64_t watch);
  void Deliver(uint64_t watch);
  void Bookmark(uint64_t watch);
  void End(uint64_t watch, kube::Outcome outcome);

  loop::Handle Write(const std::string& label, std::function<kube::WriteAnswer()> carry_out,
                     std::function<void(const kube::WriteAnswer&, absl::Duration executed)> shown,
                     kube::WriteCallback callback);

  World* const world_;
  Body* const body_;
  const Broker* const broker_;
  Witness* const witness_;
  std::map<uint64_t, Request> requests_;
  std::map<uint64_t, std::shared_ptr<WatchStream>> watches_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_CONNECTION_H_
