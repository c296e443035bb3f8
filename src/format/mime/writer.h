// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Writing a mail: header fields that no content can break out of, transfer encodings, and the tree of parts. What is
// written is 7-bit but for what is said to be kept. All texts given are UTF-8; broken UTF-8 is mended, control
// characters are dropped.
#include "format/mime/message.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oxb::mime {

// RFC 5322 2.2: printable ASCII without a colon; of a sensible length.
bool is_field_name(std::string_view name);
// "local@domain" in ASCII that SMTP and header fields take as it is; quoted local parts and address literals included.
bool is_deliverable(std::string_view address);
// type/subtype of RFC 2045 tokens, without parameters.
bool is_content_type(std::string_view type);

// Encoded words where the text needs them, else the text, folded (RFC 2047). The words are such as may stand in a
// phrase also where they stand in a text. column: how much of the line is in use already.
enum class WordPlace : std::uint8_t { text, phrase };
std::string encode_words(std::string_view text, WordPlace place, std::size_t column = 0);

// Header fields in the order they are added, folded to lines of 78 characters where that can be. A field whose name is
// none, or whose value is empty, is not written.
class FieldWriter {
 public:
  void text(std::string_view name, std::string_view value);  // unstructured, RFC 2047
  // A structured value in ASCII: message ids, tokens. Folded at its spaces; what is no printable ASCII is dropped.
  void words(std::string_view name, std::string_view value);
  // People without a deliverable address are written as far as they are known, or left out: RFC 5322 has no form for
  // them, but drafts do have them. Kept addresses outside ASCII are the only 8-bit text in a header (RFC 6532).
  enum class Nameless : std::uint8_t { keep, leave_out };
  void addresses(std::string_view name, const std::vector<Mailbox>& people, Nameless nameless = Nameless::leave_out);
  void date(std::string_view name, Instant time, int offset_minutes = 0);
  // Parameters in RFC 2231 form where needed, but the name of a Content-Type in the form that old readers know.
  void parameters(std::string_view name, std::string_view value, const std::vector<Parameter>& parameters);
  // As it is: lines of a header block that was read before, ending with a line break.
  void verbatim(std::string_view name, std::string_view lines);

  bool has(std::string_view name) const;
  bool empty() const { return block_.empty(); }
  const std::string& block() const { return block_; }

 private:
  bool begin(std::string_view name);
  std::string block_;
  std::vector<std::string> names_;  // lower case
};

// A leaf has a body, a container parts. The fields of Content-Type and its kin are added when the entity is made; those
// of the mail around it are written in front by write.
struct Entity {
  FieldWriter fields;
  std::string body;  // transfer-encoded, in CRLF lines
  enum class Kind : std::uint8_t { leaf, multipart, message } kind = Kind::leaf;
  std::string subtype;                // of a multipart
  std::vector<Parameter> parameters;  // of a multipart, but for the boundary
  std::vector<Entity> parts;          // of a message: one
};

// Text in UTF-8; 7bit, quoted-printable or base64, whichever fits.
Entity text_entity(std::string_view type, std::string_view text, std::vector<Parameter> parameters = {});
Entity binary_entity(std::string_view type, ByteView bytes, std::vector<Parameter> parameters = {});  // base64
// Bytes in 7bit, for types that must not be encoded; nullopt where they cannot be.
std::optional<Entity> plain_entity(std::string_view type, std::string_view bytes,
                                   std::vector<Parameter> parameters = {});
Entity multipart_entity(std::string_view subtype, std::vector<Entity> parts, std::vector<Parameter> parameters = {});
// A mail inside another one; headers are the fields in front of its content.
Entity message_entity(FieldWriter headers, Entity content);

// The mail: headers, MIME-Version, and the content. Boundaries follow from the seed and occur in no part. limit: more
// than parse would take.
Result<std::string> write(const FieldWriter& headers, const Entity& content, std::string_view seed,
                          const Limits& limits = {});

}  // namespace oxb::mime
