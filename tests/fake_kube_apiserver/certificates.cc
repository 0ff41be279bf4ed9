#include "tests/fake_kube_apiserver/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <utility>
#include <vector>

namespace leadership_broker::testing::fake {
namespace {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Buffer = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

constexpr long kValidSeconds = 30L * 24 * 3600;
// Machines' clocks differ.
constexpr long kBackdatedSeconds = -3600;

bool AddExtension(X509* certificate, X509* issuer, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, which, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool SetRandomSerial(X509* certificate) {
  uint32_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1;
}

// Signed by `issuer`; by itself when that is null. Null when OpenSSL refuses.
Certificate Make(const char* common_name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                 const std::vector<std::pair<int, const char*>>& extensions) {
  Certificate certificate(X509_new());
  X509* raw = certificate.get();
  if (raw == nullptr) return nullptr;
  if (issuer == nullptr) issuer = raw;
  X509_NAME* subject = X509_get_subject_name(raw);
  const auto* name = reinterpret_cast<const unsigned char*>(common_name);
  const bool made = X509_set_version(raw, 2) == 1 && SetRandomSerial(raw) && X509_set_pubkey(raw, key) == 1 &&
                    X509_gmtime_adj(X509_getm_notBefore(raw), kBackdatedSeconds) != nullptr &&
                    X509_gmtime_adj(X509_getm_notAfter(raw), kValidSeconds) != nullptr &&
                    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
                    X509_set_issuer_name(raw, X509_get_subject_name(issuer)) == 1;
  if (!made) return nullptr;
  for (const auto& [which, value] : extensions) {
    if (!AddExtension(raw, issuer, which, value)) return nullptr;
  }
  return X509_sign(raw, issuer_key, EVP_sha256()) == 0 ? nullptr : std::move(certificate);
}

std::string Contents(const Buffer& buffer) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(buffer.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* certificate) {
  const Buffer buffer(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(buffer.get(), certificate) == 1 ? Contents(buffer) : "";
}

std::string Pem(EVP_PKEY* key) {
  const Buffer buffer(BIO_new(BIO_s_mem()));
  return PEM_write_bio_PrivateKey(buffer.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 ? Contents(buffer)
                                                                                                 : "";
}

// By calls that BoringSSL has as well. Null when it fails.
Key NewKey() {
  const std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>> context(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_keygen_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1) == 1) {
    EVP_PKEY_keygen(context.get(), &key);
  }
  return Key(key);
}

}  // namespace

absl::StatusOr<Certificates> MakeCertificates() {
  const Key ca_key = NewKey();
  const Key server_key = NewKey();
  if (ca_key == nullptr || server_key == nullptr) return absl::InternalError("OpenSSL makes no key");
  const Certificate ca = Make("fake-kube-apiserver-ca", ca_key.get(), nullptr, ca_key.get(),
                              {{NID_basic_constraints, "critical,CA:TRUE"},
                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                               {NID_subject_key_identifier, "hash"}});
  if (ca == nullptr) return absl::InternalError("OpenSSL makes no CA certificate");
  const Certificate server =
      Make("fake-kube-apiserver", server_key.get(), ca.get(), ca_key.get(),
           {{NID_basic_constraints, "critical,CA:FALSE"},
            {NID_key_usage, "critical,digitalSignature"},
            {NID_ext_key_usage, "serverAuth"},
            {NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:kubernetes.default.svc"}});
  if (server == nullptr) return absl::InternalError("OpenSSL makes no server certificate");
  return Certificates{Pem(ca.get()), Pem(server.get()), Pem(server_key.get())};
}

}  // namespace leadership_broker::testing::fake
