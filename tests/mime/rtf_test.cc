// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/rtf/rtf.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <random>

namespace oxb::rtf {
namespace {

Bytes hex(std::string_view text) {
  auto bytes = from_hex(text);
  EXPECT_TRUE(bytes);
  return bytes.value_or(Bytes{});
}

// The examples of [MS-OXRTFCP] 4.1: tests/vectors/rtf/NAME.{hex,rtf}.
std::string vector_file(const std::string& name) {
  std::ifstream in(OXB_SOURCE_DIR "/tests/vectors/rtf/" + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}
constexpr std::array kExamples = {"simple", "crossing"};
std::string simple_packed() { return vector_file("simple.hex"); }

TEST(Lzfu, ExamplesOfTheSpecificationUnpack) {
  for (const std::string name : kExamples)
    EXPECT_EQ(decompress(hex(vector_file(name + ".hex"))).value_or(""), vector_file(name + ".rtf")) << name;
}

TEST(Lzfu, ExamplesOfTheSpecificationPack) {
  for (const std::string name : kExamples)
    EXPECT_EQ(to_hex(compress(vector_file(name + ".rtf"))), to_hex(hex(vector_file(name + ".hex")))) << name;
}

TEST(Lzfu, ChecksumOfTheSpecification) {
  // [MS-OXRTFCP] 4.1.1: CRC of the contents.
  const auto packed = hex(simple_packed());
  EXPECT_EQ(crc(ByteView(packed).subspan(16)), 0xA7C7C5F1U);
}

TEST(Lzfu, RoundTripOfManyKinds) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    std::string text;
    const auto size = random() % 30'000;
    const auto alphabet = 1 + random() % 60;
    while (text.size() < size) {
      if (random() % 4 == 0 && text.size() > 40)
        text += text.substr(random() % (text.size() - 20), 1 + random() % 19);
      else
        text.push_back(static_cast<char>(' ' + random() % alphabet));
    }
    const auto packed = compress(text);
    ASSERT_EQ(decompress(packed).value_or("?"), text) << round;
    EXPECT_EQ(decompress(pack_uncompressed(text)).value_or("?"), text);
  }
}

TEST(Lzfu, DamageIsAnError) {
  auto packed = hex(simple_packed());
  EXPECT_FALSE(decompress(ByteView(packed).first(15)));
  auto wrong_crc = packed;
  wrong_crc[12] ^= std::byte{1};
  EXPECT_EQ(decompress(wrong_crc).error().code, Errc::malformed);
  auto wrong_type = packed;
  wrong_type[8] ^= std::byte{1};
  EXPECT_EQ(decompress(wrong_type).error().code, Errc::malformed);
  auto huge = packed;
  huge[7] = std::byte{0x7F};
  EXPECT_EQ(decompress(huge).error().code, Errc::limit);
}

// [MS-OXRTFEX] 3.1 (abridged): what Outlook writes.
constexpr std::string_view kOutlook =
    "{\\rtf1\\ANSI\\ansicpg1251\\fromhtml1 \\deff0\r\n"
    "{\\fonttbl {\\f0\\fmodern Courier New;}{\\f1\\fswiss Arial;}{\\f2\\fswiss\\fcharset0 Arial;}}\r\n"
    "{\\colortbl\\red0\\green0\\blue0;\\red0\\green0\\blue255;} \r\n"
    "{\\*\\htmltag64}\r\n"
    "\\uc1\\pard\\plain\\deftab360 \\f0\\fs24\r\n"
    "{\\*\\htmltag <HTML><head>\\par\r\n<style>\\par\r\n<!--\\par\r\n /* Style Definitions */\\par\r\np.MsoNormal, "
    "li.MsoNormal \\{font-family:Arial;\\}\\par\r\n"
    "-->\\par\r\n</style>\\par\r\n\\tab <!-- This is a HTML comment.\\par\r\n"
    "There is a horizontal tab (%x09) character before the comment, \\par\r\nand some new lines inside the comment. "
    "-->\\par\r\n"
    "</head>\\par\r\n<body>\\par\r\n<p\\par\r\nclass=\"MsoNormal\">}\r\n"
    "{\\htmlrtf \\f1 \\htmlrtf0 Note the line break inside a P tag. {\\*\\htmltag <b>}{\\htmlrtf \\b \\htmlrtf0 This "
    "is {\\*\\htmltag <u>}{\\htmlrtf \\ul "
    "\\htmlrtf0 bold{\\*\\htmltag </u>}\\htmlrtf }\\htmlrtf0  text{\\*\\htmltag </b>}\\htmlrtf\\par}\\htmlrtf0}\r\n"
    "\\htmlrtf \\par \\htmlrtf0\r\n \r\n"
    "{\\*\\htmltag </p>\\par\r\n<p class=\"MsoNormal\">\\par}\r\n"
    "{\\htmlrtf \\f1 \\htmlrtf0 This is a normal text with a character references: \r\n"
    "{\\*\\htmltag &nbsp;}\\htmlrtf \\'a0\\htmlrtf0  {\\*\\htmltag &lt;}\\htmlrtf <\\htmlrtf0  {\\*\\htmltag "
    "&uml;}\\htmlrtf {\\f2\\'a8}\\htmlrtf0"
    "{\\*\\htmltag <br>\\par}\\htmlrtf\\line\\htmlrtf0\r\n"
    "characters which have special meaning in RTF: \\{\\}\\\\{\\*\\htmltag "
    "<br>\\par}\\htmlrtf\\line\\htmlrtf0\\htmlrtf\\par}\\htmlrtf0\r\n"
    "{\\*\\htmltag </p>\\par\r\n</body>\\par\r\n</html>\\par}}";

TEST(RtfEncapsulation, ExampleOfTheSpecification) {
  ASSERT_EQ(origin(kOutlook), Origin::html);
  const auto html = encapsulated_html(kOutlook);
  ASSERT_TRUE(html);
  EXPECT_NE(html->find("p.MsoNormal, li.MsoNormal {font-family:Arial;}\r\n"), std::string::npos) << *html;
  EXPECT_NE(html->find("<p\r\nclass=\"MsoNormal\">Note the line break inside a P tag. <b>This is <u>bold</u> text</b>"),
            std::string::npos)
      << *html;
  EXPECT_NE(
      html->find(
          "character references: &nbsp; &lt; &uml;<br>\r\ncharacters which have special meaning in RTF: {}\\<br>\r\n"),
      std::string::npos)
      << *html;
  EXPECT_EQ(html->find("\\htmlrtf"), std::string::npos);
}

TEST(RtfEncapsulation, PlainText) {
  const auto rtf = from_text("Grüße {a} \\b\r\nzweite\tZeile 日本 😀\r\n");
  EXPECT_EQ(origin(rtf), Origin::text);
  EXPECT_EQ(to_text(rtf).value_or(""), "Grüße {a} \\b\r\nzweite\tZeile 日本 😀\r\n");
}

TEST(RtfEncapsulation, HtmlComesBackUnchanged) {
  for (const std::string_view html : {"<html><head><style>a{b:c}</style></head><body><p>Hello &amp; w&ouml;rld {x} "
                                      "\\y</p>\r\n<br/>日本😀</body></html>",
                                      "no tags at all", "<p>unclosed < bracket", "a&b &nosuch; &#8364;",
                                      "<!-- {comment} --><a href=\"x\\y\">z</a>", "\r\nline\r\nbreaks\r\n"}) {
    const auto rtf = from_html(html);
    EXPECT_EQ(encapsulated_html(rtf).value_or("?"), html);
  }
}

TEST(RtfEncapsulation, ReadersWithoutHtmlSeeTheText) {
  const auto rtf = from_html("<head><title>T</title></head><body><p>one &amp; <b>two</b></p><p>three</p></body>");
  EXPECT_EQ(to_text(rtf).value_or(""), "one & two\r\nthree\r\n");
}

TEST(RtfText, GeneralDocuments) {
  EXPECT_EQ(to_text("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset204 Arial;}{\\f1\\fcharset0 "
                    "A;}}{\\info{\\author X}}\\f0 \\'cf\\'f0\\'e8\\f1\\'e9"
                    "\\par{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt link}}{\\pict 00ff}}")
                .value_or("?"),
            "Приé\r\nlink");
  EXPECT_EQ(to_text("{\\rtf1\\uc2 \\u8364 ??x{\\uc0\\u8364}y}").value_or("?"), "€x€y");
  EXPECT_EQ(to_text("{\\rtf1 \\u-10179?\\u-8704?}").value_or("?"), "😀");
  EXPECT_EQ(to_text("{\\rtf1\\ansi\\ansicpg932 \\'93\\'fa\\'96\\'7b}").value_or("?"), "日本");
}

TEST(RtfText, HostileInput) {
  EXPECT_FALSE(to_text(std::string(5000, '{')));
  EXPECT_TRUE(to_text(std::string(5000, '}')));
  EXPECT_TRUE(to_text("{\\rtf1\\bin999999999 x"));
  EXPECT_TRUE(to_text("{\\rtf1\\ansicpg99999 \\'e9\\u99999999999 \\'"));
  EXPECT_TRUE(to_text("\\"));
  EXPECT_FALSE(encapsulated_html("{\\rtf1 x}"));
}

// The inside of the page without the paragraphs' own style.
std::string page_of(std::string_view rtf) {
  auto page = to_html(rtf).value_or("?");
  const auto body = page.find("<body>\r\n");
  if (body == std::string::npos) return page;
  page = page.substr(body + 8, page.find("</body>") - body - 8);
  for (const std::string_view noise : {" style=\"margin:0\"", "margin:0;", "\r\n"})
    for (auto at = page.find(noise); at != std::string::npos; at = page.find(noise)) page.erase(at, noise.size());
  return page;
}

TEST(RtfToHtml, LooksOfText) {
  struct Row {
    std::string_view rtf, html;
  };
  const std::vector<Row> rows = {
      {"{\\rtf1 Hello\\par\\par World}", "<p>Hello</p><p>&nbsp;</p><p>World</p>"},
      {"{\\rtf1 a {\\b bold {\\i both}} \\ul u\\ulnone\\strike s\\plain .}",
       "<p>a <b>bold </b><b><i>both</i></b> <u>u</u><s>s</s>.</p>"},
      {"{\\rtf1{\\colortbl;\\red255\\green0\\blue16;\\red1\\green2\\blue3;}\\cf1\\fs28 x\\cf0\\fs20 y}",
       "<p><span style=\"font-size:14pt;color:#ff0010;\">x</span><span style=\"font-size:10pt;\">y</span></p>"},
      {"{\\rtf1 \\u26085?\\'e4 <&>  x\\line y\\tab z}",
       "<p>\u65E5\u00E4 &lt;&amp;&gt;&nbsp; x<br>y\u00A0\u00A0\u00A0 z</p>"},
      {"{\\rtf1{\\field{\\*\\fldinst{HYPERLINK \"https://a.example/?b&c\"}}{\\fldrslt{\\ul link}}} end}",
       "<p><a href=\"https://a.example/?b&amp;c\"><u>link</u></a> end</p>"},
      {"{\\rtf1{\\field{\\*\\fldinst{HYPERLINK \"javascript:alert(1)\"}}{\\fldrslt link}}}", "<p>link</p>"},
      {"{\\rtf1\\pard\\qc mid\\par\\pard left}", "<p style=\"text-align:center\">mid</p><p>left</p>"},
      {"{\\rtf1{\\pntext\\'b7\\tab}item\\par{\\*\\objattph  }x}", "<p>\u00B7\u00A0\u00A0\u00A0 item</p><p>x</p>"},
      {"{\\rtf1{\\stylesheet x}{\\v hidden}{\\pict 00ff}shown}", "<p>shown</p>"},
      {"{\\rtf1{\\field{\\*\\fldinst HYPERLINK http://x}{\\fldrslt a\\par b}}c",
       "<p><a href=\"http://x\">a</a></p><p>bc</p>"},
  };
  for (const auto& row : rows) EXPECT_EQ(page_of(row.rtf), row.html) << row.rtf;
}

TEST(RtfToHtml, SymbolsAreListMarksButNotInsideHtml) {
  EXPECT_EQ(to_text("{\\rtf1 \\u-3913?x\\u-3992?}").value_or(""), "\u2022xh");
  const std::string page = "<p>\uF0B7</p>";
  EXPECT_EQ(encapsulated_html(from_html(page)).value_or(""), page);
}

TEST(RtfToHtml, IsBounded) {
  std::string deep = "{\\rtf1";
  for (int i = 0; i < 5000; ++i) deep += "{\\b";
  EXPECT_EQ(to_html(deep).error().code, Errc::limit);
  std::string restless = "{\\rtf1 ";
  for (int i = 0; i < 100'000; ++i) restless += "\\b x\\b0 y";
  EXPECT_TRUE(to_html(restless));
}

}  // namespace
}  // namespace oxb::rtf
