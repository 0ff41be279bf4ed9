#include "server/kube/credentials.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "server/kube/read_file.h"
#include "server/kube/token_claims.h"

namespace leadership_broker::kube {
namespace {

constexpr absl::string_view kWhatToDo =
    "; is the ServiceAccount token mounted into this container (automountServiceAccountToken)? Another directory can "
    "be named with "
    "--service-account-dir";

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) return content;
  const absl::string_view token = absl::StripAsciiWhitespace(*content);
  if (token.empty()) return absl::InvalidArgumentError(absl::StrCat("the token file ", path, " is empty"));
  if (!IsToken(token)) {
    return absl::InvalidArgumentError(absl::StrCat("the token file ", path, " holds what is no token"));
  }
  return std::string(token);
}

absl::Status CheckCa(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) return content.status();
  if (absl::StrContains(*content, "-----BEGIN CERTIFICATE-----")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the CA file ", path, " holds no PEM certificate"));
}

absl::Status WithAdvice(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(status.message(), kWhatToDo));
}

}  // namespace

absl::StatusOr<std::string> InClusterUrl(absl::string_view host, absl::string_view port) {
  if (host.empty() || port.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is not set: without it the API server's address is not known",
                        host.empty() ? "KUBERNETES_SERVICE_HOST" : "KUBERNETES_SERVICE_PORT"));
  }
  uint32_t number = 0;
  if (!absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
    return absl::InvalidArgumentError(absl::StrFormat("KUBERNETES_SERVICE_PORT \"%s\" is no port", port));
  }
  const bool bare_ipv6 = absl::StrContains(host, ":") && !absl::StartsWith(host, "[");
  return absl::StrFormat("https://%s%s%s:%d", bare_ipv6 ? "[" : "", host, bare_ipv6 ? "]" : "", number);
}

absl::StatusOr<std::unique_ptr<Credentials>> Credentials::FromDirectory(const std::string& directory,
                                                                        std::function<void(const std::string&)> warn) {
  std::string ca_file = absl::StrCat(absl::StripSuffix(directory, "/"), "/ca.crt");
  std::string token_file = absl::StrCat(absl::StripSuffix(directory, "/"), "/token");
  if (absl::Status status = CheckCa(ca_file); !status.ok()) return WithAdvice(status);
  absl::StatusOr<std::string> token = ReadToken(token_file);
  if (!token.ok()) return WithAdvice(token.status());
  return std::unique_ptr<Credentials>(
      new Credentials(std::move(ca_file), std::move(token_file), *std::move(token), std::move(warn)));
}

Credentials::Credentials(std::string ca_file, std::string token_file, std::string token,
                         std::function<void(const std::string&)> warn)
    : ca_file_(std::move(ca_file)),
      token_file_(std::move(token_file)),
      warn_(std::move(warn)),
      proof_{std::move(token), {}, nullptr} {}

const Proof* Credentials::Current(const loop::Instant& now) {
  Token(now.boot);
  return &proof_;
}

const std::string& Credentials::Token(absl::Duration now) {
  if (now - last_try_ >= kMaxAge) Reread(now);
  return proof_.token;
}

bool Credentials::Reread(absl::Duration now) {
  last_try_ = now;
  absl::StatusOr<std::string> token = ReadToken(token_file_);
  if (token.ok()) {
    proof_.token = *std::move(token);
    warned_ = false;
    return true;
  }
  if (!warned_) warn_(absl::StrCat(token.status().message(), "; going on with the token read before"));
  warned_ = true;
  return false;
}

}  // namespace leadership_broker::kube
