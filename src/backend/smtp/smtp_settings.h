// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "backend/mail_login.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace oxb::backend {

// How the submission server (RFC 6409) is reached; the same for all users of one backend.
struct SmtpSettings {
  std::string host;
  std::uint16_t port = 587;
  MailSecurity security = MailSecurity::starttls;
  bool allow_remote_plaintext = false;  // plaintext is for loopback only unless configured
  std::string ca_file;                  // additional authority in PEM; empty: the system's store
  bool verify_certificates = true;
  bool sign_in = true;                     // with the user's login; false: a server that knows its gateways
  std::string hello;                       // the name this machine gives itself; empty: its host name
  std::chrono::seconds connect_time{30};   // until signed in
  std::chrono::seconds command_time{300};  // RFC 5321 section 4.5.3.2
  std::chrono::seconds data_time{600};     // from the end of the data to the answer
};

}  // namespace oxb::backend
