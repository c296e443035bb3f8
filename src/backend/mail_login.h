// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How a user signs in to the servers that speak mail: IMAP and SMTP take the same mechanisms.
#include "base/secret.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::backend {

enum class MailSecurity : std::uint8_t { plaintext, starttls, tls };

struct MailLogin {
  std::string user;    // what the mail server wants to hear
  std::string act_as;  // authorization id, for a delegated login; normally empty
  enum class Kind : std::uint8_t { password, bearer } kind = Kind::password;
  Secret secret;
};

bool is_loopback_host(std::string_view host);
// Client responses in base64: PLAIN (RFC 4616), OAUTHBEARER (RFC 7628 section 3.1).
std::string plain_response(const MailLogin& login);
std::string bearer_response(const MailLogin& login);
void wipe(std::string& text);

}  // namespace oxb::backend
