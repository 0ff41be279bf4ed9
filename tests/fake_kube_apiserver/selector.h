// Field and label selectors in Kubernetes' own syntax.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_SELECTOR_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_SELECTOR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/resource.h"

namespace leadership_broker::testing::fake {

using nlohmann::json;

class Selector {
 public:
  // Everything.
  Selector() = default;

  // INVALID_ARGUMENT with the real server's words: bad syntax, or a field by which this kind cannot be selected. Label
  // selectors: `k`, `!k`, `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, joined by commas.
  static absl::StatusOr<Selector> Parse(const Resource& resource, const std::string& field_selector,
                                        const std::string& label_selector);

  bool Matches(const json& object) const;

  // The name, when the field selector asks for exactly one. The real server authorizes such a list or watch by that
  // name.
  std::optional<std::string> SingleName() const;

 private:
  struct FieldTerm {
    std::string field;  // "metadata.name"
    std::string value;
    bool equal;
  };
  // Present and of one of `values` (any value when there are none), or, negated, not so.
  struct LabelTerm {
    std::string key;
    std::vector<std::string> values;
    bool negated;
  };

  static absl::StatusOr<std::vector<FieldTerm>> ParseFields(const Resource& resource, const std::string& text);
  static absl::StatusOr<std::vector<LabelTerm>> ParseLabels(const std::string& text);

  std::vector<FieldTerm> fields_;
  std::vector<LabelTerm> labels_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_SELECTOR_H_
