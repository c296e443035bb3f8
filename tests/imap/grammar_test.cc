// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar of IMAP responses and commands. Examples from RFC 3501, 5161, 5258, 6154, 7162 and from real servers.
#include "format/imap/command.h"
#include "format/imap/data.h"
#include "format/imap/structure.h"

#include <gtest/gtest.h>

namespace oxb::imap {
namespace {

constexpr auto kUtf7 = NameEncoding::modified_utf7;

std::vector<RawResponse> split(std::string_view bytes, std::size_t chunk = 1 << 20) {
  ResponseSplitter splitter;
  std::vector<RawResponse> all;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, chunk);
    EXPECT_TRUE(splitter.feed(as_bytes(piece)));
    bytes.remove_prefix(piece.size());
    while (auto raw = splitter.next()) all.push_back(std::move(*raw));
  }
  EXPECT_TRUE(splitter.idle());
  return all;
}

Response parse(std::string_view line) {
  auto all = split(std::string(line) + "\r\n");
  EXPECT_EQ(all.size(), 1U);
  auto response = parse_response(std::move(all.at(0)));
  EXPECT_TRUE(response) << line << ": " << response.error().what;
  return response ? std::move(*response) : Response{};
}

Errc refusal(std::string_view line) {
  auto response = parse_response({std::string(line), {}});
  EXPECT_FALSE(response) << line;
  return response ? Errc::internal : response.error().code;
}

TEST(ImapSplitter, LiteralsOfAnySizeInAnyChunking) {
  const auto with_nul = std::string(
                            "* 1 FETCH (BODY[HEADER] {12}\r\nA: {3}\r\n\r\nxy FLAGS (\\Seen))\r\n"
                            "* LIST () \"/\" {5}\r\na\r\nb) ~{2}\r\n") +
                        std::string("\0\x80", 2) + " {0}\r\n\r\na1 OK done {7}\r\n";
  for (const std::size_t chunk : {1U, 2U, 3U, 5U, 1000U}) {
    auto all = split(with_nul, chunk);
    ASSERT_EQ(all.size(), 3U) << chunk;
    ASSERT_EQ(all[0].literals.size(), 1U);
    EXPECT_EQ(all[0].literals[0], "A: {3}\r\n\r\nxy");
    ASSERT_EQ(all[1].literals.size(), 3U);
    EXPECT_EQ(all[1].literals[0], "a\r\nb)");
    EXPECT_EQ(all[1].literals[1], std::string("\0\x80", 2));
    EXPECT_EQ(all[1].literals[2], "");
    EXPECT_EQ(all[2].text, "a1 OK done {7}");  // free text announces no literal
  }
}

