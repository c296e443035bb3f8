// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/secret.h"
#include "model/common.h"

namespace oxb::model {

// What a user signs in with. No layer above the backend looks inside.
struct Credentials {
  std::string login;  // as typed in Outlook
  enum class Kind : std::uint8_t { password, bearer, delegated } kind = Kind::password;
  Secret secret;
};

// Who the backend says the user is. A store belongs to exactly one of these, never to a typed login.
struct Principal {
  std::string backend;         // configured name or URL of the backend, stable
  std::uint32_t context{};     // OX context id; 0 where there is none
  std::uint32_t user{};        // OX user id
  std::string login;           // canonical login
  std::string display_name;
  std::string email;           // primary address
  std::vector<std::string> aliases;
  std::string imap_login;      // what the mail server wants to hear; derived by configuration
  std::string locale;          // "de_DE"
  std::string time_zone;       // IANA
  std::string server_version;  // "8.19.0"
};

}  // namespace oxb::model
