// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"

#include <fmt/format.h>
#include <unicode/coll.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace oxb {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 63)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  }
}

constexpr bool is_surrogate(std::uint32_t c) { return c >= 0xD800 && c < 0xE000; }

// The next code point of text at position i, advancing it; 0xFFFFFFFF for an invalid byte. Surrogates pass.
std::uint32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(text[k]); };
  const std::uint8_t first = byte(i++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5   ? 3
                   : first >= 0xE0 && first < 0xF0 ? 2
                   : first >= 0xC2 && first < 0xE0 ? 1
                                                   : 0;
  if (more == 0) return 0xFFFFFFFF;
  std::uint32_t c = first & (0x3F >> more);
  std::size_t k = i;
  for (int n = 0; n < more; ++n, ++k) {
    if (k >= text.size() || (byte(k) & 0xC0) != 0x80) return 0xFFFFFFFF;
    c = c << 6 | (byte(k) & 63U);
  }
  if ((more == 2 && c < 0x800) || (more == 3 && (c < 0x10000 || c > 0x10FFFF))) return 0xFFFFFFFF;
  i = k;
  return c;
}

struct ConverterCloser {
  void operator()(UConverter* c) const { ucnv_close(c); }
};
using Converter = std::unique_ptr<UConverter, ConverterCloser>;

Result<Converter> open_converter(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name.c_str(), &status));
  if (U_FAILURE(status)) return fail(Errc::unsupported, "no converter for this character set");
  return converter;
}

std::string icu_name(std::uint32_t code_page) {
  switch (code_page) {
    case 0:
      return "windows-1252";
    case 65000:
      return "UTF-7";
    case 65001:
      return "UTF-8";
    case 1200:
      return "UTF-16LE";
    case 1201:
      return "UTF-16BE";
    case 20127:
      return "US-ASCII";
    case 20866:
      return "KOI8-R";
    case 21866:
      return "KOI8-U";
    case 20932:
    case 51932:
      return "EUC-JP";
    case 50220:
    case 50221:
    case 50222:
      return "ISO-2022-JP";
    case 50225:
      return "ISO-2022-KR";
    case 51949:
      return "EUC-KR";
    case 51936:
      return "GB2312";
    case 52936:
      return "HZ";
    case 54936:
      return "gb18030";
    case 932:
      return "windows-31j";
    case 936:
      return "GBK";
    case 949:
      return "windows-949";
    case 950:
      return "Big5";
    default:
      break;
  }
  if (code_page >= 28591 && code_page <= 28606) return fmt::format("ISO-8859-{}", code_page - 28590);
  if (code_page >= 1250 && code_page <= 1258) return fmt::format("windows-{}", code_page);
  return fmt::format("cp{}", code_page);
}

// Names seen in real mail that ICU does not know, or knows as something narrower than senders mean.
std::string icu_name(std::string_view charset) {
  std::string name = ascii_lower(trim(charset));
  if (name.size() > 2 && (name.front() == '"' || name.front() == '\'')) name = name.substr(1, name.size() - 2);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kAliases = {
      {{"iso-8859-1", "windows-1252"},
       {"latin1", "windows-1252"},
       {"us-ascii", "windows-1252"},
       {"ascii", "windows-1252"},
       {"ansi_x3.4-1968", "windows-1252"},
       {"iso8859-1", "windows-1252"},
       {"iso-8859-8-i", "iso-8859-8"},
       {"iso-8859-8-e", "iso-8859-8"},
       {"gb2312", "gb18030"},
       {"gbk", "gb18030"},
       {"x-gbk", "gb18030"},
       {"cp936", "gb18030"},
       {"ks_c_5601-1987", "windows-949"},
       {"euc-kr", "windows-949"},
       {"shift_jis", "windows-31j"},
       {"x-sjis", "windows-31j"},
       {"shift-jis", "windows-31j"},
       {"utf8", "utf-8"},
       {"unicode-1-1-utf-7", "utf-7"},
       {"iso-8859-9", "windows-1254"}}};
  for (const auto& [alias, target] : kAliases)
    if (name == alias) return std::string(target);
  return name;
}

Result<std::string> decode(std::string_view bytes, const std::string& name) {
  if (ascii_iequals(name, "utf-8")) return make_valid_utf8(bytes);
  OXB_TRY(const auto converter, open_converter(name));
  UErrorCode status = U_ZERO_ERROR;
  std::u16string wide(bytes.size() * 2 + 8, u'\0');
  auto length = ucnv_toUChars(converter.get(), wide.data(), static_cast<int32_t>(wide.size()), bytes.data(),
                              static_cast<int32_t>(bytes.size()), &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    wide.resize(static_cast<std::size_t>(length) + 1);
    length = ucnv_toUChars(converter.get(), wide.data(), static_cast<int32_t>(wide.size()), bytes.data(),
                           static_cast<int32_t>(bytes.size()), &status);
  }
  if (U_FAILURE(status)) return fail(Errc::malformed, "text does not fit its character set");
  wide.resize(static_cast<std::size_t>(length));
  return utf8_from_utf16(wide);
}

