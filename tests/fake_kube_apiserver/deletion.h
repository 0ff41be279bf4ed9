// What becomes of an object that a client asks to have deleted: preconditions, grace periods and finalizers, in the
// order in which the real server weighs them. Pure.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_DELETION_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_DELETION_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/resource.h"

namespace leadership_broker::testing::fake {

inline constexpr char kForegroundFinalizer[] = "foregroundDeletion";
inline constexpr char kOrphanFinalizer[] = "orphan";

// metav1.DeleteOptions.
struct DeleteOptions {
  std::optional<std::string> uid;
  std::optional<std::string> resource_version;
  std::optional<int64_t> grace_period_seconds;
  // "Background", "Foreground", "Orphan", or empty: by the finalizers that the object already has.
  std::string propagation_policy;

  // Overwrites in `options` what the JSON object `body` says. A failure when it is no DeleteOptions.
  static std::optional<ApiResult> Parse(const json& body, DeleteOptions& options);
};

struct Deletion {
  // Why nothing is done.
  std::optional<ApiResult> refusal;
  // Not null: the object is first changed to this.
  json changed;
  // Then it goes.
  bool remove = false;
};

Deletion DecideDeletion(const Resource& resource, const json& object, const DeleteOptions& options, absl::Time now);

// Whether `object`, once stored, has nothing left that keeps it: it is being deleted, without finalizers and without
// grace.
bool NothingHolds(const json& object);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_DELETION_H_
