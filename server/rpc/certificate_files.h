// The files of --tls-cert, --tls-key and --tls-client-ca, and what they held when they were last whole.
//
// They change while the broker runs: the kubelet swaps a Secret's folder, others write one file after another. What is
// half-written, or wrong, changes nothing: who was let in until then is let in still.
#ifndef LEADERSHIP_BROKER_RPC_CERTIFICATE_FILES_H_
#define LEADERSHIP_BROKER_RPC_CERTIFICATE_FILES_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/config/config.h"
#include "server/loop/mutex.h"
#include "server/rpc/certificates.h"

namespace leadership_broker::rpc {

class CertificateFiles {
 public:
  // The error is one line for people; the process is then to end with kConfigurationError.
  static absl::StatusOr<std::shared_ptr<CertificateFiles>> Open(config::TlsFiles files);

  // Reads the files again. What is new is logged, and what is wrong with them is, once. Blocks; on one thread, now and
  // then.
  void Refresh();

  // The newest that were whole: the same object until there are others. Any thread.
  std::shared_ptr<const Certificates> Newest() const;

 private:
  explicit CertificateFiles(config::TlsFiles files) : files_(std::move(files)) {}

  absl::StatusOr<Certificates> Read() const;
  // The error is about what they hold now.
  absl::Status TakeUp(Certificates found);
  void SayWhenExpired();

  const config::TlsFiles files_;
  mutable loop::Mutex mutex_;
  std::shared_ptr<const Certificates> newest_ GUARDED_BY(mutex_);
  // Refresh's own.
  absl::Time end_ = absl::InfiniteFuture();
  bool said_expired_ = false;
  std::string complaint_;
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_CERTIFICATE_FILES_H_
