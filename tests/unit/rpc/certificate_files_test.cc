#include "server/rpc/certificate_files.h"

#include <openssl/pem.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/certificate_authority.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using rpc::CertificateFiles;
using ::testing::HasSubstr;

class CertificateFilesTest : public ::testing::Test {
 protected:
  CertificateFilesTest() {
    Write(first_);
    WriteTextFile(files_.client_ca, ca_.certificate());
  }

  void Write(const IssuedCertificate& issued) const {
    WriteTextFile(files_.certificate, issued.certificate);
    WriteTextFile(files_.key, issued.key);
  }
  std::shared_ptr<CertificateFiles> Open() const {
    auto opened = CertificateFiles::Open(files_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  // Why they are refused: at the start, and, when they change to this while the broker runs, by leaving all as it was.
  std::string Refusal() const {
    const absl::Status refused = CertificateFiles::Open(files_).status();
    EXPECT_FALSE(refused.ok());
    EXPECT_EQ(refused.message().find('\n'), absl::string_view::npos) << refused;
    return std::string(refused.message());
  }

  const ScratchDir folder_;
  const config::TlsFiles files_ = {folder_.File("tls.crt"), folder_.File("tls.key"), folder_.File("ca.crt")};
  const CertificateAuthority ca_{"ca"};
  const IssuedCertificate first_ = ca_.Issue("first");
  const IssuedCertificate second_ = ca_.Issue("second");
};

TEST_F(CertificateFilesTest, WhatIsWholeIsTakenUp) {
  const auto opened = Open();
  const auto first = opened->Newest();
  EXPECT_EQ(first->certificate, first_.certificate);
  opened->Refresh();
  EXPECT_EQ(opened->Newest(), first) << "nothing is new";
  Write(second_);
  opened->Refresh();
  EXPECT_EQ(opened->Newest()->certificate, second_.certificate);
  EXPECT_EQ(opened->Newest()->key, second_.key);
  EXPECT_EQ(opened->Newest()->client_ca, ca_.certificate());
}

TEST_F(CertificateFilesTest, AChainAndSeveralAuthoritiesAreGood) {
  const CertificateAuthority other("other");
  WriteTextFile(files_.certificate, "# of Monday\n" + first_.certificate + ca_.certificate());
  WriteTextFile(files_.client_ca, ca_.certificate() + "\n# and\n" + other.certificate() + "\n");
  Open();
}

TEST_F(CertificateFilesTest, TheSwapOfASecretsFolderIsSeen) {
  // As the kubelet has it: files are links into ..data, which is a link that is replaced.
  const auto put = [this](const std::string& name, const IssuedCertificate& issued) {
    std::filesystem::create_directory(folder_.File(name));
    WriteTextFile(folder_.File(name + "/tls.crt"), issued.certificate);
    WriteTextFile(folder_.File(name + "/tls.key"), issued.key);
    std::filesystem::create_symlink(name, folder_.File("..new"));
    std::filesystem::rename(folder_.File("..new"), folder_.File("..data"));
  };
  for (const std::string& file : {files_.certificate, files_.key}) {
    std::filesystem::remove(file);
    std::filesystem::create_symlink("..data/" + std::filesystem::path(file).filename().string(), file);
  }
  put("..1", first_);
  const auto opened = Open();
  put("..2", second_);
  std::filesystem::remove_all(folder_.File("..1"));
  opened->Refresh();
  EXPECT_EQ(opened->Newest()->certificate, second_.certificate);
}

TEST_F(CertificateFilesTest, AnExpiredCertificateIsServedAndAboutToBeRenewed) {
  Write(ca_.Issue("late", -absl::Hours(1)));
  const auto opened = Open();
  Write(second_);
  opened->Refresh();
  EXPECT_EQ(opened->Newest()->certificate, second_.certificate);
}

// What is no good, and what is said of it.
struct BadFiles {
  std::string name;
  std::function<void(const config::TlsFiles&, const IssuedCertificate& other)> spoil;
  std::vector<std::string> complaint;
};

class BadFilesTest : public CertificateFilesTest, public ::testing::WithParamInterface<BadFiles> {};

TEST_P(BadFilesTest, EndTheStartWithOneClearLine) {
  GetParam().spoil(files_, second_);
  const std::string refusal = Refusal();
  for (const std::string& part : GetParam().complaint) EXPECT_THAT(refusal, HasSubstr(part));
  EXPECT_THAT(refusal, HasSubstr(folder_.path()));
}

TEST_P(BadFilesTest, ChangeNothingWhileTheBrokerRuns) {
  const auto opened = Open();
  const auto before = opened->Newest();
  GetParam().spoil(files_, second_);
  opened->Refresh();
  EXPECT_EQ(opened->Newest(), before);
  Write(second_);
  WriteTextFile(files_.client_ca, ca_.certificate());
  opened->Refresh();
  EXPECT_EQ(opened->Newest()->certificate, second_.certificate) << "once they are good again";
}

std::string HalfOf(const std::string& text) { return text.substr(0, text.size() / 2); }

// The kind that asks who reads it for a password.
std::string LockedKey(const std::string& pem) {
  BIO* const in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO* const out = BIO_new(BIO_s_mem());
  char password[] = "password";
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), password, 8, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string locked(data, static_cast<size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(key);
  BIO_free(in);
  return locked;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFilesTest,
    ::testing::Values(
        BadFiles{"NoCertificateFile",
                 [](const config::TlsFiles& files, const auto&) { std::filesystem::remove(files.certificate); },
                 {"--tls-cert", "tls.crt", "No such file"}},
        BadFiles{"NoKeyFile",
                 [](const config::TlsFiles& files, const auto&) { std::filesystem::remove(files.key); },
                 {"--tls-key", "tls.key", "No such file"}},
        BadFiles{"NoAuthorityFile",
                 [](const config::TlsFiles& files, const auto&) { std::filesystem::remove(files.client_ca); },
                 {"--tls-client-ca", "ca.crt", "No such file"}},
        BadFiles{"AFolder",
                 [](const config::TlsFiles& files, const auto&) {
                   std::filesystem::remove(files.certificate);
                   std::filesystem::create_directory(files.certificate + ".d");
                   std::filesystem::create_symlink(files.certificate + ".d", files.certificate);
                 },
                 {"--tls-cert", "Is a directory"}},
        BadFiles{"EmptyCertificate",
                 [](const config::TlsFiles& files, const auto&) { WriteTextFile(files.certificate, ""); },
                 {"--tls-cert", "no certificate in PEM form"}},
        BadFiles{"CertificateInAnotherForm",
                 [](const config::TlsFiles& files, const auto&) { WriteTextFile(files.certificate, "0\x82\x01"); },
                 {"--tls-cert", "no certificate in PEM form"}},
        BadFiles{"KeyInPlaceOfTheCertificate",
                 [](const config::TlsFiles& files, const auto& other) { WriteTextFile(files.certificate, other.key); },
                 {"--tls-cert", "no certificate in PEM form"}},
        BadFiles{"HalfACertificate",
                 [](const config::TlsFiles& files, const auto& other) {
                   WriteTextFile(files.certificate, HalfOf(other.certificate));
                 },
                 {"--tls-cert", "no whole certificate"}},
        BadFiles{"HalfAChain",
                 [](const config::TlsFiles& files, const auto& other) {
                   WriteTextFile(files.certificate, other.certificate + HalfOf(other.certificate));
                   WriteTextFile(files.key, other.key);
                 },
                 {"--tls-cert", "no whole certificate"}},
        BadFiles{"HalfAKey",
                 [](const config::TlsFiles& files, const auto& other) { WriteTextFile(files.key, HalfOf(other.key)); },
                 {"--tls-key", "no private key in PEM form"}},
        BadFiles{"LockedKey",
                 [](const config::TlsFiles& files, const auto& other) {
                   WriteTextFile(files.certificate, other.certificate);
                   WriteTextFile(files.key, LockedKey(other.key));
                 },
                 {"--tls-key", "password"}},
        BadFiles{"TheKeyOfAnother",
                 [](const config::TlsFiles& files, const auto& other) { WriteTextFile(files.key, other.key); },
                 {"--tls-key", "does not belong to", "tls.crt"}},
        BadFiles{"NoAuthority",
                 [](const config::TlsFiles& files, const auto&) { WriteTextFile(files.client_ca, "\n"); },
                 {"--tls-client-ca", "no certificate in PEM form"}},
        BadFiles{"HalfAnAuthority",
                 [](const config::TlsFiles& files, const auto&) {
                   const std::string whole = CertificateAuthority("other").certificate();
                   WriteTextFile(files.client_ca, whole + HalfOf(whole));
                 },
                 {"--tls-client-ca", "no whole certificate"}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace leadership_broker::testing
