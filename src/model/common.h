// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The neutral items that cross the backend seam. Plain values, UTF-8, no MAPI and no backend protocol in them.
// Absent is std::nullopt or an empty list or an empty text.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ids.h"

namespace oxb::model {

// Fields of the backend's object that this model does not name, kept so that an edit can leave them alone.
// Key: the backend's field name; value: its raw text (JSON for Open-Xchange).
using RawFields = std::map<std::string, std::string>;

// The backend's mark of one version of an object: OX timestamp in ms, IMAP MODSEQ, DAV ETag. Opaque; compared for equality.
using Version = Strong<std::string, struct VersionTag>;

// How far a folder has been read: OX timestamp, UIDVALIDITY+MODSEQ ... Opaque; empty means "from the beginning".
using Position = Strong<std::string, struct PositionTag>;

// Year 1 ... 9999, proleptic Gregorian.
struct Date {
  std::int16_t year{};
  std::uint8_t month{};  // 1 ... 12
  std::uint8_t day{};    // 1 ... 31
  auto operator<=>(const Date&) const = default;
};

// A point of a calendar. kind says what is meant.
struct DateTime {
  enum class Kind : std::uint8_t { date, floating, utc, zoned } kind = Kind::utc;
  Date date;
  std::uint8_t hour{}, minute{}, second{};
  std::string zone;  // IANA name, only for zoned
  auto operator<=>(const DateTime&) const = default;
};

struct FileData {  // an attachment of a calendar, contact or task item
  RemoteId id;
  std::string name;
  std::string mime_type;
  std::uint64_t size{};
  std::optional<Instant> created;
  std::string uri;            // a linked attachment has this and no bytes
  std::optional<Bytes> data;  // absent until fetched
};

}  // namespace oxb::model
