#include "tests/fake_kube_apiserver/selector.h"

#include <algorithm>
#include <regex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace leadership_broker::testing::fake {
namespace {

// By which fields a kind can be selected.
const std::vector<std::string>& SelectableFields(const Resource& resource) {
  static const auto* const common = new std::vector<std::string>{"metadata.name", "metadata.namespace"};
  static const auto* const of_pods = new std::vector<std::string>{
      "metadata.name",    "metadata.namespace",      "spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
      "spec.hostNetwork", "spec.serviceAccountName", "status.phase",  "status.podIP"};
  return resource.kind == "Pod" ? *of_pods : *common;
}

std::string FieldOf(const json& object, const std::string& field) {
  const json::json_pointer path("/" + absl::StrReplaceAll(field, {{".", "/"}}));
  if (!object.contains(path)) return "";
  const json& value = object.at(path);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Splits at the commas that are outside parentheses.
std::vector<std::string> SplitTerms(const std::string& text) {
  std::vector<std::string> terms(1);
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      terms.emplace_back();
    } else {
      terms.back() += c;
    }
  }
  return terms;
}

}  // namespace

absl::StatusOr<std::vector<Selector::FieldTerm>> Selector::ParseFields(const Resource& resource,
                                                                       const std::string& text) {
  std::vector<FieldTerm> terms;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    static const auto* const form = new std::regex("([^=!]+)(==|=|!=)([^=!]*)");
    std::smatch match;
    const std::string term(part);
    if (!std::regex_match(term, match, *form)) {
      return absl::InvalidArgumentError(absl::StrCat("invalid selector: '", text, "'; can't understand '", term, "'"));
    }
    const std::vector<std::string>& known = SelectableFields(resource);
    if (std::find(known.begin(), known.end(), match.str(1)) == known.end()) {
      return absl::InvalidArgumentError(
          resource.kind == "Pod"
              ? absl::StrCat("field label not supported: ", match.str(1))
              : absl::StrCat("\"", match.str(1),
                             "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""));
    }
    terms.push_back({match.str(1), match.str(3), match.str(2) != "!="});
  }
  return terms;
}

absl::StatusOr<std::vector<Selector::LabelTerm>> Selector::ParseLabels(const std::string& text) {
  std::vector<LabelTerm> terms;
  if (absl::StripAsciiWhitespace(text).empty()) return terms;
  for (const std::string& part : SplitTerms(text)) {
    static const auto* const exists = new std::regex(R"(\s*(!?)\s*([\w./-]+)\s*)");
    static const auto* const equality = new std::regex(R"(\s*([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)\s*)");
    static const auto* const set = new std::regex(R"(\s*([\w./-]+)\s+(in|notin)\s*\(([^()]*)\)\s*)");
    std::smatch match;
    if (std::regex_match(part, match, *exists)) {
      terms.push_back({match.str(2), {}, !match.str(1).empty()});
    } else if (std::regex_match(part, match, *equality)) {
      terms.push_back({match.str(1), {match.str(3)}, match.str(2) == "!="});
    } else if (std::regex_match(part, match, *set)) {
      LabelTerm term{match.str(1), {}, match.str(2) == "notin"};
      const std::string values = match.str(3);
      for (const absl::string_view value : absl::StrSplit(values, ',')) {
        term.values.emplace_back(absl::StripAsciiWhitespace(value));
      }
      terms.push_back(std::move(term));
    } else {
      return absl::InvalidArgumentError(absl::StrCat("unable to parse requirement: '", part, "'"));
    }
  }
  return terms;
}

absl::StatusOr<Selector> Selector::Parse(const Resource& resource, const std::string& field_selector,
                                         const std::string& label_selector) {
  Selector selector;
  absl::StatusOr<std::vector<FieldTerm>> fields = ParseFields(resource, field_selector);
  if (!fields.ok()) return fields.status();
  absl::StatusOr<std::vector<LabelTerm>> labels = ParseLabels(label_selector);
  if (!labels.ok()) return labels.status();
  selector.fields_ = *std::move(fields);
  selector.labels_ = *std::move(labels);
  return selector;
}

bool Selector::Matches(const json& object) const {
  for (const FieldTerm& term : fields_) {
    if ((FieldOf(object, term.field) == term.value) != term.equal) return false;
  }
  if (labels_.empty()) return true;
  const json labels = object.at("metadata").value("labels", json::object());
  for (const LabelTerm& term : labels_) {
    const auto label = labels.find(term.key);
    const bool holds =
        label != labels.end() &&
        (term.values.empty() || std::find(term.values.begin(), term.values.end(), *label) != term.values.end());
    if (holds == term.negated) return false;
  }
  return true;
}

std::optional<std::string> Selector::SingleName() const {
  for (const FieldTerm& term : fields_) {
    if (term.field == "metadata.name" && term.equal) return term.value;
  }
  return std::nullopt;
}

}  // namespace leadership_broker::testing::fake
