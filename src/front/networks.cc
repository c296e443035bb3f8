// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/networks.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace oxb::front {

namespace {

// 16 bytes, IPv4 mapped into IPv6; empty when this is no address. A port or brackets around it are dropped.
std::string parse_address(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '[') {
    text = text.substr(1, text.find(']') - 1);
  } else if (const auto colon = text.find(':');
             colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    text = text.substr(0, colon);
  }
  const std::string name(text.substr(0, text.find('%')));
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1) return bytes;
  bytes.replace(10, 2, "\xff\xff");
  if (inet_pton(AF_INET, name.c_str(), bytes.data() + 12) == 1) return bytes;
  return {};
}

bool is_v4(const std::string& bytes) {
  return bytes.compare(0, 12, std::string_view("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12)) == 0;
}

std::string masked(std::string bytes, unsigned bits) {
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned keep = bits >= (i + 1) * 8 ? 8 : bits <= i * 8 ? 0 : bits - i * 8;
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) & (0xFF00U >> keep));
  }
  return bytes;
}

std::string print(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4(bytes))
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

}  // namespace

Result<Networks> Networks::parse(const std::vector<std::string>& blocks) {
  Networks networks;
  for (const auto& text : blocks) {
    const auto slash = text.find('/');
    auto bytes = parse_address(std::string_view(text).substr(0, slash));
    if (bytes.empty()) return fail(Errc::invalid, fmt::format("\"{}\" is no address or network", text));
    const unsigned longest = is_v4(bytes) ? 32 : 128;
    unsigned bits = longest;
    if (slash != std::string::npos) {
      const auto [end, ec] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
      if (ec != std::errc() || end != text.data() + text.size() || bits > longest)
        return fail(Errc::invalid, fmt::format("\"{}\" is no address or network", text));
    }
    bits += 128 - longest;
    networks.blocks_.push_back({masked(std::move(bytes), bits), bits});
  }
  return networks;
}

bool Networks::contains(std::string_view address) const {
  const auto bytes = parse_address(address);
  if (bytes.empty()) return false;
  for (const auto& block : blocks_)
    if (masked(bytes, block.bits) == block.bytes) return true;
  return false;
}

bool is_loopback(std::string_view address) {
  static const Networks kLoopback = *Networks::parse({"127.0.0.0/8", "::1"});
  return kLoopback.contains(address);
}

std::string network_of(std::string_view address) {
  const auto bytes = parse_address(address);
  if (bytes.empty()) return "unknown";
  const bool v4 = is_v4(bytes);
  return fmt::format("{}/{}", print(masked(bytes, v4 ? 96 + 24 : 56)), v4 ? 24 : 56);
}

Client client_of(const net::HttpRequest& request, const Networks& trusted_proxies) {
  Client client{request.client_address, request.secure};
  if (!trusted_proxies.contains(request.client_address)) return client;
  const auto scheme = trim(request.headers.get("X-Forwarded-Proto"));
  client.encrypted = scheme.empty() || ascii_iequals(scheme, "https");
  auto lines = request.headers.all("X-Forwarded-For");
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string_view rest = *line;
    while (true) {
      const auto comma = rest.rfind(',');
      const auto bytes = parse_address(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      if (bytes.empty()) return client;  // what a proxy did not write cannot be believed, nor what stands before it
      client.address = print(bytes);
      if (!trusted_proxies.contains(client.address)) return client;
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return client;
}

}  // namespace oxb::front
