// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/urls.h"

#include "net/http.h"

namespace oxb::front {

std::string Urls::server(const directory::Entity& entity, std::string_view email) const {
  const auto at = email.rfind('@');
  const auto domain = at == std::string_view::npos ? std::string_view("localhost") : email.substr(at + 1);
  return to_text(installation_.mailbox_id(entity)) + "@" + net::percent_encode(domain);
}

std::string Urls::mail_store(const directory::Entity& entity, std::string_view email) const {
  return public_url() + "/mapi/emsmdb/?MailboxId=" + server(entity, email);
}

std::string Urls::address_book(const directory::Entity& entity, std::string_view email) const {
  return public_url() + "/mapi/nspi/?MailboxId=" + server(entity, email);
}

}  // namespace oxb::front
