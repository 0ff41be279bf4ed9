#include "tests/unit/kube/one_shot_server.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness/require.h"
#include "tests/unit/kube/loopback_socket.h"

namespace leadership_broker::testing {
namespace {

int TakeAny(int, X509_STORE_CTX*) { return 1; }

// The first of its kind in the text.
template <typename T>
std::unique_ptr<T, void (*)(T*)> FromPem(const std::string& text, T* (*read)(BIO*, T**, pem_password_cb*, void*),
                                         void (*free)(T*)) {
  BIO* const bio = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
  std::unique_ptr<T, void (*)(T*)> object(read(bio, nullptr, nullptr, nullptr), free);
  BIO_free(bio);
  return object;
}

std::string ClientName(SSL* ssl) {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get_peer_certificate(ssl), &X509_free);
  if (certificate == nullptr) return "";
  char name[64] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof(name));
  return name;
}

}  // namespace

OneShotServer::OneShotServer(const IssuedCertificate& certificate)
    : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free), listener_(ListenOnLoopback(&port_)) {
  const auto own = FromPem<X509>(certificate.certificate, &PEM_read_bio_X509, &X509_free);
  const auto key = FromPem<EVP_PKEY>(certificate.key, &PEM_read_bio_PrivateKey, &EVP_PKEY_free);
  Require(
      SSL_CTX_use_certificate(context_.get(), own.get()) == 1 && SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1,
      "OpenSSL takes no certificate");
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, &TakeAny);
  // Without one, who has been here before is refused.
  SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("one shot"), 8);
  thread_ = std::thread([this] { Serve(); });
}

OneShotServer::~OneShotServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void OneShotServer::Serve() {
  while (true) {
    const int socket = accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    ServeOne(socket);
    close(socket);
  }
}

void OneShotServer::ServeOne(int socket) {
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(ssl.get(), socket);
  if (SSL_accept(ssl.get()) != 1) return;
  Shown shown;
  const char* const name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) shown.server_name = name;
  shown.client_name = ClientName(ssl.get());
  while (shown.head.find("\r\n\r\n") == std::string::npos) {
    char buffer[1024];
    const int count = SSL_read(ssl.get(), buffer, sizeof(buffer));
    if (count <= 0) return;
    shown.head.append(buffer, static_cast<size_t>(count));
  }
  {
    loop::MutexLock lock(mutex_);
    shown_.push_back(shown);
  }
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
  SSL_shutdown(ssl.get());
}

}  // namespace leadership_broker::testing
