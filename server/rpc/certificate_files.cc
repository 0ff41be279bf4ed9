#include "server/rpc/certificate_files.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "server/config/logging.h"
#include "server/kube/read_file.h"

namespace leadership_broker::rpc {
namespace {

// How often they are read until two readings agree: more is for the next time.
constexpr int kReadings = 3;

std::string Text(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

absl::Status ReadInto(absl::string_view flag, const std::string& path, std::string* text) {
  absl::StatusOr<std::string> content = kube::ReadFile(path);
  if (!content.ok())
    return absl::NotFoundError(
        absl::StrCat(flag, ": ", content.status().message(), "; mount it there, or change the flag"));
  *text = *std::move(content);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<CertificateFiles>> CertificateFiles::Open(config::TlsFiles files) {
  auto opened = std::shared_ptr<CertificateFiles>(new CertificateFiles(std::move(files)));
  absl::StatusOr<Certificates> found = opened->Read();
  if (!found.ok()) return found.status();
  if (absl::Status status = opened->TakeUp(*std::move(found)); !status.ok()) return status;
  opened->SayWhenExpired();
  return opened;
}

absl::StatusOr<Certificates> CertificateFiles::Read() const {
  Certificates found;
  absl::Status status = ReadInto("--tls-cert", files_.certificate, &found.certificate);
  status.Update(ReadInto("--tls-key", files_.key, &found.key));
  status.Update(ReadInto("--tls-client-ca", files_.client_ca, &found.client_ca));
  if (!status.ok()) return status;
  return found;
}

void CertificateFiles::Refresh() {
  absl::StatusOr<Certificates> found = Read();
  // The folder may be swapped between one file and the next.
  for (int i = 1; i < kReadings && found.ok() && !(*found == *Newest()); ++i) {
    absl::StatusOr<Certificates> again = Read();
    if (again.ok() && *again == *found) break;
    found = std::move(again);
  }
  absl::Status status = found.status();
  if (found.ok() && !(*found == *Newest())) {
    status = TakeUp(*std::move(found));
    if (status.ok()) {
      config::Log(config::LogLevel::kInfo, "new certificates for clients from outside the pod; their streams go on",
                  {{"tls_cert", files_.certificate}, {"valid_until", Text(end_)}});
    }
  }
  const std::string complaint(status.message());
  if (!complaint.empty() && complaint != complaint_) {
    config::Log(config::LogLevel::kWarning,
                "the certificates for clients from outside the pod cannot be renewed; the earlier ones stay in force",
                {{"error", complaint}, {"valid_until", Text(end_)}});
  }
  complaint_ = complaint;
  SayWhenExpired();
}

absl::Status CertificateFiles::TakeUp(Certificates found) {
  const absl::StatusOr<absl::Time> end = CheckCertificates(found, files_);
  if (!end.ok()) return end.status();
  end_ = *end;
  said_expired_ = false;
  loop::MutexLock lock(mutex_);
  newest_ = std::make_shared<const Certificates>(std::move(found));
  return absl::OkStatus();
}

void CertificateFiles::SayWhenExpired() {
  if (said_expired_ || absl::Now() < end_) return;
  said_expired_ = true;
  config::Log(config::LogLevel::kWarning,
              "this server's certificate has expired, and clients from outside the pod will refuse it: renew it",
              {{"tls_cert", files_.certificate}, {"valid_until", Text(end_)}});
}

std::shared_ptr<const Certificates> CertificateFiles::Newest() const {
  loop::MutexLock lock(mutex_);
  return newest_;
}

}  // namespace leadership_broker::rpc
