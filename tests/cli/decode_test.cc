// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridge decode: whole conversations as they are captured, against tests/cli/golden/NAME.txt (rewritten with
// OXB_BLESS=1).
#include "cli/decode.h"

#include "base/text.h"
#include "proto/mapi/tags.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"
#include "proto/nspi/requests.h"
#include "proto/rop/rops.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace oxb::cli {
namespace {

namespace tag = mapi::tag;

constexpr std::string_view kDn = "/o=Oxbridge/ou=Example/cn=Recipients/cn=anton";
constexpr std::string_view kSubject = "Quarterly figures, strictly between us";

std::string slurp(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void expect_golden(const std::string& name, const std::string& text) {
  const auto file = fmt::format("{}/tests/cli/golden/{}.txt", OXB_SOURCE_DIR, name);
  const char* bless = std::getenv("OXB_BLESS");
  if (bless != nullptr && std::string_view(bless) == "1") std::ofstream(file, std::ios::binary) << text;
  EXPECT_EQ(slurp(file), text) << name;
}

std::string chunked(const std::vector<std::string>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  return out + "0\r\n\r\n";
}

std::string http_request(std::string_view type, ByteView body) {
  return fmt::format(
             "POST /mapi/emsmdb/?MailboxId=3b2c1d00-0000-4000-8000-000000000001@nordwind.example HTTP/1.1\r\n"
             "Host: mapi.nordwind.example\r\nAuthorization: Basic YW50b246c2VjcmV0LTE=\r\nCookie: "
             "MapiContext=abcdef0123456789\r\n"
             "Content-Type: application/mapi-http\r\nX-RequestType: {}\r\nX-RequestId: {{guid}}:7\r\nContent-Length: "
             "{}\r\n\r\n",
             type, body.size()) +
         std::string(as_text(body));
}

// As servers send it: PROCESSING at once, PENDING while it lasts, DONE and the body at the end, each in a chunk.
std::string http_response(std::string_view type, ByteView body) {
  const auto done =
      mapihttp::encode_done({{"X-ElapsedTime", "42"}, {"X-StartTime", "Mon, 02 Nov 2026 09:00:00 GMT"}}, body);
  return fmt::format(
             "HTTP/1.1 200 OK\r\nContent-Type: application/mapi-http\r\nX-RequestType: {}\r\nX-ResponseCode: 0\r\n"
             "Set-Cookie: MapiSequence=0123456789\r\nTransfer-Encoding: chunked\r\n\r\n",
             type) +
         chunked({"PROCESSING\r\n", "PENDING\r\n", std::string(as_text(done))});
}

template <class T>
Bytes encoded(const T& value) {
  auto bytes = wire::encode(value);
  EXPECT_TRUE(bytes) << bytes.error().what;
  return bytes.value_or(Bytes{});
}

// Opens the Inbox, lists it: SetColumns and QueryRows over a table, twice, so that compression has something to do.
rop::RequestBuffer list_request() {
  rop::RequestBuffer buffer;
  rop::OpenFolder::Request open;
  open.input = 0;
  open.output = 1;
  open.folder = mapi::Eid{0x0001'0000'0000'0A01};
  rop::GetContentsTable::Request table;
  table.input = 1;
  table.output = 2;
  rop::SetColumns::Request columns;
  columns.input = 2;
  columns.columns = {tag::kMid, tag::kSubject};
  rop::QueryRows::Request rows;
  rows.input = 2;
  rows.count = 50;
  buffer.rops = {rop::RopRequest::of<rop::OpenFolder>(0, open), rop::RopRequest::of<rop::GetContentsTable>(0, table),
                 rop::RopRequest::of<rop::SetColumns>(0, columns), rop::RopRequest::of<rop::QueryRows>(0, rows)};
  buffer.handles = {7, rop::kNoHandle, rop::kNoHandle};
  return buffer;
}

rop::QueryRows::Response two_rows() {
  rop::QueryRows::Response rows;
  rows.origin = rop::Bookmark::end;
  for (const std::int64_t id : {0x1111, 0x2222}) {
    mapi::PropertyRow row;
    row.values = {id, std::string(kSubject)};
    rows.rows.push_back(row);
  }
  return rows;
}

Bytes list_response() {
  rop::ResponseWriter writer(0x8000, 3);
  const auto columns = std::make_shared<const mapi::Columns>(mapi::Columns{{tag::kMid, tag::kSubject}});
  rop::GetContentsTable::Response table;
  table.rows = 2;
  EXPECT_TRUE(writer.add(rop::RopResponse::ok<rop::OpenFolder>(1, {})));
  EXPECT_TRUE(writer.add(rop::RopResponse::ok<rop::GetContentsTable>(2, table)));
  EXPECT_TRUE(writer.add(rop::RopResponse::ok<rop::SetColumns>(2, {})));
  EXPECT_TRUE(writer.add(rop::RopResponse::ok<rop::QueryRows>(2, two_rows(), columns)));
  return std::move(writer).finish({7, 8, 9});
}

// More rows of the same table, in an answer of its own.
Bytes more_rows() {
  rop::ResponseWriter writer(0x8000, 1);
  const auto columns = std::make_shared<const mapi::Columns>(mapi::Columns{{tag::kMid, tag::kSubject}});
  EXPECT_TRUE(writer.add(rop::RopResponse::ok<rop::QueryRows>(0, two_rows(), columns)));
  return std::move(writer).finish({9});
}

Bytes framed(const Bytes& payload) {
  const auto bytes = mapihttp::frame({payload}, mapihttp::Compression::when_smaller, mapihttp::Obfuscation::xor_magic);
  EXPECT_TRUE(bytes);
  // Both flags are set, so the decoder has both to undo.
  EXPECT_EQ(std::to_integer<int>((*bytes)[2]) & 7, 7);
  return *bytes;
}

std::string execute_request() {
  mapihttp::Execute::Request request;
  request.flags = 3;
  request.max_rop_out = 0x8000;
  auto buffer = list_request();
  for (int i = 0; i < 3; ++i) buffer.rops.push_back(buffer.rops.back());
  auto rops = rop::encode_request_buffer(buffer);
  EXPECT_TRUE(rops);
  request.rop_buffer = framed(*rops);
  return http_request("Execute", encoded(request));
}

std::string execute_response() {
  mapihttp::Execute::Response response;
  response.rop_buffer = framed(list_response());
  return http_response("Execute", encoded(response));
}

struct Decoded {
  std::string text;
  bool good = false;
};

Decoded decode(const DecodeOptions& options, const std::vector<std::string>& files) {
  Decoder decoder(options);
  Decoded out{{}, true};
  for (const auto& file : files) {
    const auto capture = read_capture(file);
    const auto text = capture ? decoder.decode(*capture) : tl::unexpected(capture.error());
    out.good = out.good && text.has_value();
    out.text += text ? *text : "error: " + text.error().what + "\n";
  }
  return out;
}

std::string hex_lines(std::string_view bytes) {
  const auto digits = to_hex(as_bytes(bytes));
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 32) out += digits.substr(i, 32) + "\n";
  return out;
}

TEST(Decode, ExecuteConversation) {
  const auto hidden = decode({}, {execute_request(), execute_response()});
  EXPECT_TRUE(hidden.good) << hidden.text;
  EXPECT_EQ(hidden.text.find(kSubject), std::string::npos) << hidden.text;
  expect_golden("execute", hidden.text);
  DecodeOptions show;
  show.privacy = wire::Privacy::show;
  const auto shown = decode(show, {execute_request(), execute_response()});
  EXPECT_NE(shown.text.find(kSubject), std::string::npos) << shown.text;
}

TEST(Decode, NothingThatLetsAnybodyInIsPrinted) {
  DecodeOptions show;
  show.privacy = wire::Privacy::show;
  for (const auto& options : {DecodeOptions{}, show}) {
    const auto text = decode(options, {execute_request(), execute_response()}).text;
    for (const auto* secret : {"YW50b246c2VjcmV0LTE=", "abcdef0123456789", "0123456789", "nordwind.example"})
      EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
}

TEST(Decode, HexadecimalIsTheSameAsBytes) {
  const auto raw = decode({}, {execute_request(), execute_response()});
  EXPECT_EQ(decode({}, {hex_lines(execute_request()), hex_lines(execute_response())}).text, raw.text);
}

TEST(Decode, ChunksWithoutAnHttpHead) {
  const auto whole = execute_response();
  const auto body = whole.substr(whole.find("\r\n\r\n") + 4);
  const auto text = decode({}, {execute_request(), body}).text;
  EXPECT_NE(text.find("PENDING, 1 times"), std::string::npos) << text;
  EXPECT_NE(text.find("RopQueryRows"), std::string::npos) << text;
}

TEST(Decode, ResponseAloneStopsAtTheRows) {
  const auto alone = decode({}, {execute_response()});
  EXPECT_TRUE(alone.good);
  expect_golden("response_alone", alone.text);
}

TEST(Decode, ColumnsAreRememberedByHandle) {
  mapihttp::Execute::Response later;
  later.rop_buffer = framed(more_rows());
  const auto text = decode({}, {execute_request(), execute_response(), http_response("Execute", encoded(later))}).text;
  EXPECT_EQ(text.find("stopped"), std::string::npos) << text;
}

TEST(Decode, ConnectAndNotifications) {
  mapihttp::Connect::Request connect;
  connect.user_dn = kDn;
  connect.code_page = 1252;
  connect.sort_locale = connect.string_locale = 0x409;
  mapihttp::Connect::Response connected;
  connected.polls_max = 60'000;
  connected.retry_count = 6;
  connected.retry_delay = 10'000;
  connected.dn_prefix = "/o=Oxbridge";
  connected.display_name = "Anton Alpha";
  mapihttp::NotificationWait::Request wait;
  mapihttp::NotificationWait::Response news;
  news.event_pending = 1;
  mapihttp::Disconnect::Request goodbye;
  const auto decoded =
      decode({}, {http_request("Connect", encoded(connect)), http_response("Connect", encoded(connected)),
                  http_request("NotificationWait", encoded(wait)), http_response("NotificationWait", encoded(news)),
                  http_request("PING", {}), http_response("PING", {}), http_request("Disconnect", encoded(goodbye))});
  EXPECT_TRUE(decoded.good);
  EXPECT_EQ(decoded.text.find("Anton"), std::string::npos);
  EXPECT_EQ(decoded.text.find(kDn), std::string::npos);
  expect_golden("connect", decoded.text);
}

TEST(Decode, AddressBook) {
  nspi::Bind::Request bind;
  bind.state.emplace().code_page = 1252;
  nspi::Bind::Response bound;
  bound.server = *parse_guid("3b2c1d00-0000-4000-8000-000000000001");
  nspi::QueryRows::Request query;
  query.state.emplace().code_page = 1252;
  query.count = 2;
  query.columns = std::vector<mapi::PropTag>{tag::kDisplayName, tag::kObjectType};
  nspi::QueryRows::Response rows;
  rows.state.emplace().total = 1;
  rows.rows.emplace().columns = {tag::kDisplayName, tag::kObjectType};
  rows.rows->rows.emplace_back().values = {std::string("Berta Beispiel"), std::int32_t{6}};
  nspi::ResolveNames::Request resolve;
  resolve.state.emplace().code_page = 1252;
  resolve.names = {"berta"};
  const auto decoded = decode({}, {http_request("Bind", encoded(bind)), http_response("Bind", encoded(bound)),
                                   http_request("QueryRows", encoded(query)), http_response("QueryRows", encoded(rows)),
                                   http_request("ResolveNames", encoded(resolve))});
  EXPECT_TRUE(decoded.good) << decoded.text;
  EXPECT_EQ(ascii_lower(decoded.text).find("berta"), std::string::npos) << decoded.text;
  expect_golden("address_book", decoded.text);
}

TEST(Decode, OptionsSayWhatBareBodiesAre) {
  DecodeOptions options;
  options.type = "NotificationWait";
  options.side = DecodeOptions::Side::response;
  mapihttp::NotificationWait::Response news;
  news.event_pending = 1;
  const auto decoded = decode(options, {std::string(as_text(encoded(news)))});
  EXPECT_TRUE(decoded.good);
  EXPECT_NE(decoded.text.find("EventPending: 1"), std::string::npos) << decoded.text;
  DecodeOptions rops;
  rops.type = "rops";
  const auto buffer = rop::encode_request_buffer(list_request());
  EXPECT_NE(decode(rops, {std::string(as_text(*buffer))}).text.find("RopSetColumns"), std::string::npos);
}

TEST(Decode, AnswersThatAreNotMapi) {
  const auto refused =
      decode({}, {"HTTP/1.1 401 Unauthorized\r\nX-RequestType: Execute\r\nContent-Length: 9\r\n\r\nsign in.\n"});
  EXPECT_TRUE(refused.good);
  EXPECT_NE(refused.text.find("HTTP/1.1 401"), std::string::npos);
  EXPECT_NE(refused.text.find("no MAPI/HTTP body"), std::string::npos);
}

TEST(Decode, BrokenCapturesAreErrors) {
  EXPECT_FALSE(decode({}, {"HTTP/1.1 200 OK\r\nX-RequestType: Execute"}).good);
  EXPECT_FALSE(
      decode({}, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nPROCESSING"}).good);
  EXPECT_FALSE(decode({}, {"PROCESSING\r\nDONE\r\nX-ElapsedTime: 4"}).good);
  EXPECT_FALSE(decode({}, {"0102030405"}).good);
  // Every whole prefix ends in an answer or an error.
  const auto whole = execute_response();
  for (std::size_t size = 0; size < whole.size(); ++size) (void)decode({}, {execute_request(), whole.substr(0, size)});
}

}  // namespace
}  // namespace oxb::cli
