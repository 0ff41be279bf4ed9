// What one stream may tell, message after message.
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"

#include "tests/control_plane/chaos/checker/rules.h"

namespace leadership_broker::chaos {

void CheckStreams(const History& history, Verdict* verdict) {
  std::map<std::tuple<std::string, std::string, int>, const Told*> last;
  for (const Told& told : history.told) {
    const Told*& before = last[{told.pod, told.subscriber, told.stream}];
    if (before != nullptr) {
      if (told.revision < before->revision) {
        verdict->violations.push_back({"R15 order",
                                       absl::StrCat("app ", told.subscriber, " of pod ", told.pod, " is told revision ",
                                                    told.revision, " after ", before->revision),
                                       told.at});
      }
      if (before->leads() && told.leads() && before->lock != told.lock) {
        verdict->violations.push_back(
            {"R4 loss first",
             absl::StrCat("app ", told.subscriber, " of pod ", told.pod, " is told that it leads under lock ",
                          told.lock, ", and never was told that it lost ", before->lock),
             told.at});
      }
    }
    before = &told;
  }
}

}  // namespace leadership_broker::chaos