TEST(ImapSplitter, BareLineFeedsEndLinesToo) {
  const auto all = split("* OK hello\n* BYE\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].text, "* OK hello");
}

TEST(ImapSplitter, BoundsAreErrors) {
  Limits limits;
  limits.text_bytes = 100;
  limits.literal_bytes = 50;
  ResponseSplitter long_line(limits);
  EXPECT_EQ(long_line.feed(as_bytes(std::string(101, 'x'))).error().code, Errc::limit);
  ResponseSplitter big_literal(limits);
  EXPECT_EQ(big_literal.feed(as_bytes("* 1 FETCH (BODY[] {51}\r\n")).error().code, Errc::limit);
  ResponseSplitter sum(limits);
  EXPECT_EQ(sum.feed(as_bytes("* 1 FETCH (BODY[] {30}\r\n" + std::string(30, 'x') + " X {21}\r\n")).error().code,
            Errc::limit);
  ResponseSplitter endless(limits);
  EXPECT_EQ(endless.feed(as_bytes("* 1 FETCH (BODY[] {18446744073709551615}\r\n")).error().code, Errc::limit);
}

TEST(ImapResponse, StatusAndCodes) {
  auto r = parse("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready");
  EXPECT_EQ(r.kind, Response::Kind::status);
  EXPECT_EQ(r.status, Response::Status::ok);
  ASSERT_TRUE(r.code);
  EXPECT_EQ(r.code->name, "CAPABILITY");
  EXPECT_EQ(parse_words(r.code->arguments), (std::set<std::string>{"IMAP4REV1", "AUTH=PLAIN"}));
  EXPECT_EQ(r.text, "ready");

  r = parse("* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited");
  ASSERT_EQ(r.code->arguments.size(), 1U);
  EXPECT_EQ(r.code->arguments[0].items[2].text, "\\*");

  r = parse("A003 NO [ALERT] System shutdown");
  EXPECT_EQ(r.kind, Response::Kind::tagged);
  EXPECT_EQ(r.tag, "A003");
  EXPECT_EQ(r.status, Response::Status::no);
  EXPECT_EQ(r.code->name, "ALERT");
  EXPECT_TRUE(r.code->arguments.empty());

  r = parse("a OK [COPYUID 1 304,319:320 3956:3958] done");
  EXPECT_EQ(r.code->arguments.at(2).text, "3956:3958");

  // RFC 2221: the URL is not made of values; the code's name is kept, nothing is followed.
  r = parse("a NO [REFERRAL imap://u;AUTH=*@host/(x)] no");
  EXPECT_EQ(r.code->name, "REFERRAL");

  r = parse("* BYE");
  EXPECT_EQ(r.status, Response::Status::bye);
  r = parse("+ idling");
  EXPECT_EQ(r.kind, Response::Kind::continuation);
  r = parse("+");
  EXPECT_EQ(r.kind, Response::Kind::continuation);
  r = parse("* PREAUTH hello");
  EXPECT_EQ(r.status, Response::Status::preauth);
  r = parse("* OK [unclosed text");
  EXPECT_EQ(r.status, Response::Status::ok);
}

TEST(ImapResponse, GarbageIsMalformed) {
  for (const char* line : {"", "*", "* ", "* 5", "* 99999999999 EXISTS", "* LIST (", "* LIST \"x", "a1 hello",
                           "garbage", "* 1 FETCH (BODY[HEADER", "* LIST ) x", "* X {5}"})
    EXPECT_EQ(refusal(line), Errc::malformed) << line;
  EXPECT_EQ(refusal("* X " + std::string(101, '(') + std::string(101, ')')), Errc::limit);
  EXPECT_TRUE(parse_response({"* X " + std::string(100, '(') + std::string(100, ')'), {}}));
  Limits few;
  few.values = 10;
  EXPECT_EQ(parse_response({"* X 1 2 3 4 5 6 7 8 9 10 11", {}}, few).error().code, Errc::limit);
}

TEST(ImapResponse, Fetch) {
  auto data =
      parse_fetch(parse("* 12 FETCH (UID 4711 FLAGS (\\Seen $Forwarded \\Recent NonJunk) RFC822.SIZE 44827 "
                        "INTERNALDATE \" 7-Jul-1996 02:44:25 -0700\" MODSEQ (65402) EMAILID (M6d99ac3275bb4e) "
                        "BODY[HEADER.FIELDS (FROM TO)]<0> \"From: x\")"));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->sequence, 12U);
  EXPECT_EQ(data->uid, 4711U);
  ASSERT_TRUE(data->flags);
  EXPECT_TRUE(data->flags->seen);
  EXPECT_EQ(data->flags->keywords, (std::vector<std::string>{"$Forwarded", "NonJunk"}));
  EXPECT_EQ(flag_names(*data->flags), (std::vector<std::string>{"$Forwarded", "NonJunk", "\\Seen"}));
  EXPECT_EQ(data->size, 44827U);
  EXPECT_EQ(data->mod_seq, 65402U);
  EXPECT_EQ(data->global_id, "M6d99ac3275bb4e");
  EXPECT_EQ(to_unix_ms(*data->internal_date), 836732665000);  // 1996-07-07 09:44:25 UTC
  const auto* section = data->section("BODY[HEADER.FIELDS (FROM TO)]");
  ASSERT_NE(section, nullptr);
  EXPECT_EQ(*section, "From: x");
}

TEST(ImapResponse, FetchToleratesWhatMustNotHideAMail) {
  auto data =
      parse_fetch(parse("* 1 FETCH (UID 5 INTERNALDATE \"nonsense\" BODYSTRUCTURE (\"text\") BODY[] NIL X-NEW (1 2))"));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->uid, 5U);
  EXPECT_FALSE(data->structure);
  EXPECT_EQ(data->section("BODY[]"), nullptr);
  EXPECT_FALSE(parse_fetch(parse("* 1 FETCH (UID 0)")));
  EXPECT_FALSE(parse_fetch(parse("* 1 FETCH (UID)")));
  EXPECT_FALSE(parse_fetch(parse("* 1 FETCH UID 5")));
}

