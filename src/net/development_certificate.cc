// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tls.h"
#include "net/tls_context.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace oxb::net {
namespace {

template <auto fn>
struct Free {
  template <class T>
  void operator()(T* p) const {
    fn(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr long kDays = 397;  // the longest that clients accept from public authorities
constexpr int kRenewWithinDays = 30;

bool is_address(const std::string& name) {
  in6_addr buffer{};
  return inet_pton(AF_INET, name.c_str(), &buffer) == 1 || inet_pton(AF_INET6, name.c_str(), &buffer) == 1;
}

Certificate read_certificate(const std::string& file) {
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  return Certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool still_good(const std::string& directory, const std::vector<std::string>& names) {
  const auto leaf = read_certificate(directory + "/cert.pem");
  const auto authority = read_certificate(directory + "/ca.pem");
  const Bio key_bio(BIO_new_file((directory + "/key.pem").c_str(), "r"));
  const Key key(key_bio ? PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!leaf || !authority || !key || X509_check_private_key(leaf.get(), key.get()) != 1) return false;
  const std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>> limit(X509_gmtime_adj(nullptr, kRenewWithinDays * 86400L));
  if (ASN1_TIME_compare(X509_get0_notAfter(leaf.get()), limit.get()) < 0) return false;
  if (X509_verify(leaf.get(), X509_get0_pubkey(authority.get())) != 1) return false;
  for (const auto& name : names) {
    const bool covered = is_address(name) ? X509_check_ip_asc(leaf.get(), name.c_str(), 0) == 1
                                          : X509_check_host(leaf.get(), name.c_str(), name.size(), 0, nullptr) == 1;
    if (!covered) return false;
  }
  return true;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate new_certificate(EVP_PKEY* key, const std::string& common_name) {
  Certificate certificate(X509_new());
  if (!certificate) return certificate;
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3F) | 0x40);  // positive, and 16 bytes
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x));
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), kDays * 86400L - 3600);
  X509_set_pubkey(x, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return certificate;
}

Certificate make_authority(EVP_PKEY* key) {
  // A random part keeps two installations' authorities apart in a trust store.
  unsigned char id[4];
  if (RAND_bytes(id, sizeof id) != 1) return nullptr;
  auto authority = new_certificate(
      key, fmt::format("Oxbridge development authority {:02x}{:02x}{:02x}{:02x}", id[0], id[1], id[2], id[3]));
  if (!authority) return nullptr;
  X509* x = authority.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  const bool made = add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(x, x, NID_subject_key_identifier, "hash") && X509_sign(x, key, EVP_sha256()) > 0;
  return made ? std::move(authority) : nullptr;
}

Certificate make_leaf(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key, const std::vector<std::string>& names) {
  auto leaf = new_certificate(key, names.front());
  if (!leaf) return nullptr;
  X509* x = leaf.get();
  X509_set_issuer_name(x, X509_get_subject_name(authority));
  std::string alternatives;
  for (const auto& name : names) {
    if (!alternatives.empty()) alternatives += ',';
    alternatives += (is_address(name) ? "IP:" : "DNS:") + name;
  }
  const bool made = add_extension(x, authority, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(x, authority, NID_key_usage, "critical,digitalSignature") &&
                    add_extension(x, authority, NID_ext_key_usage, "serverAuth") &&
                    add_extension(x, authority, NID_authority_key_identifier, "keyid") &&
                    add_extension(x, authority, NID_subject_alt_name, alternatives) &&
                    X509_sign(x, authority_key, EVP_sha256()) > 0;
  return made ? std::move(leaf) : nullptr;
}

// Written beside and renamed: a crash leaves the old file or the new one.
Result<> write_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return fail(Errc::unavailable, fmt::format("cannot write {}: {}", fresh, std::strerror(errno)));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0)
    return fail(Errc::unavailable, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  return {};
}

template <class Write>
std::string to_pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Result<> ensure_development_certificate(const std::string& directory, const std::vector<std::string>& names) {
  if (names.empty()) return fail(Errc::invalid, "a development certificate needs at least one name");
  for (const auto& name : names)
    if (name.empty() || name.find_first_of(",\n\r ") != std::string::npos || name.size() > 200)
      return fail(Errc::invalid, "a name for the development certificate is not a host name or address");
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  if (ec) return fail(Errc::unavailable, fmt::format("cannot create {}: {}", directory, ec.message()));
  if (still_good(directory, names)) return {};

  const Key authority_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!authority_key || !key) return fail(Errc::internal, "cannot make keys: " + openssl_error());
  const auto authority = make_authority(authority_key.get());
  if (!authority) return fail(Errc::internal, "cannot make the authority: " + openssl_error());
  const auto leaf = make_leaf(key.get(), authority.get(), authority_key.get(), names);
  if (!leaf) return fail(Errc::internal, "cannot make the certificate: " + openssl_error());

  const auto authority_pem = to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, authority.get()); });
  const auto leaf_pem = to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, leaf.get()); });
  auto key_pem =
      to_pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  OXB_CHECK(write_file(directory + "/key.pem", key_pem, 0600));
  OXB_CHECK(write_file(directory + "/cert.pem", leaf_pem + authority_pem, 0644));
  return write_file(directory + "/ca.pem", authority_pem, 0644);
}

}  // namespace oxb::net
