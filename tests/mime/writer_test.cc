// SPDX-License-Identifier: GPL-3.0-or-later
// Writing mails: what is written reads back, and nothing that is given breaks out of its place.
#include "format/mime/writer.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace oxb::mime {
namespace {

std::string with(const char* name, std::string_view value) {
  FieldWriter w;
  w.text(name, value);
  return w.block();
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find("\r\n", at), text.size());
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

TEST(MimeWriter, TextFields) {
  struct Row {
    std::string value, written;
  };
  const std::vector<Row> rows = {{"Hello", "Subject: Hello\r\n"},
                                 {"  two  ", "Subject: two\r\n"},
                                 {"", ""},
                                 {"=?x", "Subject: =?UTF-8?B?PT94?=\r\n"},
                                 {"Größe", "Subject: =?UTF-8?B?R3LDtsOfZQ==?=\r\n"},
                                 {"Keld Jørn Simonsen", "Subject: =?UTF-8?Q?Keld_J=C3=B8rn_Simonsen?=\r\n"},
                                 {"a\r\nBcc: x@y", "Subject: a  Bcc: x@y\r\n"},
                                 {std::string("a\0b\x01", 4), "Subject: ab\r\n"}};
  for (const auto& row : rows) EXPECT_EQ(with("Subject", row.value), row.written);
}

TEST(MimeWriter, TextsComeBackInShortLines) {
  std::string wide, mixed, blanks = "a", word(5000, 'w');
  for (int i = 0; i < 300; ++i) {
    wide += "漢字🙂";
    mixed += i % 7 == 0 ? "größer " : "word ";
    blanks += i % 2 ? "   b" : " c";
  }
  for (const auto& value : {wide, mixed, blanks, word, std::string("é"), std::string(500, ' ') + "x"}) {
    const auto block = with("Subject", value) + "\r\n";
    const auto headers = parse_headers(block);
    ASSERT_TRUE(headers);
    EXPECT_EQ(headers->text("Subject"), trim(value));
    EXPECT_LE(longest_line(block), 78U);
    EXPECT_EQ(headers->fields.size(), 1U);
  }
}

TEST(MimeWriter, NoFieldNameBreaksOut) {
  for (const auto* name : {"", "a b", "a:b", "a\r\nb", "\xC3\xA4", "a\t"}) EXPECT_EQ(with(name, "x"), "") << name;
  EXPECT_EQ(with("X-Ok", "x"), "X-Ok: x\r\n");
}

TEST(MimeWriter, Addresses) {
  struct Row {
    Mailbox person;
    std::string written;
  };
  const std::vector<Row> rows = {
      {{"", "a@b.example", ""}, "To: a@b.example\r\n"},
      {{"Ada", "a@b.example", ""}, "To: Ada <a@b.example>\r\n"},
      {{"Byron, Ada", "a@b.example", ""}, "To: \"Byron, Ada\" <a@b.example>\r\n"},
      {{"a \"b\" \\", "a@b.example", ""}, "To: \"a \\\"b\\\" \\\\\" <a@b.example>\r\n"},
      {{"Jürgen", "a@b.example", ""}, "To: =?UTF-8?Q?J=C3=BCrgen?= <a@b.example>\r\n"},
      {{"x\r\nBcc: evil@x", "a@b.example", ""}, "To: \"x  Bcc: evil@x\" <a@b.example>\r\n"},
      {{"x", "a@b.example>\r\nBcc: <evil@x", ""}, ""},
      {{"x", "a b@c", ""}, ""},
      {{"", "\"john doe\"@b.example", ""}, "To: \"john doe\"@b.example\r\n"},
      {{"nobody", "", ""}, ""},
      {{"x", std::string("a\0@b", 4), ""}, ""},
  };
  for (const auto& row : rows) {
    FieldWriter w;
    w.addresses("To", {row.person});
    EXPECT_EQ(w.block(), row.written);
  }
  FieldWriter w;
  w.addresses("To", {{"Nobody", "", ""}, {"", "root", ""}, {"J", "j@ä.example", ""}}, FieldWriter::Nameless::keep);
  EXPECT_EQ(w.block(), "To: \"Nobody\", root, J <j@ä.example>\r\n");
  const auto back = parse_addresses(w.block().substr(4));
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].name, "Nobody");
  EXPECT_EQ(back[1].address, "root");
}

TEST(MimeWriter, ManyAddressesAreFolded) {
  std::vector<Mailbox> people;
  for (int i = 0; i < 4000; ++i)
    people.push_back({i % 3 == 0 ? "Jürgen Müller, der Ältere" : "Name", std::to_string(i) + "@example.com", ""});
  FieldWriter w;
  w.addresses("To", people);
  EXPECT_LE(longest_line(w.block()), 78U);
  EXPECT_EQ(parse_addresses(w.block().substr(4)), people);
}

