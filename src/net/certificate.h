// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a certificate says, for messages to administrators. Trust is decided by TLS, not here.
#include "base/clock.h"
#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

typedef struct x509_st X509;

namespace oxb::net {

class Certificate {
 public:
  explicit Certificate(std::shared_ptr<X509> x509) : x509_(std::move(x509)) {}

  std::string issuer() const;              // common name, else the whole name
  std::vector<std::string> names() const;  // host names and numeric addresses it was issued for, at most 20
  Instant not_before() const;
  Instant not_after() const;
  // host: a name or a numeric address.
  bool covers(const std::string& host) const;

 private:
  std::shared_ptr<X509> x509_;
};

// The first certificate of a PEM file. invalid.
Result<Certificate> read_certificate(const std::string& file);

}  // namespace oxb::net
