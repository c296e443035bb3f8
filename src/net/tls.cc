// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tls.h"

#include "net/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>

#include <map>

namespace oxb::net {

namespace ssl = boost::asio::ssl;

std::string openssl_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown TLS error";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : fmt::format("TLS error {:#x}", code);
}

namespace {

int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned in_length,
                    void*) {
  static constexpr unsigned char kHttp[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, kHttp, sizeof(kHttp) - 1, in, in_length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<std::shared_ptr<ssl::context>> server_context(const std::string& certificate_file, const std::string& key_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections are many
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES256+SHA:DHE+AESGCM:!aNULL:!eNULL");
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(native, certificate_file.c_str()) != 1)
    return fail(Errc::invalid, fmt::format("cannot use the certificate in {}: {}", certificate_file, openssl_error()));
  if (SSL_CTX_use_PrivateKey_file(native, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return fail(Errc::invalid, fmt::format("cannot use the key in {}: {}", key_file, openssl_error()));
  if (SSL_CTX_check_private_key(native) != 1)
    return fail(Errc::invalid, fmt::format("the key in {} does not belong to the certificate in {}: {}", key_file,
                                           certificate_file, openssl_error()));
  return context;
}

}  // namespace

Result<> TlsServerContext::load() {
  OXB_TRY(auto fresh, server_context(certificate_file_, key_file_));
  const std::lock_guard lock(mutex_);
  context_ = std::move(fresh);
  return {};
}

Result<std::shared_ptr<TlsServerContext>> load_tls(const std::string& certificate_file, const std::string& key_file) {
  auto context = std::make_shared<TlsServerContext>(certificate_file, key_file);
  OXB_CHECK(context->load());
  return context;
}

Result<> reload_tls(TlsServerContext& context) { return context.load(); }

Result<std::shared_ptr<ssl::context>> tls_client_context(const std::string& ca_file, bool verify) {
  struct Kept {
    std::int64_t modified = 0;
    std::shared_ptr<ssl::context> context;
  };
  static std::mutex mutex;
  static std::map<std::pair<std::string, bool>, Kept> kept;

  struct stat info {};
  if (!ca_file.empty() && ::stat(ca_file.c_str(), &info) != 0)
    return fail(Errc::invalid, fmt::format("cannot read the authorities in {}", ca_file));
  const std::int64_t modified = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
  const std::lock_guard lock(mutex);
  auto& entry = kept[{ca_file, verify}];
  if (entry.context && entry.modified == modified) return entry.context;

  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_verify(native, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (verify) SSL_CTX_set_default_verify_paths(native);
  ERR_clear_error();
  if (verify && !ca_file.empty() && SSL_CTX_load_verify_file(native, ca_file.c_str()) != 1)
    return fail(Errc::invalid, fmt::format("cannot use the authorities in {}: {}", ca_file, openssl_error()));
  ERR_clear_error();
  entry = {modified, context};
  return context;
}

std::string certificate_problem(const std::string& host, long verify_result) {
  const auto about = [&host](std::string_view what) { return fmt::format("the certificate of {} {}", host, what); };
  switch (verify_result) {
    case X509_V_OK:
      return {};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return about("has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return about("is not valid yet (check the clock)");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return about("was issued for another name");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return about("is self-signed and not trusted here (name it as authority in the configuration)");
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return about("comes from an authority that is not trusted here (name its file in the configuration)");
    case X509_V_ERR_CERT_REVOKED:
      return about("has been revoked");
    default:
      return about(fmt::format("was refused: {}", X509_verify_cert_error_string(verify_result)));
  }
}

}  // namespace oxb::net
