#include "tests/harness/collector.h"

#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"
#include "tests/harness/rights.h"

namespace leadership_broker::testing {

bool CollectorComesBy(AdminClient& admin, const std::string& namespace_name) {
  using Json = nlohmann::json;
  const Json owner = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", "never-was"}, {"uid", "never-was"}};
  const Json orphan = {{"apiVersion", "v1"},
                       {"kind", "ConfigMap"},
                       {"metadata", {{"generateName", "orphan-"}, {"ownerReferences", Json::array({owner})}}}};
  const std::string all = "/api/v1/namespaces/" + namespace_name + "/configmaps";
  const Json made = Must(admin.Post(all, orphan), "make an orphan for the collector");
  const std::string path = all + "/" + made["metadata"]["name"].get<std::string>();
  return Eventually([&] { return admin.Get(path).status == 404; });
}

}  // namespace leadership_broker::testing