TEST(MimeWriter, FileNames) {
  std::string longest;
  for (int i = 0; i < 60; ++i) longest += "Länge";
  for (const auto& name : {std::string("a.txt"), std::string("a b;c\".txt"), std::string("Größe 40.txt"),
                           std::string("=?UTF-8?Q?x?=.txt"), longest + ".txt", std::string(400, 'x') + ".pdf"}) {
    auto part = binary_entity("application/pdf", as_bytes("x"), {{"name", name}});
    part.fields.parameters("Content-Disposition", "attachment", {{"filename", name}});
    EXPECT_LE(longest_line(part.fields.block()), 250U);
    const auto mail = write({}, part, "s");
    ASSERT_TRUE(mail);
    const auto read = parse(*mail);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->disposition, "attachment");
    if (!name.starts_with("=?")) EXPECT_EQ(read->file_name, name);
  }
  FieldWriter w;
  w.parameters("Content-Disposition", "attachment\r\nX: y", {{"filename", "=?UTF-8?Q?a?=\r\n \"\r\nBcc: evil@x"}});
  EXPECT_EQ(w.block().find("\r\nBcc"), std::string::npos);
  EXPECT_EQ(w.block().find("\r\nX"), std::string::npos);
}

TEST(MimeWriter, NoLineIsTooLong) {
  const std::string word(5000, 'x'), blanks = "a \"" + std::string(300, '\\') + " b";
  FieldWriter w;
  w.text("X-" + std::string(190, 'n'), word.substr(0, 800));
  w.words("X-" + std::string(190, 'n'), word.substr(0, 700) + " " + word);
  w.addresses("To", {{word, "a@b.example", ""}, {blanks, "a@b.example", ""}, {word, "", ""}, {"", word, ""}},
              FieldWriter::Nameless::keep);
  w.parameters(word.substr(0, 190), word, {{"name", word}, {word.substr(0, 50), blanks}});
  EXPECT_LE(longest_line(w.block()), 998U);
  const auto block = w.block() + "\r\n";
  const auto headers = parse_headers(block);
  ASSERT_TRUE(headers);
  EXPECT_EQ(headers->fields.size(), 4U);
  const auto people = parse_addresses(*headers, "To");
  ASSERT_EQ(people.size(), 3U);
  EXPECT_EQ(people[1].name, blanks);
}

// RFC 2231 4: a value with its character set.
TEST(MimeWriter, ParameterForms) {
  FieldWriter w;
  w.parameters("Content-Disposition", "inline", {{"filename", "Ä €.txt"}});
  EXPECT_EQ(w.block(), "Content-Disposition: inline; filename*=UTF-8''%C3%84%20%E2%82%AC.txt\r\n");
}

TEST(MimeWriter, TransferEncodings) {
  struct Row {
    std::string text, encoding;
  };
  const std::vector<Row> rows = {
      {"short\nlines\n", "7bit"},
      {std::string(200, 'x') + "\n", "quoted-printable"},
      {"some words in English, then: größer\n", "quoted-printable"},
      {"漢字漢字漢字\n", "base64"},
      {"trailing \t\nand = signs " + std::string(80, '=') + " \n.\nFrom x\n", "quoted-printable"}};
  for (const auto& row : rows) {
    const auto mail = write({}, text_entity("text/plain", row.text), "s");
    ASSERT_TRUE(mail);
    const auto part = parse(*mail);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->encoding, row.encoding);
    auto back = part->text();
    std::erase(back, '\r');
    EXPECT_EQ(back, row.text);
    EXPECT_LE(longest_line(*mail), 78U);
    EXPECT_EQ(mail->find('\0'), std::string::npos);
  }
}

TEST(MimeWriter, BoundariesOccurInNoPart) {
  const auto once = write({},
                          multipart_entity("mixed",
                                           [] {
                                             std::vector<Entity> parts;
                                             parts.push_back(text_entity("text/plain", "x"));
                                             return parts;
                                           }()),
                          "seed");
  ASSERT_TRUE(once);
  const auto at = once->find("boundary=\"");
  ASSERT_NE(at, std::string::npos);
  const auto boundary = once->substr(at + 10, once->find('"', at + 10) - at - 10);
  std::vector<Entity> parts;
  parts.push_back(text_entity("text/plain", "--" + boundary + "--\nhidden"));
  const auto mail = write({}, multipart_entity("mixed", std::move(parts)), "seed");
  ASSERT_TRUE(mail);
  const auto read = parse(*mail);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->children.size(), 1U);
  EXPECT_EQ(read->children[0].text(), "--" + boundary + "--\r\nhidden");
}

TEST(MimeWriter, Dates) {
  FieldWriter w;
  w.date("Date", from_unix_ms(1'700'000'000'000), 60);
  EXPECT_EQ(w.block(), "Date: Tue, 14 Nov 2023 23:13:20 +0100\r\n");
  FieldWriter odd;
  odd.date("Date", Instant(Ticks(std::numeric_limits<std::int64_t>::max())), 100'000);
  odd.date("Date", Instant(Ticks(std::numeric_limits<std::int64_t>::min())), -100'000);
  EXPECT_TRUE(parse_headers(odd.block() + "\r\n"));
}

TEST(MimeWriter, Deliverable) {
  for (const auto* good : {"a@b", "a.b+c@d-e.example", "\"a b\"@c.example", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]"})
    EXPECT_TRUE(is_deliverable(good)) << good;
  for (const auto* bad :
       {"", "a", "@b", "a@", "a b@c", "a@b c", "<a@b>", "a@b\r\n", "ä@b", "a@ä", "\"a\"b\"@c", "a,b@c", "/o=x/cn=y"})
    EXPECT_FALSE(is_deliverable(bad)) << bad;
}

}  // namespace
}  // namespace oxb::mime
