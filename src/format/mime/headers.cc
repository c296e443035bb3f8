// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/mime/gmime.h"
#include "format/mime/message.h"

#include <algorithm>

namespace oxb::mime {

GMimeParserOptions* gmime_options() {
  static GMimeParserOptions* const options = [] {
    g_mime_init();
    auto* made = g_mime_parser_options_new();
    g_mime_parser_options_set_parameter_compliance_mode(made, GMIME_RFC_COMPLIANCE_LOOSE);
    g_mime_parser_options_set_rfc2047_compliance_mode(made, GMIME_RFC_COMPLIANCE_LOOSE);
    const char* charsets[] = {"utf-8", "windows-1252", nullptr};
    g_mime_parser_options_set_fallback_charsets(made, charsets);
    return made;
  }();
  return options;
}

std::string unfolded(std::string_view raw, std::size_t limit) {
  std::string out;
  out.reserve(std::min(raw.size(), limit));
  for (const char c : raw.substr(0, limit))
    if (c != '\r' && c != '\n' && c != '\0') out.push_back(c == '\t' ? ' ' : c);
  return std::string(trim(out));
}

const Field* Headers::find(std::string_view name) const {
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return ascii_iequals(f.name, name); });
  return at == fields.end() ? nullptr : &*at;
}

std::string_view Headers::raw(std::string_view name) const {
  const auto* field = find(name);
  return field ? field->raw : std::string_view{};
}

std::string Headers::text(std::string_view name) const { return decode_text(raw(name)); }

std::vector<Mailbox> parse_addresses(const Headers& headers, std::string_view name) {
  constexpr std::size_t kLimit = 5000;
  std::vector<Mailbox> out;
  for (const auto& field : headers.fields) {
    if (!ascii_iequals(field.name, name) || out.size() >= kLimit) continue;
    auto more = parse_addresses(field.raw, kLimit - out.size());
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }
  return out;
}

namespace {

// "09(comment):   55  :  06": the obsolete form of a time, RFC 2822 4.3. Others stay as they are.
std::string without_blanks_in_time(const std::string& value) {
  std::string plain;
  int depth = 0;
  for (const char c : value) {
    if (c == '(') ++depth;
    if (depth == 0) plain += c;
    if (c == ')' && depth > 0) --depth;
  }
  std::string out;
  bool changed = false;
  for (const char c : plain) {
    if (c == ':')
      for (; out.ends_with(' ') || out.ends_with('\t'); changed = true) out.pop_back();
    const bool after_colon = out.ends_with(':') && (c == ' ' || c == '\t');
    changed = changed || after_colon || (c == ':' && value.find("):") != std::string::npos);
    if (!after_colon) out += c;
  }
  return changed ? out : value;
}

}  // namespace

std::optional<Date> parse_date(std::string_view raw) {
  gmime_options();
  const auto value = without_blanks_in_time(unfolded(raw, 1024));
  if (value.empty()) return std::nullopt;
  auto* date = g_mime_utils_header_decode_date(value.c_str());
  if (!date) return std::nullopt;
  const auto seconds = g_date_time_to_unix(date);
  const auto offset = g_date_time_get_utc_offset(date) / 60'000'000;
  g_date_time_unref(date);
  return Date{from_unix_ms(seconds * 1000), static_cast<int>(offset)};
}

std::string parse_message_id(std::string_view raw) {
  const auto value = unfolded(raw, 4096);
  const auto open = value.find('<');
  if (open != std::string::npos) {
    const auto close = value.find('>', open);
    if (close != std::string::npos && close > open + 1) return make_valid_utf8(value.substr(open, close - open + 1));
  }
  const auto bare = trim(value);
  if (bare.empty() || bare.find_first_of(" <>") != std::string_view::npos) return {};
  return "<" + make_valid_utf8(bare) + ">";
}