TEST(ImapResponse, DateTime) {
  EXPECT_EQ(to_unix_ms(*parse_date_time("17-Jul-1996 02:44:25 -0700")), 837596665000);
  EXPECT_EQ(to_unix_ms(*parse_date_time(" 1-Jan-1970 00:00:00 +0000")), 0);
  for (const char* text : {"", "17-Jul-1996", "32-Jul-1996 02:44:25 -0700", "17-Xyz-1996 02:44:25 -0700",
                           "17-Jul-1996 25:44:25 -0700", "17-Jul-1996 02:44:25 *0700"})
    EXPECT_FALSE(parse_date_time(text)) << text;
}

// RFC 3501 section 7.4.2 and RFC 2231.
TEST(ImapStructure, PartsNamesAndEmbeddedMessages) {
  const auto r = parse(
      "* X ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"QUOTED-PRINTABLE\" 1152 23 NIL NIL NIL)"
      "(\"IMAGE\" \"PNG\" (\"NAME\" \"logo.png\") \"<id@x>\" NIL \"BASE64\" 4554 NIL (\"INLINE\" NIL) NIL)"
      "(\"APPLICATION\" \"PDF\" NIL NIL NIL \"BASE64\" 99 NIL (\"ATTACHMENT\" (\"FILENAME*0*\" \"utf-8''B%C3%BC\" "
      "\"FILENAME*1\" \"ro.pdf\")) NIL NIL)"
      "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 342 (\"date\" \"subj\" NIL NIL NIL NIL NIL NIL NIL \"<m@x>\") "
      "(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 7 1) 5 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a.eml\")))"
      " \"MIXED\" (\"BOUNDARY\" \"b\") NIL (\"de\"))");
  const auto part = parse_structure(r.arguments.at(0));
  ASSERT_TRUE(part) << part.error().what;
  EXPECT_EQ(part->type + "/" + part->subtype, "multipart/mixed");
  ASSERT_EQ(part->parts.size(), 4U);
  EXPECT_EQ(part->parts[0].encoding, "quoted-printable");
  EXPECT_EQ(part->parts[0].size, 1152U);
  EXPECT_EQ(part->parts[0].parameters.at(0).first, "charset");
  EXPECT_EQ(part->parts[1].content_id, "<id@x>");
  EXPECT_EQ(part->parts[1].file_name, "logo.png");
  EXPECT_EQ(part->parts[1].disposition, "inline");
  EXPECT_EQ(part->parts[2].file_name, "Büro.pdf");
  ASSERT_EQ(part->parts[3].parts.size(), 1U);
  EXPECT_EQ(part->parts[3].parts[0].subtype, "html");
  EXPECT_EQ(part->parts[3].file_name, "a.eml");
}

TEST(ImapResponse, FoldersStatusNamespaces) {
  auto entry = parse_list(parse("* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\""), kUtf7);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "Sent Items");
  EXPECT_EQ(entry->separator, "/");
  EXPECT_TRUE(entry->has("\\sent"));
  // RFC 5258: extended data behind the name.
  entry = parse_list(parse("* LIST (\\NonExistent) \".\" B&APw-ro (\"CHILDINFO\" (\"SUBSCRIBED\"))"), kUtf7);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "Büro");
  EXPECT_TRUE(entry->has("\\noselect"));
  entry = parse_list(parse("* LIST () NIL inbox"), kUtf7);
  EXPECT_EQ(entry->name, "INBOX");
  EXPECT_EQ(entry->separator, "");
  entry = parse_list(parse("* LIST () \"/\" nil"), kUtf7);
  EXPECT_EQ(entry->name, "nil");
  entry = parse_list(parse("* LIST () \"\\\\\" {3}\r\na\"b"), kUtf7);
  EXPECT_EQ(entry->name, "a\"b");
  EXPECT_EQ(entry->separator, "\\");
  EXPECT_FALSE(parse_list(parse("* LIST \"/\" x y"), kUtf7));

  const auto status = parse_status(parse("* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292 HIGHESTMODSEQ 7011231777 "
                                         "MAILBOXID (F1) unseen 3)"),
                                   kUtf7);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->items.at("MESSAGES"), 231U);
  EXPECT_EQ(status->items.at("HIGHESTMODSEQ"), 7011231777U);
  EXPECT_EQ(status->items.at("UNSEEN"), 3U);

  // RFC 2342 section 5.
  const auto spaces = parse_namespace(
      parse("* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) ((\"#shared/\" \"/\")(\"#news.\" \".\" \"X\" (\"A\")))"),
      kUtf7);
  ASSERT_TRUE(spaces);
  EXPECT_EQ(spaces->personal.at(0).prefix, "");
  EXPECT_EQ(spaces->other_users.at(0).prefix, "~");
  ASSERT_EQ(spaces->shared.size(), 2U);
  EXPECT_EQ(spaces->shared[1].separator, ".");

  const auto rights = parse_my_rights(parse("* MYRIGHTS \"a b\" lrs"), kUtf7);
  ASSERT_TRUE(rights);
  EXPECT_EQ(rights->second, "lrs");
  EXPECT_EQ(parse_id(parse("* ID (\"name\" \"Dovecot\" \"version\" NIL)")).at("name"), "Dovecot");
  EXPECT_TRUE(parse_id(parse("* ID NIL")).empty());
}

