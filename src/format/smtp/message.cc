// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/smtp/message.h"

#include "base/text.h"

#include <algorithm>

namespace oxb::smtp {
namespace {

constexpr std::size_t kLongestLocalPart = 64 * 4;  // 64 octets by the standard; more is left to the server
constexpr std::size_t kLongestDomain = 255;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Outside quotes nothing that has a meaning in a path; inside everything but what ends the line.
bool is_local_part(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    const auto inside = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < inside.size(); ++i) {
      if (inside[i] == '"') return false;
      if (inside[i] == '\\' && ++i == inside.size()) return false;
    }
    return true;
  }
  return text.find_first_of(" <>()[],;:\\\"@") == std::string_view::npos;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_address(std::string_view address) {
  if (std::any_of(address.begin(), address.end(), is_control) || !is_valid_utf8(address)) return false;
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > kLongestLocalPart) return false;
  const auto domain = address.substr(at + 1);
  if (domain.empty() || domain.size() > kLongestDomain) return false;
  return is_local_part(address.substr(0, at)) && domain.find_first_of(" <>(),;\\\"@") == std::string_view::npos;
}

std::string data_text(std::string_view message) {
  std::string out;
  out.reserve(message.size() + message.size() / 50 + 16);
  bool line_start = true;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < message.size() && message[i + 1] == '\n') ++i;
      out += "\r\n";
      line_start = true;
      continue;
    }
    if (line_start && c == '.') out.push_back('.');
    line_start = false;
    out.push_back(c);
  }
  if (!line_start) out += "\r\n";
  return out;
}

std::string message_of_data(std::string_view data) {
  std::string out;
  out.reserve(data.size());
  while (!data.empty()) {
    const auto end = data.find("\r\n");
    auto line = data.substr(0, end == std::string_view::npos ? end : end + 2);
    data.remove_prefix(line.size());
    if (line.starts_with('.')) line.remove_prefix(1);
    out += line;
  }
  return out;
}

Needs needs_of(std::string_view message) {
  auto headers = std::min(message.find("\r\n\r\n"), message.find("\n\n"));
  if (headers == std::string_view::npos) headers = message.size();
  return {!is_ascii(message), !is_ascii(message.substr(0, headers))};
}

}  // namespace oxb::smtp
