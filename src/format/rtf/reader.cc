// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/rtf/reader.h"

namespace oxb::rtf {

std::uint32_t code_page_of_font_charset(std::int32_t charset, std::uint32_t fallback) {
  switch (charset) {
    case 77:
      return 10000;
    case 128:
      return 932;
    case 129:
      return 949;
    case 134:
      return 936;
    case 136:
      return 950;
    case 161:
      return 1253;
    case 162:
      return 1254;
    case 163:
      return 1258;
    case 177:
      return 1255;
    case 178:
      return 1256;
    case 186:
      return 1257;
    case 204:
      return 1251;
    case 222:
      return 874;
    case 238:
      return 1250;
    default:
      return fallback;  // ANSI, default, symbol
  }
}

Origin origin(std::string_view rtf) {
  Lexer lexer(rtf);
  for (int i = 0; i < 40; ++i) {
    const auto token = lexer.next();
    if (i == 0 && token.kind != Lexeme::open) return Origin::rtf;
    if (i == 1 && (token.kind != Lexeme::word || token.name != "rtf")) return Origin::rtf;
    if (token.kind == Lexeme::word && token.name == "fromhtml" && token.number.value_or(1) >= 1) return Origin::html;
    if (token.kind == Lexeme::word && token.name == "fromtext") return Origin::text;
    if (i > 1 && token.kind != Lexeme::word) break;  // the header's first words are over
  }
  return Origin::rtf;
}

Result<std::string> encapsulated_html(std::string_view rtf) {
  if (origin(rtf) != Origin::html) return fail(Errc::unsupported, "no html inside this rtf");
  return Reader(rtf, Origin::html).read();
}

Result<std::string> to_text(std::string_view rtf) {
  // Text for people is what a renderer shows, which in encapsulated HTML is the part that the encapsulation ignores.
  return Reader(rtf, origin(rtf) == Origin::text ? Origin::text : Origin::rtf).read();
}

}  // namespace oxb::rtf