TEST(ImapResponse, Search) {
  const auto found = parse_search(parse("* SEARCH 2 3 6 (MODSEQ 917162500)"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->numbers.text(), "2:3,6");
  EXPECT_EQ(found->mod_seq, 917162500U);
  EXPECT_TRUE(parse_search(parse("* SEARCH"))->numbers.empty());
  EXPECT_FALSE(parse_search(parse("* SEARCH 1 x")));

  const auto extended =
      parse_extended_search(parse("* ESEARCH (TAG \"A282\") UID MIN 7 MAX 3800 ALL 2,10:15 MODSEQ 9"));
  ASSERT_TRUE(extended);
  EXPECT_EQ(extended->tag, "A282");
  EXPECT_TRUE(extended->uid);
  EXPECT_EQ(extended->all.count(), 7U);
  EXPECT_EQ(extended->mod_seq, 9U);

  const auto vanished = parse_vanished(parse("* VANISHED (EARLIER) 41,43:116,118"));
  ASSERT_TRUE(vanished);
  EXPECT_TRUE(vanished->earlier);
  EXPECT_EQ(vanished->uids.count(), 76U);
  EXPECT_FALSE(parse_vanished(parse("* VANISHED 405"))->earlier);
}

TEST(ImapNames, ModifiedUtf7) {
  // RFC 3501 section 5.1.3.
  EXPECT_EQ(encode_modified_utf7("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  EXPECT_EQ(decode_modified_utf7("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
  EXPECT_EQ(encode_modified_utf7("A & B"), "A &- B");
  EXPECT_EQ(encode_modified_utf7("😀"), "&2D3eAA-");
  EXPECT_EQ(decode_modified_utf7("&2D3eAA-"), "😀");
  EXPECT_EQ(decode_modified_utf7("broken &xx"), "broken &xx");
}

TEST(ImapNames, EveryWireNameComesBackUnchanged) {
  for (const char* wire :
       {"INBOX", "B&APw-ro", "&Jjo-!", "a&b", "&AGEA-", "caf\xc3\xa9", "=raw=x", "&U,BTFw-&ZeVnLIqe-", "\xff"}) {
    for (const auto encoding : {kUtf7, NameEncoding::utf8})
      EXPECT_EQ(name_to_wire(name_from_wire(wire, encoding), encoding), wire) << wire;
  }
  EXPECT_EQ(name_from_wire("B&APw-ro", kUtf7), "Büro");
}

TEST(ImapCommand, StringsTakeTheSafeForm) {
  EXPECT_EQ(Command("LOGIN").string("anna").string("pass word").pieces("a1", LiteralMode::plus),
            (std::vector<std::string>{"a1 LOGIN anna \"pass word\"\r\n"}));
  EXPECT_EQ(Command("LOGIN").string("q\"\\").string("").pieces("a1", LiteralMode::plus).at(0),
            "a1 LOGIN \"q\\\"\\\\\" \"\"\r\n");
  EXPECT_EQ(Command("LOGIN").string("NIL").pieces("a", LiteralMode::plus).at(0), "a LOGIN \"NIL\"\r\n");
  const auto injected = Command("SELECT").string("x\r\na2 DELETE INBOX").raw("(CONDSTORE)");
  EXPECT_EQ(injected.pieces("a1", LiteralMode::synchronizing),
            (std::vector<std::string>{"a1 SELECT {18}\r\n", "x\r\na2 DELETE INBOX (CONDSTORE)\r\n"}));
  EXPECT_EQ(injected.pieces("a1", LiteralMode::minus).at(0), "a1 SELECT {18+}\r\nx\r\na2 DELETE INBOX (CONDSTORE)\r\n");
  EXPECT_EQ(Command("X").string(std::string(5000, 'y') + "\n").pieces("a", LiteralMode::minus).size(), 2U);
  EXPECT_EQ(Command("SELECT").mailbox("Büro", kUtf7).pieces("a", LiteralMode::plus).at(0), "a SELECT B&APw-ro\r\n");
  EXPECT_EQ(Command("SELECT").mailbox("Büro", NameEncoding::utf8).pieces("a", LiteralMode::plus).at(0),
            "a SELECT \"Büro\"\r\n");
  EXPECT_TRUE(is_flag("\\Seen"));
  EXPECT_TRUE(is_flag("$Forwarded"));
  EXPECT_FALSE(is_flag("two words"));
  EXPECT_FALSE(is_flag("x)"));
  EXPECT_FALSE(is_flag("\\"));
}

TEST(ImapResponse, WhereWrittenMailsLie) {
  const auto code = [](std::string_view text) { return parse("a1 OK [" + std::string(text) + "] done").code.value(); };
  // RFC 4315 section 3
  const auto appended = parse_append_uid(code("APPENDUID 38505 3955")).value();
  EXPECT_EQ(appended.uid_validity, 38505U);
  EXPECT_EQ(appended.uid, 3955U);
  const auto copied = parse_copy_uid(code("COPYUID 38505 304,319:320 3956:3958")).value();
  EXPECT_EQ(copied.uid_validity, 38505U);
  EXPECT_EQ(copied.uids, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{304, 3956}, {319, 3957}, {320, 3958}}));
  // The sets are in the order of each other, not of their numbers.
  const auto mixed = parse_copy_uid(code("COPYUID 1 9,2:1 5:6,4")).value();
  EXPECT_EQ(mixed.uids, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{9, 5}, {1, 6}, {2, 4}}));
  for (const std::string_view broken : {"COPYUID", "COPYUID 1 2", "COPYUID 1 2:3 4", "COPYUID 0 1 1", "COPYUID 1 x 1",
                                        "COPYUID 1 1:4294967295 1:4294967295", "COPYUID 1 1, 2"})
    EXPECT_FALSE(parse_copy_uid(code(broken))) << broken;
  for (const std::string_view broken : {"APPENDUID 1", "APPENDUID 1 0", "APPENDUID 1 1:2", "APPENDUID (1) 2"})
    EXPECT_FALSE(parse_append_uid(code(broken))) << broken;
}

