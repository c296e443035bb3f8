// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/template.h"

namespace oxb::backend::ox {

std::string expand(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto found = close == std::string_view::npos ? values.end() : values.find(text.substr(1, close - 1));
    if (found == values.end()) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += found->second;
      text.remove_prefix(close + 1);
    }
  }
  return out;
}

std::map<std::string, std::string, std::less<>> login_values(std::string_view login) {
  const auto at = login.rfind('@');
  const auto local = login.substr(0, at);
  const auto domain = at == std::string_view::npos ? std::string_view() : login.substr(at + 1);
  return {{"login", std::string(login)}, {"local", std::string(local)}, {"domain", std::string(domain)}};
}

}  // namespace oxb::backend::ox
