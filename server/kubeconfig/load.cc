#include "server/kubeconfig/load.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "server/kube/read_file.h"
#include "server/kubeconfig/parse.h"

namespace leadership_broker::kubeconfig {

absl::StatusOr<Kubeconfig> Load(const std::string& list) {
  Kubeconfig all;
  std::set<std::string> seen;
  absl::Status missing = absl::InvalidArgumentError(absl::StrCat("\"", list, "\" names no kubeconfig"));
  bool found = false;
  for (const absl::string_view entry : absl::StrSplit(list, ':', absl::SkipEmpty())) {
    const std::string path(entry);
    if (!seen.insert(path).second) continue;
    const absl::StatusOr<std::string> text = kube::ReadFile(path);
    if (absl::IsNotFound(text.status())) {
      missing = text.status();
      continue;
    }
    if (!text.ok()) return text.status();
    absl::StatusOr<Kubeconfig> one = Parse(*text, path);
    if (!one.ok()) return one.status();
    Merge(*std::move(one), &all);
    found = true;
  }
  if (found) return all;
  return absl::Status(missing.code(),
                      absl::StrCat(missing.message(), "; name the file with --kubeconfig or KUBECONFIG"));
}

void Merge(Kubeconfig second, Kubeconfig* first) {
  first->clusters.merge(second.clusters);
  first->users.merge(second.users);
  first->contexts.merge(second.contexts);
  if (first->current_context.empty()) first->current_context = std::move(second.current_context);
}

}  // namespace leadership_broker::kubeconfig