icu::UnicodeString unicode(std::string_view utf8) {
  const auto wide = utf16_from_utf8(utf8);
  return {wide.data(), static_cast<int32_t>(wide.size())};
}
std::string utf8(const icu::UnicodeString& text) {
  return utf8_from_utf16({text.getBuffer(), static_cast<std::size_t>(text.length())});
}

}  // namespace

std::string utf8_from_utf16(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint32_t c = text[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000)
      c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00U);
    append_code_point(out, c);
  }
  return out;
}

std::u16string utf16_from_utf8(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    auto c = next_code_point(text, i);
    if (c == 0xFFFFFFFF) c = 0xFFFD;
    if (c >= 0x10000) {
      out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
      out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    } else {
      out.push_back(static_cast<char16_t>(c));
    }
  }
  return out;
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = next_code_point(text, i);
    if (c == 0xFFFFFFFF || is_surrogate(c)) return false;
  }
  return true;
}

std::string make_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = next_code_point(text, i);
    if (c == 0xFFFFFFFF || is_surrogate(c))
      out += kReplacement;
    else
      append_code_point(out, c);
  }
  return out;
}

Result<std::string> utf8_from_code_page(std::string_view bytes, std::uint32_t code_page) {
  return decode(bytes, icu_name(code_page));
}

Result<std::string> code_page_from_utf8(std::string_view text, std::uint32_t code_page) {
  if (code_page == 65001) return make_valid_utf8(text);
  OXB_TRY(const auto converter, open_converter(icu_name(code_page)));
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setSubstString(converter.get(), u"?", 1, &status);
  status = U_ZERO_ERROR;
  const auto wide = utf16_from_utf8(text);
  std::string out(wide.size() * 4 + 16, '\0');
  const auto length = ucnv_fromUChars(converter.get(), out.data(), static_cast<int32_t>(out.size()), wide.data(),
                                      static_cast<int32_t>(wide.size()), &status);
  if (U_FAILURE(status)) return fail(Errc::malformed, "text cannot be written in this character set");
  out.resize(static_cast<std::size_t>(length));
  return out;
}

Result<std::string> utf8_from_charset(std::string_view bytes, std::string_view charset) {
  return decode(bytes, icu_name(charset));
}

std::uint32_t code_page_of_charset(std::string_view charset) {
  static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 34> kPages = {
      {{"utf-8", 65001},       {"us-ascii", 20127},    {"iso-8859-1", 28591},
       {"iso-8859-2", 28592},  {"iso-8859-3", 28593},  {"iso-8859-4", 28594},
       {"iso-8859-5", 28595},  {"iso-8859-6", 28596},  {"iso-8859-7", 28597},
       {"iso-8859-8", 28598},  {"iso-8859-9", 28599},  {"iso-8859-13", 28603},
       {"iso-8859-15", 28605}, {"windows-1250", 1250}, {"windows-1251", 1251},
       {"windows-1252", 1252}, {"windows-1253", 1253}, {"windows-1254", 1254},
       {"windows-1255", 1255}, {"windows-1256", 1256}, {"windows-1257", 1257},
       {"windows-1258", 1258}, {"koi8-r", 20866},      {"koi8-u", 21866},
       {"iso-2022-jp", 50220}, {"shift_jis", 932},     {"euc-jp", 51932},
       {"gb2312", 936},        {"gbk", 936},           {"gb18030", 54936},
       {"big5", 950},          {"euc-kr", 949},        {"ks_c_5601-1987", 949},
       {"utf-7", 65000}}};
  const auto name = ascii_lower(trim(charset));
  for (const auto& [known, page] : kPages)
    if (name == known) return page;
  return 0;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

bool ascii_iequals(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string fold_case(std::string_view text) {
  auto wide = unicode(text);
  wide.foldCase();
  return utf8(wide);
}

std::string fold_loose(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* decompose = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status)) return fold_case(text);
  const auto wide = decompose->normalize(unicode(text), status);
  icu::UnicodeString bare;
  for (int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const auto c = wide.char32At(i);
    if (u_charType(c) != U_NON_SPACING_MARK) bare.append(c);
  }
  bare.foldCase();
  return utf8(bare);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string collation_key(std::string_view text) {
  static thread_local const std::unique_ptr<icu::Collator> collator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Collator> made(icu::Collator::createInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status)) return std::unique_ptr<icu::Collator>();
    made->setStrength(icu::Collator::SECONDARY);
    return made;
  }();
  if (!collator) return fold_case(text);
  const auto wide = unicode(text);
  std::string key(static_cast<std::size_t>(wide.length()) * 4 + 16, '\0');
  auto size = collator->getSortKey(wide, reinterpret_cast<uint8_t*>(key.data()), static_cast<int32_t>(key.size()));
  if (size > static_cast<int32_t>(key.size())) {
    key.resize(static_cast<std::size_t>(size));
    size = collator->getSortKey(wide, reinterpret_cast<uint8_t*>(key.data()), size);
  }
  key.resize(size > 0 ? static_cast<std::size_t>(size) - 1 : 0);  // without the closing zero
  return key;
}

}  // namespace oxb
