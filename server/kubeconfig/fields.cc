#include "server/kubeconfig/fields.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "server/config/plain_text.h"

namespace leadership_broker::kubeconfig {
namespace {

// What is longer is no name of a field or of a person's choosing, and not to be quoted whole.
constexpr size_t kLongestName = 100;
// Of what is taken as it comes. Aliases can make a little text very large.
constexpr int kDeepestAny = 32;
constexpr int kMostAny = 10000;

bool IsMissing(const YAML::Node& node) { return !node.IsDefined() || node.IsNull(); }

std::string Shown(absl::string_view name) { return config::ToPlainText(config::Shortened(name, kLongestName)); }

// A plain scalar may be null, true or a number; one in quotes is text.
void ScalarToValue(const YAML::Node& node, google::protobuf::Value* value) {
  bool flag = false;
  double number = 0;
  const bool is_plain = node.Tag() == "?";
  if (is_plain && YAML::convert<bool>::decode(node, flag)) {
    value->set_bool_value(flag);
  } else if (is_plain && absl::SimpleAtod(node.Scalar(), &number) && number - number == 0) {
    value->set_number_value(number);
  } else {
    value->set_string_value(config::ToUtf8(node.Scalar()));
  }
}

// False when it is too much.
bool ToValue(const YAML::Node& node, int depth, int* room, google::protobuf::Value* value) {
  if (depth > kDeepestAny || --*room < 0) return false;
  if (node.IsScalar()) {
    ScalarToValue(node, value);
  } else if (node.IsSequence()) {
    auto* const list = value->mutable_list_value();
    for (const YAML::Node& element : node) {
      if (!ToValue(element, depth + 1, room, list->add_values())) return false;
    }
  } else if (node.IsMap()) {
    auto& fields = *value->mutable_struct_value()->mutable_fields();
    for (const auto& pair : node) {
      const std::string name = pair.first.IsScalar() ? config::ToUtf8(pair.first.Scalar()) : "";
      if (!ToValue(pair.second, depth + 1, room, &fields[name])) return false;
    }
  } else {
    value->set_null_value(google::protobuf::NULL_VALUE);
  }
  return true;
}

}  // namespace

Fields::Fields(const YAML::Node& node, std::string file, std::string path, absl::Status* error)
    : file_(std::move(file)), path_(std::move(path)), error_(error), mark_(node.Mark()) {
  if (IsMissing(node)) return;
  if (!node.IsMap()) {
    Refuse("", "fields are wanted here, each as NAME: VALUE");
    return;
  }
  for (const auto& pair : node) {
    if (!pair.first.IsScalar()) {
      RefuseAt(pair.first.Mark(), path_, "the name of a field has to be text");
      continue;
    }
    const std::string& name = pair.first.Scalar();
    if (name == "<<") RefuseAt(pair.first.Mark(), path_, "merge keys (<<) are not understood; write the fields");
    if (!fields_.emplace(name, pair.second).second) {
      RefuseAt(pair.first.Mark(), PathTo(name), "is there twice; leave one");
    }
  }
}

const YAML::Node* Fields::Find(absl::string_view name) const {
  const auto found = fields_.find(std::string(name));
  return found == fields_.end() ? nullptr : &found->second;
}

bool Fields::Has(absl::string_view name) const {
  const YAML::Node* const value = Find(name);
  return value != nullptr && !IsMissing(*value);
}

std::string Fields::Text(absl::string_view name) const {
  if (!Has(name)) return "";
  const YAML::Node& value = *Find(name);
  if (value.IsScalar()) return value.Scalar();
  Refuse(name, "has to be text");
  return "";
}

std::string Fields::Data(absl::string_view name) const {
  std::string data;
  if (!absl::Base64Unescape(Text(name), &data)) Refuse(name, "is no base64");
  return data;
}

bool Fields::Flag(absl::string_view name) const {
  bool flag = false;
  if (Has(name) && !YAML::convert<bool>::decode(*Find(name), flag)) Refuse(name, "has to be true or false");
  return flag;
}

YAML::Node Fields::List(absl::string_view name) const {
  if (!Has(name)) return YAML::Node();
  const YAML::Node& list = *Find(name);
  if (list.IsSequence()) return list;
  Refuse(name, "has to be a list");
  return YAML::Node();
}

std::vector<std::string> Fields::Texts(absl::string_view name) const {
  std::vector<std::string> texts;
  for (const YAML::Node& element : List(name)) {
    if (element.IsScalar()) {
      texts.push_back(element.Scalar());
    } else {
      RefuseAt(element.Mark(), PathTo(name), "has to be a list of text");
    }
  }
  return texts;
}

Fields Fields::Map(absl::string_view name) const {
  const YAML::Node* const value = Find(name);
  return Fields(value == nullptr ? YAML::Node() : *value, file_, PathTo(name), error_);
}

std::vector<Fields> Fields::Maps(absl::string_view name) const {
  std::vector<Fields> maps;
  for (const YAML::Node& element : List(name)) {
    maps.emplace_back(element, file_, absl::StrCat(PathTo(name), "[", maps.size(), "]"), error_);
  }
  return maps;
}

std::vector<std::pair<std::string, std::vector<std::string>>> Fields::TextsByName(absl::string_view name) const {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  const Fields map = Map(name);
  for (const auto& [key, value] : map.fields_) all.emplace_back(key, map.Texts(key));
  return all;
}

google::protobuf::Value Fields::Any(absl::string_view name) const {
  google::protobuf::Value value;
  int room = kMostAny;
  if (!Has(name)) {
    value.set_null_value(google::protobuf::NULL_VALUE);
  } else if (!ToValue(*Find(name), 0, &room, &value)) {
    Refuse(name, "is too much");
  }
  return value;
}

std::string Fields::Line() const { return absl::StrCat(file_, ", line ", mark_.line + 1); }

void Fields::Refuse(absl::string_view name, absl::string_view why) const {
  const YAML::Node* const value = Find(name);
  RefuseAt(value == nullptr ? mark_ : value->Mark(), PathTo(name), why);
}

std::string Fields::PathTo(absl::string_view name) const {
  return absl::StrCat(path_, path_.empty() || name.empty() ? "" : ".", Shown(name));
}

void Fields::RefuseAt(const YAML::Mark& mark, absl::string_view path, absl::string_view why) const {
  if (!error_->ok()) return;
  *error_ = absl::InvalidArgumentError(absl::StrCat(file_, ", line ", mark.line + 1, ", column ", mark.column + 1, ": ",
                                                    path, path.empty() ? "" : " ", why));
}

}  // namespace leadership_broker::kubeconfig
