#include "server/kubeconfig/fixed_credentials.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "server/kube/curl_url.h"
#include "server/kube/read_file.h"
#include "server/kube/token_claims.h"
#include "server/kubeconfig/pem.h"

namespace leadership_broker::kubeconfig {
namespace {

// What stands in the kubeconfig, or else in a file; and what to call it.
struct Source {
  std::string text;
  std::string name;
};

absl::StatusOr<Source> ReadSource(const std::string& data, const std::string& file, const User& user,
                                  absl::string_view field) {
  if (file.empty()) return Source{data, absl::StrCat(user.where, ", ", field)};
  absl::StatusOr<std::string> text = kube::ReadFile(file);
  if (text.ok()) return Source{*std::move(text), absl::StrCat(user.where, ": ", file)};
  return absl::Status(text.status().code(), absl::StrCat(user.where, ": ", text.status().message()));
}

absl::StatusOr<std::string> ReadToken(const User& user) {
  if (user.token_file.empty()) return user.token;
  absl::StatusOr<Source> source = ReadSource("", user.token_file, user, "tokenFile");
  if (!source.ok()) return source.status();
  const absl::string_view token = absl::StripAsciiWhitespace(source->text);
  if (kube::IsToken(token)) return std::string(token);
  return absl::InvalidArgumentError(absl::StrCat(source->name, " holds no token"));
}

absl::StatusOr<std::shared_ptr<const kube::ClientCertificate>> ReadCertificate(const User& user) {
  if (user.certificate_file.empty() && user.certificate_data.empty()) return nullptr;
  absl::StatusOr<Source> certificate =
      ReadSource(user.certificate_data, user.certificate_file, user, "client-certificate-data");
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<Source> key = ReadSource(user.key_data, user.key_file, user, "client-key-data");
  if (!key.ok()) return key.status();
  return MakeClientCertificate(std::move(certificate->text), certificate->name, std::move(key->text), key->name);
}

bool Same(const kube::ClientCertificate* one, const kube::ClientCertificate* other) {
  if (one == nullptr || other == nullptr) return one == other;
  return one->certificate == other->certificate && one->key == other->key;
}

}  // namespace

std::vector<std::string> ImpersonationHeaders(const User& user) {
  std::vector<std::string> headers;
  if (!user.as.empty()) headers.push_back(absl::StrCat("Impersonate-User: ", user.as));
  if (!user.as_uid.empty()) headers.push_back(absl::StrCat("Impersonate-Uid: ", user.as_uid));
  for (const std::string& group : user.as_groups) headers.push_back(absl::StrCat("Impersonate-Group: ", group));
  for (const auto& [name, values] : user.as_extra) {
    for (const std::string& value : values) {
      headers.push_back(absl::StrCat("Impersonate-Extra-", kube::UrlEscape(name), ": ", value));
    }
  }
  return headers;
}

absl::StatusOr<std::unique_ptr<FixedCredentials>> FixedCredentials::Open(const User& user,
                                                                         std::function<void(const std::string&)> warn) {
  std::unique_ptr<FixedCredentials> credentials(new FixedCredentials(user, std::move(warn)));
  credentials->proof_.headers = ImpersonationHeaders(user);
  if (absl::Status status = credentials->Read(); !status.ok()) return status;
  return credentials;
}

const kube::Proof* FixedCredentials::Current(const loop::Instant& now) {
  if (last_try_ == -absl::InfiniteDuration()) last_try_ = now.boot;
  if (now.boot - last_try_ < kMaxAge) return &proof_;
  last_try_ = now.boot;
  const absl::Status status = Read();
  if (!status.ok() && !warned_) warn_(absl::StrCat(status.message(), "; going on with what was read before"));
  warned_ = !status.ok();
  return &proof_;
}

bool FixedCredentials::Renew(const loop::Instant& now, const kube::Proof& refused) {
  last_try_ = now.boot - kMaxAge;
  Current(now);
  return proof_.token != refused.token || proof_.certificate != refused.certificate;
}

absl::Status FixedCredentials::Read() {
  absl::StatusOr<std::string> token = ReadToken(user_);
  if (!token.ok()) return token.status();
  auto certificate = ReadCertificate(user_);
  if (!certificate.ok()) return certificate.status();
  proof_.token = *std::move(token);
  if (!Same(certificate->get(), proof_.certificate.get())) proof_.certificate = *std::move(certificate);
  return absl::OkStatus();
}

}  // namespace leadership_broker::kubeconfig
