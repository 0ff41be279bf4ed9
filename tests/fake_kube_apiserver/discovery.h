// What kubectl and other clients ask before they ask for objects: which groups and kinds there are, and whether the
// server is well.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_DISCOVERY_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_DISCOVERY_H_

#include <optional>
#include <string>

#include "tests/fake_kube_apiserver/http_message.h"

namespace leadership_broker::testing::fake {

// nullopt when `path` is none of these. Everybody may read them here; on a real server /api and below want a token.
std::optional<HttpResponse> Discover(const std::string& path);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_DISCOVERY_H_
