// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/certificate.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace oxb::net {
namespace {

constexpr std::size_t kMostNames = 20;

std::string text_of(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, string);
  if (size < 0) return {};
  std::string out(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return make_valid_utf8(out);
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  return at < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  char buffer[INET6_ADDRSTRLEN];
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
  return inet_ntop(family, ASN1_STRING_get0_data(address), buffer, sizeof buffer) ? buffer : "";
}

Instant instant_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return {};
  return from_unix_ms(static_cast<std::int64_t>(timegm(&fields)) * 1000);
}

}  // namespace

std::string Certificate::issuer() const {
  const auto* name = X509_get_issuer_name(x509_.get());
  if (auto text = common_name(name); !text.empty()) return text;
  char buffer[256];
  return X509_NAME_oneline(name, buffer, sizeof buffer) ? make_valid_utf8(buffer) : std::string();
}

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509_.get(), NID_subject_alt_name, nullptr, nullptr)),
      [](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); });
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()) && out.size() < kMostNames; ++i) {
    const auto* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) out.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.push_back(address_text(name->d.iPAddress));
  }
  if (out.empty())
    if (auto name = common_name(X509_get_subject_name(x509_.get())); !name.empty()) out.push_back(std::move(name));
  return out;
}

Instant Certificate::not_before() const { return instant_of(X509_get0_notBefore(x509_.get())); }
Instant Certificate::not_after() const { return instant_of(X509_get0_notAfter(x509_.get())); }

bool Certificate::covers(const std::string& host) const {
  in6_addr buffer{};
  if (inet_pton(AF_INET, host.c_str(), &buffer) == 1 || inet_pton(AF_INET6, host.c_str(), &buffer) == 1)
    return X509_check_ip_asc(x509_.get(), host.c_str(), 0) == 1;
  return X509_check_host(x509_.get(), host.c_str(), host.size(), 0, nullptr) == 1;
}

Result<Certificate> read_certificate(const std::string& file) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new_file(file.c_str(), "r"), BIO_free);
  if (!bio) return fail(Errc::invalid, fmt::format("{} cannot be read", file));
  std::shared_ptr<X509> x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (!x509) return fail(Errc::invalid, fmt::format("{} holds no certificate", file));
  return Certificate(std::move(x509));
}

}  // namespace oxb::net
