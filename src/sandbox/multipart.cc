// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/multipart.h"

#include "base/text.h"

namespace oxb::sandbox {
namespace {

constexpr std::size_t kMostParts = 200;

// The value of a header parameter, quoted or not.
std::string parameter_of(std::string_view header, std::string_view name) {
  const auto lower = ascii_lower(header);
  std::size_t at = 0;
  while ((at = lower.find(name, at)) != std::string::npos) {
    const bool starts = at == 0 || lower[at - 1] == ';' || lower[at - 1] == ' ' || lower[at - 1] == '\t';
    at += name.size();
    if (!starts || at >= lower.size() || lower[at] != '=') continue;
    auto rest = header.substr(at + 1);
    if (!rest.starts_with('"')) return std::string(trim(rest.substr(0, rest.find(';'))));
    std::string out;
    for (std::size_t i = 1; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
      out += rest[i];
    }
    return out;
  }
  return {};
}

Part read_part(std::string_view text) {
  Part part;
  const auto blank = text.find("\r\n\r\n");
  std::string_view head = text.substr(0, blank);
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      const auto name = ascii_lower(trim(line.substr(0, colon)));
      const auto value = trim(line.substr(colon + 1));
      if (name == "content-disposition") {
        part.name = parameter_of(value, "name");
        part.file_name = parameter_of(value, "filename");
      } else if (name == "content-type") {
        part.content_type = std::string(value);
      }
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }
  if (blank != std::string_view::npos) part.content = to_bytes(text.substr(blank + 4));
  return part;
}

}  // namespace

std::vector<Part> parse_multipart(std::string_view content_type, ByteView body) {
  std::vector<Part> out;
  const auto boundary = parameter_of(content_type, "boundary");
  if (boundary.empty()) return out;
  const auto delimiter = "--" + boundary;
  std::string_view text = as_text(body);
  auto at = text.find(delimiter);
  while (at != std::string_view::npos && out.size() < kMostParts) {
    text.remove_prefix(at + delimiter.size());
    if (text.starts_with("--")) break;
    const auto line = text.find("\r\n");
    if (line == std::string_view::npos) break;
    text.remove_prefix(line + 2);
    at = text.find("\r\n" + delimiter);
    if (at == std::string_view::npos) break;
    out.push_back(read_part(text.substr(0, at)));
    text.remove_prefix(at + 2);
    at = 0;
  }
  return out;
}

}  // namespace oxb::sandbox
