#include "server/rpc/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace leadership_broker::rpc {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;

// Nobody is there to type it.
int NoPassword(char*, int, int, void*) { return 0; }

std::string LibrarysReason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason == nullptr ? "no reason given" : reason;
}

absl::Status Bad(absl::string_view flag, const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(flag, "=", path, ": ", what));
}

Bio Reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// All of them; none but whole ones, and one at least.
absl::StatusOr<std::vector<Certificate>> ReadCertificates(const std::string& pem, absl::string_view flag,
                                                          const std::string& path) {
  std::vector<Certificate> certificates;
  const Bio reader = Reader(pem);
  ERR_clear_error();
  while (Certificate next{PEM_read_bio_X509_AUX(reader.get(), nullptr, &NoPassword, nullptr)}) {
    certificates.push_back(std::move(next));
  }
  const bool at_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_the_end) {
    return Bad(flag, path, absl::StrCat("holds something that is no whole certificate (", LibrarysReason(), ")"));
  }
  ERR_clear_error();
  if (certificates.empty()) return Bad(flag, path, "holds no certificate in PEM form");
  return certificates;
}

absl::StatusOr<Key> ReadKey(const std::string& pem, const std::string& path) {
  const Bio reader = Reader(pem);
  ERR_clear_error();
  Key key(PEM_read_bio_PrivateKey(reader.get(), nullptr, &NoPassword, nullptr));
  if (key != nullptr) return key;
  return Bad(
      "--tls-key", path,
      absl::StrCat("holds no private key in PEM form that can be read without a password (", LibrarysReason(), ")"));
}

absl::Time EndOf(const X509* certificate) {
  tm utc = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return absl::InfiniteFuture();
  return absl::FromTM(utc, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<absl::Time> CheckCertificates(const Certificates& certificates, const config::TlsFiles& files) {
  const auto chain = ReadCertificates(certificates.certificate, "--tls-cert", files.certificate);
  if (!chain.ok()) return chain.status();
  const auto key = ReadKey(certificates.key, files.key);
  if (!key.ok()) return key.status();
  const auto client_ca = ReadCertificates(certificates.client_ca, "--tls-client-ca", files.client_ca);
  if (!client_ca.ok()) return client_ca.status();

  X509* const own = chain->front().get();
  if (X509_check_private_key(own, key->get()) != 1) {
    ERR_clear_error();
    return Bad("--tls-key", files.key,
               absl::StrCat("does not belong to the (first) certificate in --tls-cert=", files.certificate));
  }
  // As gRPC will: OpenSSL refuses keys that it thinks too weak.
  const Context context(SSL_CTX_new(TLS_server_method()));
  if (SSL_CTX_use_certificate(context.get(), own) != 1 || SSL_CTX_use_PrivateKey(context.get(), key->get()) != 1) {
    return Bad("--tls-cert", files.certificate, absl::StrCat("OpenSSL will not serve with it: ", LibrarysReason()));
  }
  return EndOf(own);
}

}  // namespace leadership_broker::rpc
