// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/mail_login.h"

#include "base/bytes.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace oxb::backend {

bool is_loopback_host(std::string_view host) {
  if (ascii_iequals(host, "localhost") || host == "::1") return true;
  in_addr address{};
  return host.starts_with("127.") && inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

void wipe(std::string& text) {
  volatile char* bytes = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = 0;
  text.clear();
}

std::string plain_response(const MailLogin& login) {
  std::string text = login.act_as;
  text.push_back('\0');
  text.append(login.user);
  text.push_back('\0');
  text.append(login.secret.reveal());
  auto encoded = to_base64(as_bytes(text));
  wipe(text);
  return encoded;
}

std::string bearer_response(const MailLogin& login) {
  auto text = fmt::format(
      "n,a={},\x01"
      "auth=Bearer {}\x01\x01",
      login.user, login.secret.reveal());
  auto encoded = to_base64(as_bytes(text));
  wipe(text);
  return encoded;
}

}  // namespace oxb::backend
