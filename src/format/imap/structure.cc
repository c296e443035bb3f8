// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/imap/structure.h"

#include "base/text.h"

#include <algorithm>
#include <map>

namespace oxb::imap {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

auto broken(const char* what) { return fail(Errc::malformed, std::string("BODYSTRUCTURE: ") + what); }

std::string text_of(const Value& value) { return value.is_nil() || value.is_list() ? std::string() : value.text; }

Parameters parameters_of(const Value& value) {
  Parameters result;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
    result.emplace_back(ascii_lower(text_of(value.items[i])), text_of(value.items[i + 1]));
  return result;
}

std::string percent_bytes(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// RFC 2231: name, name*, name*0, name*0*, name*1 ... joined and decoded. RFC 2047 words stay as they are.
std::string parameter(const Parameters& all, std::string_view name) {
  std::map<unsigned, std::pair<std::string, bool>> pieces;  // text, extended
  std::string plain;
  for (const auto& [key, value] : all) {
    if (key == name) plain = value;
    if (key.size() <= name.size() || key.compare(0, name.size(), name) != 0 || key[name.size()] != '*') continue;
    auto rest = std::string_view(key).substr(name.size() + 1);
    const bool extended = rest.empty() || rest.back() == '*';
    if (!rest.empty() && rest.back() == '*') rest.remove_suffix(1);
    unsigned index = 0;
    bool valid = rest.size() <= 4;
    for (const char c : rest) {
      valid = valid && c >= '0' && c <= '9';
      index = index * 10 + static_cast<unsigned>(c - '0');
    }
    if (valid) pieces[index] = {value, extended};
  }
  if (pieces.empty()) return plain;
  std::string charset;
  std::string bytes;
  unsigned expected = 0;
  for (auto& [index, piece] : pieces) {
    if (index != expected++) break;
    auto& [text, extended] = piece;
    if (index == 0 && extended) {
      const auto first = text.find('\'');
      const auto second = first == std::string::npos ? first : text.find('\'', first + 1);
      if (second != std::string::npos) {
        charset = text.substr(0, first);
        text.erase(0, second + 1);
      }
    }
    bytes += extended ? percent_bytes(text) : text;
  }
  if (auto converted = utf8_from_charset(bytes, charset.empty() ? "utf-8" : charset)) return std::move(*converted);
  return make_valid_utf8(bytes);
}

void finish(model::MailPart& part, const Value* disposition) {
  Parameters of_disposition;
  if (disposition && disposition->is_list() && !disposition->items.empty()) {
    part.disposition = ascii_lower(text_of(disposition->items[0]));
    if (disposition->items.size() > 1) of_disposition = parameters_of(disposition->items[1]);
  }
  part.file_name = parameter(of_disposition, "filename");
  if (part.file_name.empty()) part.file_name = parameter(part.parameters, "name");
  part.file_name = make_valid_utf8(part.file_name);
}

Result<model::MailPart> multipart(const Value& value) {
  model::MailPart part;
  part.type = "multipart";
  std::size_t at = 0;
  for (; at < value.items.size() && value.items[at].is_list(); ++at) {
    OXB_TRY(auto inner, parse_structure(value.items[at]));
    part.parts.push_back(std::move(inner));
  }
  if (at >= value.items.size()) return broken("a multipart without a subtype");
  part.subtype = ascii_lower(text_of(value.items[at++]));
  if (at < value.items.size()) part.parameters = parameters_of(value.items[at++]);
  finish(part, at < value.items.size() ? &value.items[at] : nullptr);
  return part;
}

}  // namespace

Result<model::MailPart> parse_structure(const Value& value) {
  if (!value.is_list() || value.items.empty()) return broken("not a list");
  const auto& items = value.items;
  if (items[0].is_list()) return multipart(value);
  if (items.size() < 7) return broken("a part with too few fields");
  model::MailPart part;
  part.type = ascii_lower(text_of(items[0]));
  part.subtype = ascii_lower(text_of(items[1]));
  part.parameters = parameters_of(items[2]);
  part.content_id = text_of(items[3]);
  part.encoding = ascii_lower(text_of(items[5]));
  part.size = items[6].number().value_or(0);
  std::size_t at = 7;
  if (part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global") && items.size() > 9) {
    if (items[8].is_list()) {
      OXB_TRY(auto inner, parse_structure(items[8]));
      part.parts.push_back(std::move(inner));
    }
    at = 10;  // envelope, structure, lines
  } else if (part.type == "text") {
    at = 8;  // lines
  }
  ++at;  // MD5
  finish(part, at < items.size() ? &items[at] : nullptr);
  return part;
}

}  // namespace oxb::imap
