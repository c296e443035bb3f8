// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/html/html.h"

#include <gtest/gtest.h>

#include <chrono>

namespace oxb::html {
namespace {

TEST(HtmlText, BlocksLinksListsAndTables) {
  EXPECT_EQ(to_text("<html><head><title>no</title><style>p{}</style></head><body><p>Hello&nbsp;&amp;\n  "
                    "<b>wel</b>come</p><p>Two<br>lines</p></body>"),
            "Hello & welcome\r\n\r\nTwo\r\nlines\r\n");
  EXPECT_EQ(to_text("<a href=\"https://x.example/\">here</a> and <a href=https://y.example>https://y.example</a>"),
            "here <https://x.example/> and https://y.example\r\n");
  EXPECT_EQ(to_text("<ul><li>a<li>b</ul><ol><li>x</li><li>y</li></ol>"), "* a\r\n* b\r\n1. x\r\n2. y\r\n");
  EXPECT_EQ(to_text("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"), "1\t2\r\n3\t4\r\n");
  EXPECT_EQ(to_text("<pre>a\n  b\n</pre>c"), "a\r\n  b\r\nc\r\n");
  EXPECT_EQ(to_text("x<script>alert('<p>')</script>y<!-- z -->"), "xy\r\n");
  EXPECT_EQ(to_text("caf&eacute; &#8364; &#x20ac; &#128; &unknown; &"), "café € € € &unknown; &\r\n");
  EXPECT_EQ(to_text(""), "");
}

TEST(HtmlText, BrokenMarkupLosesNoText) {
  // Field note F31: the last character must not be lost, whatever is unclosed.
  EXPECT_EQ(to_text("a < b and <c"), "a < b and <c\r\n");
  EXPECT_EQ(to_text("<p title=\"never closed>text"), "text\r\n");
  EXPECT_EQ(to_text("<head>x<body>y"), "y\r\n");
  EXPECT_EQ(to_text("last"), "last\r\n");
}

TEST(HtmlText, Preview) {
  EXPECT_EQ(preview("<p>One</p><p>Two  three</p>", 100), "One Two three");
  EXPECT_EQ(preview("<p>äöüß</p>", 2), "äö");
}

TEST(HtmlText, PlainTextAsPageAndBack) {
  const std::string text = "Hello <world> & \"all\"\r\n  two  spaces\r\nend";
  EXPECT_EQ(to_text(from_text(text)), "Hello <world> & \"all\"\r\n  two  spaces\r\nend\r\n");
}

TEST(HtmlCharset, DeclarationsAreFoundAndReplaced) {
  EXPECT_EQ(declared_charset("<html><meta http-equiv=Content-Type content='text/html; charset=ISO-8859-2'>"),
            "iso-8859-2");
  EXPECT_EQ(declared_charset("<META CHARSET=\"Shift_JIS\">"), "shift_jis");
  EXPECT_EQ(declared_charset("<?xml version='1.0' encoding='koi8-r'?><html>"), "koi8-r");
  EXPECT_EQ(declared_charset("\xEF\xBB\xBF<p>"), "utf-8");
  EXPECT_EQ(declared_charset("<p>charset=no</p>"), "");
  EXPECT_EQ(with_declared_charset("<meta charset=x><p>y", "utf-8"), "<meta charset=utf-8><p>y");
  EXPECT_EQ(with_declared_charset("<p>y", "utf-8"), "<p>y");
}

TEST(HtmlReferences, PicturesOfAllKinds) {
  const auto found = references(
      "<img src=\"cid:a@b\"><body background='cid:bg'><div style=\"background:url(cid:c)\"><v:fill src=x.png>"
      "<!--[if gte vml 1]><v:imagedata src=\"cid:vml\"/><![endif]--><img src=data:abc><a href=\"http://no\">");
  EXPECT_EQ(found, (std::vector<std::string>{"cid:a@b", "cid:bg", "cid:c", "x.png", "cid:vml"}));
}

TEST(HtmlTokens, PiecesJoinedAreTheTextAgain) {
  for (const std::string_view text : {"<p>a</p>", "<", "<<p", "<script>x<y</scrip>z", "<a b='>'>c", "<a b=\">c", "<!-",
                                      "<!--x", "</", "<?x", "a<style>"}) {
    std::string joined;
    Tokenizer tokens(text);
    for (Token token; tokens.next(token);) joined += token.raw;
    EXPECT_EQ(joined, text);
  }
}

}  // namespace
}  // namespace oxb::html
