#include "tests/fake_kube_apiserver/tokens.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "tests/fake_kube_apiserver/object_rules.h"

namespace leadership_broker::testing::fake {
namespace {

constexpr char kIssuer[] = "https://kubernetes.default.svc";
constexpr int64_t kDefaultSeconds = 3600;
constexpr int64_t kLeastSeconds = 600;

std::string RandomText(size_t bytes) {
  std::string random(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(bytes)) != 1) std::abort();
  return absl::WebSafeBase64Escape(random);
}

json Reference(const std::string& name, const std::string& uid) { return {{"name", name}, {"uid", uid}}; }

}  // namespace

Tokens::Tokens(const Store& store, std::chrono::milliseconds remembered_for)
    : store_(store), remembered_for_(remembered_for), admin_token_(RandomText(32)) {}

ApiResult Tokens::Issue(const std::string& namespace_name, const std::string& service_account, const json& request) {
  ApiResult account = store_.Get({&CoreResource("serviceaccounts"), namespace_name, service_account});
  if (!account.ok()) return account;
  json spec = request.value("spec", json::object());
  const int64_t seconds = spec.value("expirationSeconds", kDefaultSeconds);
  if (seconds < kLeastSeconds) {
    return Invalid("TokenRequest.authentication.k8s.io", "", "FieldValueInvalid", "spec.expirationSeconds",
                   absl::StrCat("Invalid value: ", seconds, ": may not specify a duration less than 10 minutes"));
  }
  const absl::Time now = absl::Now();
  Issued issued;
  issued.expiry = now + absl::Seconds(seconds);
  issued.service_account_uid = account.body.at("metadata").at("uid");
  issued.identity.user = absl::StrCat("system:serviceaccount:", namespace_name, ":", service_account);
  issued.identity.namespace_name = namespace_name;
  issued.identity.service_account = service_account;
  json kubernetes = {{"namespace", namespace_name},
                     {"serviceaccount", Reference(service_account, issued.service_account_uid)}};
  if (const json bound = spec.value("boundObjectRef", json()); !bound.is_null()) {
    if (bound.value("kind", "") != "Pod") return BadRequest("the stand-in binds tokens to Pods only");
    issued.identity.pod_name = bound.value("name", "");
    ApiResult pod = store_.Get({&CoreResource("pods"), namespace_name, issued.identity.pod_name});
    if (!pod.ok()) return pod;
    issued.pod_uid = pod.body.at("metadata").at("uid");
    if (const std::string asked = bound.value("uid", issued.pod_uid); asked != issued.pod_uid) {
      return DeletionConflict(CoreResource("pods"), issued.identity.pod_name,
                              absl::StrCat("the UID in the bound object reference (", asked,
                                           ") does not match the UID in record. The object might have been deleted and "
                                           "then recreated"));
    }
    kubernetes["pod"] = Reference(issued.identity.pod_name, issued.pod_uid);
    const std::string node = pod.body.at("spec").value("nodeName", "");
    if (!node.empty()) {
      const ApiResult found = store_.Get({&CoreResource("nodes"), "", node});
      kubernetes["node"] = found.ok() ? Reference(node, found.body.at("metadata").at("uid")) : json{{"name", node}};
    }
  }
  const json claims = {{"aud", {kIssuer}},
                       {"exp", absl::ToUnixSeconds(issued.expiry)},
                       {"iat", absl::ToUnixSeconds(now)},
                       {"iss", kIssuer},
                       {"jti", RandomText(12)},
                       {"kubernetes.io", std::move(kubernetes)},
                       {"nbf", absl::ToUnixSeconds(now)},
                       {"sub", issued.identity.user}};
  const json header = {{"alg", "RS256"}, {"kid", "stand-in"}};
  const std::string token = absl::StrCat(absl::WebSafeBase64Escape(header.dump()), ".",
                                         absl::WebSafeBase64Escape(claims.dump()), ".", RandomText(256));
  spec["audiences"] = {kIssuer};
  spec["expirationSeconds"] = seconds;
  ApiResult result{201,
                   {{"kind", "TokenRequest"},
                    {"apiVersion", "authentication.k8s.io/v1"},
                    {"metadata", {{"name", service_account}, {"namespace", namespace_name}}},
                    {"spec", std::move(spec)},
                    {"status", {{"token", token}, {"expirationTimestamp", FormatTimestamp(issued.expiry)}}}}};
  const std::lock_guard<std::mutex> lock(mu_);
  issued_.emplace(token, std::move(issued));
  return result;
}

bool Tokens::HasUid(const std::string& plural, const std::string& namespace_name, const std::string& name,
                    const std::string& uid) const {
  const ApiResult found = store_.Get({&CoreResource(plural), namespace_name, name});
  return found.ok() && found.body.at("metadata").at("uid") == uid;
}

std::optional<Identity> Tokens::Authenticate(const std::string& token) {
  if (token == admin_token_) {
    Identity admin;
    admin.user = "admin";
    admin.admin = true;
    return admin;
  }
  const std::lock_guard<std::mutex> lock(mu_);
  const auto found = issued_.find(token);
  if (found == issued_.end()) return std::nullopt;
  Issued& issued = found->second;
  if (absl::Now() >= issued.expiry) return std::nullopt;
  const Clock::time_point now = Clock::now();
  if (now < issued.remembered_until) return issued.identity;
  const Identity& identity = issued.identity;
  if (!HasUid("serviceaccounts", identity.namespace_name, identity.service_account, issued.service_account_uid)) {
    return std::nullopt;
  }
  if (!issued.pod_uid.empty() && !HasUid("pods", identity.namespace_name, identity.pod_name, issued.pod_uid)) {
    return std::nullopt;
  }
  issued.remembered_until = now + remembered_for_;
  return identity;
}

}  // namespace leadership_broker::testing::fake
