// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "backend/mail_login.h"
#include "model/folder.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace oxb::backend {

// How a mail server is reached; the same for all users of one backend.
struct ImapSettings {
  std::string host;
  std::uint16_t port = 143;
  using Security = MailSecurity;
  Security security = Security::starttls;
  bool allow_remote_plaintext = false;  // plaintext is for loopback only unless configured
  std::string ca_file;                  // additional authority in PEM; empty: the system's store
  bool verify_certificates = true;
  std::size_t working_connections = 2;           // per user
  std::size_t waiting_connections = 3;           // per user: that many folders are watched at a time
  std::size_t message_bytes = 64 * 1024 * 1024;  // largest single message that is fetched
  std::size_t answer_bytes = 256 * 1024 * 1024;  // all answers to one batch together
  std::chrono::seconds sign_in_time{30};
  std::chrono::seconds silence{90};         // without a byte from the server inside a command: given up
  std::chrono::seconds idle_time{25 * 60};  // IDLE is renewed before the server's 30 minutes (RFC 2177) are over
  std::chrono::seconds poll_time{30};       // between NOOPs where the server has no IDLE
  // Folder names that win over SPECIAL-USE, as the groupware server reports them; may be empty.
  std::map<model::FolderRole, std::string> folder_roles;
};

using ImapLogin = MailLogin;

}  // namespace oxb::backend
