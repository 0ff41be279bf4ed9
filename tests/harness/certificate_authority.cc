#include "tests/harness/certificate_authority.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/harness/require.h"

namespace leadership_broker::testing {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;

void Require(bool success) { testing::Require(success, "OpenSSL makes no certificate"); }

int Random() {
  int value = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof(value)) == 1);
  return value & 0x7fffffff;
}

// By calls that BoringSSL has as well.
Key NewKey() {
  const std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>> context(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
  EVP_PKEY* key = nullptr;
  Require(EVP_PKEY_keygen_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1) == 1 &&
          EVP_PKEY_keygen(context.get(), &key) == 1);
  return Key(key);
}

void Extend(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  Require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer_key`; `issuer` null makes it its own issuer.
Certificate NewCertificate(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                           absl::Duration valid_for, const std::string& dns_name = "") {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), Random());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24L * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), absl::ToInt64Seconds(valid_for));
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate.get(), issuer == nullptr ? subject : X509_get_subject_name(issuer));
  if (issuer == nullptr) {
    Extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    Extend(certificate.get(), NID_key_usage, "critical,keyCertSign");
  } else {
    Extend(certificate.get(), NID_subject_alt_name, dns_name.empty() ? "IP:127.0.0.1" : ("DNS:" + dns_name).c_str());
    Extend(certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  }
  Require(X509_sign(certificate.get(), issuer_key, EVP_sha256()) > 0);
  return certificate;
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return Text(bio.get());
}

std::string Pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(bio.get());
}

}  // namespace

struct CertificateAuthority::Own {
  Key key;
  Certificate certificate;
};

CertificateAuthority::CertificateAuthority(const std::string& name)
    : own_([&name] {
        auto own = std::make_unique<Own>();
        own->key = NewKey();
        own->certificate = NewCertificate(name, own->key.get(), nullptr, own->key.get(), absl::Hours(24));
        return own;
      }()),
      pem_(Pem(own_->certificate.get())) {}

CertificateAuthority::~CertificateAuthority() = default;

IssuedCertificate CertificateAuthority::Issue(const std::string& name, absl::Duration valid_for,
                                              const std::string& dns_name) const {
  const Key key = NewKey();
  const Certificate certificate =
      NewCertificate(name, key.get(), own_->certificate.get(), own_->key.get(), valid_for, dns_name);
  return {Pem(certificate.get()), Pem(key.get())};
}

}  // namespace leadership_broker::testing
