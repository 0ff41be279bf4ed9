#include "server/rpc/tls_credentials.h"

#include <string>
#include <utility>

#include "grpcpp/version_info.h"

#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "server/loop/mutex.h"

namespace leadership_broker::rpc {
namespace {

// Tells gRPC of certificates each time that it asks.
class CertificateSource {
 public:
  explicit CertificateSource(std::shared_ptr<const CertificateFiles> files) : files_(std::move(files)) {}

  grpc_server_credentials* NewCredentials() {
    return grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, &Fetch, this));
  }

 private:
  // gRPC's callback, before each handshake. gRPC takes the new certificates over, and stays with the old ones should
  // it not like them.
  static grpc_ssl_certificate_config_reload_status Fetch(void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<CertificateSource*>(self)->FetchNewer(config);
  }
  grpc_ssl_certificate_config_reload_status FetchNewer(grpc_ssl_server_certificate_config** config) {
    loop::MutexLock lock(mutex_);
    std::shared_ptr<const Certificates> newest = files_->Newest();
    if (newest == told_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    told_ = std::move(newest);
    const grpc_ssl_pem_key_cert_pair own = {told_->key.c_str(), told_->certificate.c_str()};
    *config = grpc_ssl_server_certificate_config_create(told_->client_ca.c_str(), &own, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const std::shared_ptr<const CertificateFiles> files_;
  loop::Mutex mutex_;
  std::shared_ptr<const Certificates> told_ GUARDED_BY(mutex_);
};

// gRPC's C++ has no name for credentials whose certificates change, but its C interface has them.
#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 55
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  explicit TlsCredentials(std::unique_ptr<CertificateSource> source)
      : source_(std::move(source)), credentials_(source_->NewCredentials()) {}
  ~TlsCredentials() override { grpc_server_credentials_release(credentials_); }

  // Nobody sets one.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  const std::unique_ptr<CertificateSource> source_;
  grpc_server_credentials* const credentials_;
};
#else
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  explicit TlsCredentials(std::unique_ptr<CertificateSource> source)
      : grpc::ServerCredentials(source->NewCredentials()), source_(std::move(source)) {}

 private:
  const std::unique_ptr<CertificateSource> source_;
};
#endif

}  // namespace

std::shared_ptr<grpc::ServerCredentials> NewTlsCredentials(std::shared_ptr<const CertificateFiles> files) {
  return std::make_shared<TlsCredentials>(std::make_unique<CertificateSource>(std::move(files)));
}

}  // namespace leadership_broker::rpc
