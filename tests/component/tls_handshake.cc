#include "tests/component/tls_handshake.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

namespace leadership_broker::testing {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Deleter<SSL_free>>;

Context NewContext(int version, const IssuedCertificate& own) {
  Context context(SSL_CTX_new(TLS_client_method()));
#ifndef OPENSSL_IS_BORINGSSL
  // Else this side would not try TLS 1.1 to begin with.
  SSL_CTX_set_security_level(context.get(), 0);
#endif
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const unsigned char http2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), http2, sizeof(http2));
  const Bio certificate_text(BIO_new_mem_buf(own.certificate.data(), static_cast<int>(own.certificate.size())));
  const Certificate certificate(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  const Bio key_text(BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size())));
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  return context;
}

int Connect(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience = {60, 0};
  setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  // Where it fails, so does the handshake.
  (void)connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return file;
}

std::string CommonName(X509* certificate) {
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
  return name;
}

}  // namespace

Handshake ShakeHands(int port, int version, const IssuedCertificate& certificate) {
  const Context context = NewContext(version, certificate);
  const Session session(SSL_new(context.get()));
  const int file = Connect(port);
  SSL_set_fd(session.get(), file);
  ERR_clear_error();
  Handshake result;
  result.done = SSL_connect(session.get()) == 1;
  if (!result.done) {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    result.error = reason == nullptr ? "" : reason;
    ERR_clear_error();
  }
  result.version = SSL_get_version(session.get());
  if (const Certificate shown{SSL_get_peer_certificate(session.get())}) result.server = CommonName(shown.get());
  close(file);
  return result;
}

}  // namespace leadership_broker::testing
