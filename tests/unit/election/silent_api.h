// An API server that never answers, for tests to override where it should.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_SILENT_API_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_SILENT_API_H_

#include <string>

#include "server/kube/api.h"

namespace leadership_broker::testing {

class SilentApi : public kube::Api {
 public:
  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::ConfigMap>) override { return nullptr; }
  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::Pod>) override { return nullptr; }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::ConfigMap>*) override {
    return nullptr;
  }
  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::Node>) override { return nullptr; }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::Pod>*) override {
    return nullptr;
  }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::Node>*) override {
    return nullptr;
  }
  loop::Handle Create(const kube::ConfigMap&, kube::WriteCallback) override { return nullptr; }
  loop::Handle DeleteConfigMap(const std::string&, const std::string&, const kube::Precondition&,
                               kube::WriteCallback) override {
    return nullptr;
  }
  loop::Handle DeletePod(const std::string&, const std::string&, const kube::Precondition&,
                         kube::WriteCallback) override {
    return nullptr;
  }
  loop::Handle AnnotateConfigMap(const std::string&, const std::string&, const kube::Precondition&, const std::string&,
                                 const std::string&, kube::WriteCallback) override {
    return nullptr;
  }
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_ELECTION_SILENT_API_H_