TEST(ImapDates, ComeBack) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{951'782'399'000}, std::int64_t{1'795'574'922'000}})
    EXPECT_EQ(parse_date_time(print_date_time(from_unix_ms(ms))).value(), from_unix_ms(ms));
  EXPECT_EQ(print_date_time(from_unix_ms(1'700'000'000'000)), "14-Nov-2023 22:13:20 +0000");
}

TEST(ImapUidSet, Algebra) {
  auto set = UidSet::parse("7,1:3,4,9:8").value();
  EXPECT_EQ(set.text(), "1:4,7:9");
  EXPECT_EQ(set.count(), 7U);
  EXPECT_TRUE(set.contains(9));
  EXPECT_FALSE(set.contains(5));
  set.remove(UidSet::parse("2,8:20").value());
  EXPECT_EQ(set.text(), "1,3:4,7");
  set.add(5, 6);
  EXPECT_EQ(set.text(), "1,3:7");
  EXPECT_EQ(set.intersection(UidSet::parse("2:3,6:9").value()).text(), "3,6:7");
  EXPECT_EQ(UidSet::parse("5:*", 9).value().text(), "5:9");
  EXPECT_EQ(UidSet::parse("1:*").value().count(), 0xffff'ffffU);
  EXPECT_EQ(UidSet::parse("1:*").value().members(1000).error().code, Errc::limit);
  EXPECT_EQ(UidSet::of({5, 3, 4, 3, 9}).members(10).value(), (std::vector<std::uint32_t>{3, 4, 5, 9}));
  EXPECT_EQ(UidSet::parse("1,2,3", 9, 2).error().code, Errc::limit);
  for (const char* text : {"", "0", "1,", "1:", "a", "1::2", "4294967296", " 1"})
    EXPECT_FALSE(UidSet::parse(text)) << text;
  UidSet spread;
  for (std::uint32_t uid = 1; uid < 1000; uid += 2) spread.add(uid);
  UidSet joined;
  for (const auto& piece : spread.texts(100)) {
    EXPECT_LE(piece.size(), 100U);
    joined.add(UidSet::parse(piece).value());
  }
  EXPECT_EQ(joined, spread);
}

}  // namespace
}  // namespace oxb::imap
