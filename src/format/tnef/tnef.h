// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// winmail.dat: a message in the Transport Neutral Encapsulation Format [MS-OXTNEF], as a plain tree. Nothing is
// interpreted: property types and ids are numbers, values are bytes as they stand in the stream. Reading tolerates
// wrong checksums and a cut end, as mail programs do; it keeps what came before the damage.
#include "base/bytes.h"
#include "base/guid.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace oxb::tnef {

struct Limits {
  std::size_t properties = 5000;  // of one list
  std::size_t recipients = 5000;
  std::size_t attachments = 1000;
  std::size_t values = 10'000;  // of one property
};

struct Name {
  Guid set;
  std::variant<std::uint32_t, std::string> id;
};

struct Property {
  std::uint16_t type{};  // [MS-OXCDATA] 2.11.1; with the multi-value flag
  std::uint16_t id{};
  std::optional<Name> name;      // where id is 0x8000 or above
  std::vector<ByteView> values;  // one, or those of a multi-value property; objects without their interface id
  Guid interface;                // of an object
};
using PropertyList = std::vector<Property>;

struct Attachment {
  ByteView title;  // 8-bit text
  ByteView data;
  PropertyList properties;
};

// Views into the stream, which must outlive it. 8-bit text is in code_page.
struct Message {
  std::uint32_t code_page = 1252;
  ByteView message_class, subject, body;  // 8-bit text without the closing zero; empty where absent
  PropertyList properties;
  std::vector<PropertyList> recipients;
  std::vector<Attachment> attachments;
};

bool is_tnef(ByteView bytes);  // by the signature
Result<Message> parse(ByteView stream, const Limits& limits = {});

}  // namespace oxb::tnef
