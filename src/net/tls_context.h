// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to net.
#include "base/result.h"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <mutex>
#include <string>

typedef struct ssl_st SSL;

namespace oxb::net {

class TlsServerContext {
 public:
  TlsServerContext(std::string certificate_file, std::string key_file)
      : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}
  Result<> load();
  std::shared_ptr<boost::asio::ssl::context> current() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }

 private:
  const std::string certificate_file_;
  const std::string key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

// The context for outgoing connections: the system's authorities and, where given, those of a PEM file. Cached by file
// and modification time: reading the system's authorities costs milliseconds.
Result<std::shared_ptr<boost::asio::ssl::context>> tls_client_context(const std::string& ca_file, bool verify);

// A certificate problem in words for administrators: "the certificate of ox.example.com has expired". verify_result as
// from SSL_get_verify_result; empty for X509_V_OK.
std::string certificate_problem(const std::string& host, long verify_result);

// The oldest error of OpenSSL's queue in words; the queue is emptied.
std::string openssl_error();

}  // namespace oxb::net
