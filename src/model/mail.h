// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "model/common.h"

namespace oxb::model {

struct MailFlags {
  bool seen = false, answered = false, flagged = false, deleted = false, draft = false;
  std::vector<std::string> keywords;  // everything else, e.g. "$Forwarded", "$MDNSent"; sorted
  bool operator==(const MailFlags&) const = default;
};

// What a listing needs to know of a mail's structure, from BODYSTRUCTURE.
struct MailPart {
  std::string type, subtype;  // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names lower case
  std::string disposition;    // lower case; empty where absent
  std::string file_name;
  std::string content_id;
  std::string encoding;
  std::uint64_t size{};       // encoded octets; 0 for multiparts
  std::vector<MailPart> parts;
};

struct MailSummary {
  RemoteId id;            // "<uid>"; valid inside its folder under one UIDVALIDITY
  std::uint32_t uid{};
  std::string global_id;  // EMAILID / Dovecot GUID where the server has one: recognises moved mail
  MailFlags flags;
  Version version;        // MODSEQ or a digest of the flags
  Instant received;       // INTERNALDATE
  std::uint64_t size{};   // RFC822.SIZE
  Bytes headers;          // the whole header block, as stored
  std::optional<MailPart> structure;
};

}  // namespace oxb::model
