// The fields of one mapping of a YAML file, each read as what it has to be.
//
// What is wrong is said once, for the first thing that is: file, line and column, the field's path, and what is wanted;
// never what is there, which may be a secret. A field that is missing, or null, is empty. Unknown fields are ignored,
// as Kubernetes' own clients do.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_FIELDS_H_
#define LEADERSHIP_BROKER_KUBECONFIG_FIELDS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"

#include "yaml-cpp/yaml.h"

namespace leadership_broker::kubeconfig {

// Throws YAML::Exception where yaml-cpp does, which it should not after a node's type was asked for.
class Fields {
 public:
  // `error` holds what was wrong first, and outlives this. `file` is for messages.
  Fields(const YAML::Node& node, std::string file, std::string path, absl::Status* error);

  bool Has(absl::string_view name) const;
  std::string Text(absl::string_view name) const;
  // base64.
  std::string Data(absl::string_view name) const;
  bool Flag(absl::string_view name) const;
  std::vector<std::string> Texts(absl::string_view name) const;
  // Empty fields when it is missing.
  Fields Map(absl::string_view name) const;
  std::vector<Fields> Maps(absl::string_view name) const;
  // Of a mapping whose values are lists of text.
  std::vector<std::pair<std::string, std::vector<std::string>>> TextsByName(absl::string_view name) const;
  // Anything, as JSON has it.
  google::protobuf::Value Any(absl::string_view name) const;

  // "FILE, line N".
  std::string Line() const;
  const std::string& path() const { return path_; }
  // Says that this field, or with an empty name the mapping itself, is wrong.
  void Refuse(absl::string_view name, absl::string_view why) const;

 private:
  // Null when it is missing.
  const YAML::Node* Find(absl::string_view name) const;
  // Its elements; none when it is missing, or no list, which is refused.
  YAML::Node List(absl::string_view name) const;
  std::string PathTo(absl::string_view name) const;
  void RefuseAt(const YAML::Mark& mark, absl::string_view path, absl::string_view why) const;

  std::string file_;
  std::string path_;
  absl::Status* error_;
  YAML::Mark mark_;
  std::map<std::string, YAML::Node> fields_;
};

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_FIELDS_H_