namespace {

void add_parameters(GMimeParamList* list, std::vector<Parameter>& out) {
  const int count = list ? g_mime_param_list_length(list) : 0;
  for (int i = 0; i < std::min(count, 100); ++i) {
    auto* parameter = g_mime_param_list_get_parameter_at(list, i);
    const char* name = g_mime_param_get_name(parameter);
    const char* value = g_mime_param_get_value(parameter);
    if (name && value) out.push_back({ascii_lower(name), make_valid_utf8(value)});
  }
}

// A boundary is bytes, not text: some senders leave characters unquoted that need quotes, and end it there.
std::string boundary_of(std::string_view value) {
  const auto lower = ascii_lower(value);
  const auto at = lower.find("boundary=");
  if (at == std::string::npos) return {};
  auto rest = trim(value.substr(at + 9));
  if (rest.starts_with('"')) {
    const auto close = rest.find('"', 1);
    return std::string(rest.substr(1, close == std::string_view::npos ? close : close - 1));
  }
  return std::string(trim(rest.substr(0, rest.find(';'))));
}

void set_parameter(std::vector<Parameter>& all, std::string_view name, std::string value) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Parameter& p) { return p.name == name; });
  if (at == all.end())
    all.push_back({std::string(name), std::move(value)});
  else
    at->value = std::move(value);
}

bool plausible_type(std::string_view type) {
  const auto slash = type.find('/');
  return slash != 0 && slash != std::string_view::npos && slash + 1 < type.size();
}

std::string clean_file_name(std::string name) {
  // Only the last component of a path is a file's name; control characters are none at all.
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  name = std::string(trim(name));
  // Exchange keeps 255 characters; cut on a code point.
  if (name.size() > 1000) {
    std::size_t cut = 1000;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;
    name.resize(cut);
  }
  return name;
}

}  // namespace

std::string_view Part::parameter(std::string_view name) const {
  for (const auto& p : parameters)
    if (p.name == name) return p.value;
  return {};
}

void read_content_fields(Part& part, std::string_view default_type) {
  part.type = default_type;
  const auto type_value = unfolded(part.headers.raw("Content-Type"), 16U << 10);
  if (!type_value.empty()) {
    const GRef<GMimeContentType> type(g_mime_content_type_parse(gmime_options(), type_value.c_str()));
    const auto written = ascii_lower(trim(std::string_view(type_value).substr(0, type_value.find(';'))));
    if (type && plausible_type(written)) {
      part.type = ascii_lower(take(g_mime_content_type_get_mime_type(type.get())));
      add_parameters(g_mime_content_type_get_parameters(type.get()), part.parameters);
    } else if (written == "text") {
      part.type = "text/plain";
    } else if (!written.empty() && written.find('=') == std::string::npos) {
      part.type = "application/octet-stream";
    }
    if (part.is_multipart()) {
      auto boundary = boundary_of(type_value);
      if (!boundary.empty()) set_parameter(part.parameters, "boundary", std::move(boundary));
    }
  }
  const auto disposition_value = unfolded(part.headers.raw("Content-Disposition"), 16U << 10);
  std::string file_name;
  if (!disposition_value.empty()) {
    const GRef<GMimeContentDisposition> disposition(
        g_mime_content_disposition_parse(gmime_options(), disposition_value.c_str()));
    if (disposition) {
      const char* kind = g_mime_content_disposition_get_disposition(disposition.get());
      part.disposition = kind ? ascii_lower(kind) : "";
      std::vector<Parameter> parameters;
      add_parameters(g_mime_content_disposition_get_parameters(disposition.get()), parameters);
      for (auto& p : parameters)
        if (p.name == "filename") file_name = std::move(p.value);
    }
  }
  if (file_name.empty()) file_name = part.parameter("name");
  part.file_name = clean_file_name(decode_text(file_name));
  const auto id = unfolded(part.headers.raw("Content-ID"), 4096);
  const auto open = id.find('<');
  const auto close = open == std::string::npos ? open : id.find('>', open);
  part.content_id = make_valid_utf8(
      close == std::string::npos ? trim(id) : trim(std::string_view(id).substr(open + 1, close - open - 1)));
  part.content_location = decode_text(part.headers.raw("Content-Location"));
  const auto encoding = unfolded(part.headers.raw("Content-Transfer-Encoding"), 256);
  part.encoding = ascii_lower(trim(std::string_view(encoding).substr(0, encoding.find_first_of(";( "))));
}

}  // namespace oxb::mime
