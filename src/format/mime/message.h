// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A mail as a tree of parts (RFC 5322, RFC 2045-2049, RFC 2231), read with the tolerance that real mail needs. GMime
// decodes header fields, addresses, dates and transfer encodings; the splitting into parts is ours, because a gateway
// must bound the number of parts and must know where each part lies in the original (signatures, forwarded mail, "save
// as").
//
// Everything here is a pure function of the bytes; any thread may call it.
#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::mime {

struct Limits {
  std::size_t bytes = 512U << 20;        // the whole message
  std::size_t parts = 2000;              // leaves and containers together, embedded messages included
  std::size_t depth = 32;                // nesting of containers and embedded messages
  std::size_t fields = 5000;             // header fields of one part
  std::size_t field_bytes = 256U << 10;  // of one header field; the rest of a longer one is ignored
  std::size_t addresses = 5000;          // of one header field
};

// raw is what follows the colon, still folded and encoded.
struct Field {
  std::string_view name;
  std::string_view raw;
};

// Views into the message's bytes, which must outlive them.
struct Headers {
  std::vector<Field> fields;
  std::string_view block;  // all fields as received, without the empty line that ends them

  const Field* find(std::string_view name) const;  // the first one of that name, any case
  std::string_view raw(std::string_view name) const;
  std::string text(std::string_view name) const;  // unfolded, RFC 2047 decoded, trimmed; empty where absent
};

struct Parameter {
  std::string name;   // lower case
  std::string value;  // RFC 2231 and RFC 2047 decoded
};

struct Part {
  Headers headers;
  std::string type = "text/plain";  // lower case
  std::vector<Parameter> parameters;
  std::string disposition;  // lower case; empty where none is given
  std::string file_name;    // of the disposition, else the name parameter
  std::string content_id;   // without angle brackets
  std::string content_location;
  std::string encoding;                      // Content-Transfer-Encoding, lower case
  std::string_view raw;                      // the entity: header fields, empty line, body
  std::string_view body;                     // still encoded
  std::vector<Part> children;                // of multipart/*; exactly one for an embedded message
  std::shared_ptr<const std::string> owned;  // keeps the bytes of a message/rfc822 that was transfer-encoded

  std::string_view parameter(std::string_view name) const;
  bool is(std::string_view full_type) const { return type == full_type; }
  bool is_multipart() const { return type.starts_with("multipart/"); }
  bool is_embedded_message() const { return type == "message/rfc822" || type == "message/global"; }
  Bytes content() const;  // transfer encoding undone
  // Text in UTF-8: by the charset parameter, else UTF-8 where the bytes are that, else windows-1252.
  std::string text() const;
};

struct Mailbox {
  std::string name;     // decoded; may be empty
  std::string address;  // local@domain as written; may lack a domain in broken mail
  std::string group;    // display name of the group that it stands in, if any
  bool operator==(const Mailbox&) const = default;
};

struct Date {
  Instant time;
  int offset_minutes = 0;
};

// The whole message. message must outlive the result.
Result<Part> parse(std::string_view message, const Limits& limits = {});
// The header fields at the start of message, for summaries; body bytes may follow and are ignored.
Result<Headers> parse_headers(std::string_view message, const Limits& limits = {});
// Fills type, parameters, disposition, names and encoding from the part's header fields.
void read_content_fields(Part& part, std::string_view default_type = "text/plain");

std::string decode_text(std::string_view raw);  // RFC 2047 and raw 8-bit text, unfolded
std::vector<Mailbox> parse_addresses(std::string_view raw, std::size_t limit = 5000);
std::vector<Mailbox> parse_addresses(const Headers& headers, std::string_view name);  // of all fields of that name
std::optional<Date> parse_date(std::string_view raw);
std::string parse_message_id(std::string_view raw);  // "<id>", empty where there is none

// Bytes in a MIME charset to UTF-8, never failing: an unknown or wrong charset falls back to UTF-8, then windows-1252.
std::string text_from_charset(std::string_view bytes, std::string_view charset);
Bytes decode_transfer(std::string_view body, std::string_view encoding);

// RFC 3676: joins soft-broken lines. delete_space is the DelSp parameter.
enum class DeleteSpace : std::uint8_t { no, yes };
std::string unflow(std::string_view text, DeleteSpace delete_space);

struct UuFile {
  std::string name;
  Bytes content;
};
struct UuText {
  std::string text;  // what is left around the files
  std::vector<UuFile> files;
};
// Files that old clients put into the text between "begin 644 name" and "end".
UuText extract_uuencoded(std::string_view text);

}  // namespace oxb::mime
