// parts: convert format model proto wire base
// SPDX-License-Identifier: GPL-3.0-or-later
// Recurrence and time zone blobs, global object ids, TZif files: whatever decodes encodes to the same bytes, and
// expanding it ends.
#include "convert/global_object_id.h"
#include "convert/recurrence_series.h"
#include "convert/task.h"
#include "convert/timezone_blob.h"
#include "wire/codec.h"

#include <cstdlib>

namespace {

using namespace oxb;

void require(bool holds) {
  if (!holds) std::abort();
}

void recurrence(ByteView bytes) {
  const auto value = mapi::decode_appointment_recurrence(bytes);
  if (!value) return;
  const auto again = mapi::encode(*value);
  require(again.has_value());
  require(mapi::decode_appointment_recurrence(*again).value() == *value);
  const auto all =
      convert::occurrences(*value, convert::from_outlook_minutes(0), convert::from_outlook_minutes(0xFFFFFFFF), 50);
  if (all) require(all->size() <= 50);
  static_cast<void>(convert::recurrence_in_words(*value, "de"));
  static_cast<void>(convert::rule_from_pattern(value->pattern, value->start_time_offset, *convert::TimeZone::utc(),
                                               convert::SeriesKind::timed));
  static_cast<void>(convert::task_recurrence_from_pattern(value->pattern));
}

void zones(ByteView bytes) {
  if (const auto definition = mapi::decode_time_zone_definition(bytes)) {
    const auto rule = convert::effective_rule(*definition);
    static_cast<void>(convert::to_local(rule, Instant{}));
    static_cast<void>(convert::to_utc(rule, convert::LocalTime{}));
  }
  if (const auto one = mapi::decode_time_zone_struct(bytes)) static_cast<void>(convert::to_local(one->rule, Instant{}));
  if (const auto zone = convert::TimeZone::parse("x", bytes)) {
    const auto instant = from_unix_ms(1'780'000'000'000);
    const auto wall = (*zone)->to_local(instant);
    static_cast<void>((*zone)->to_utc(wall));
    static_cast<void>(convert::rule_of_year(**zone, 2026));
  }
}

void ids(ByteView bytes) {
  const auto uid = convert::uid_of_global_object_id(bytes);
  if (uid) require(convert::global_object_id(*uid) == convert::clean_global_object_id(bytes).value());
  const std::string text(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 300))));
  if (text.find('\0') == std::string::npos)
    require(convert::uid_of_global_object_id(convert::global_object_id(text)).value() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      recurrence(bytes);
      break;
    case 1:
      zones(bytes);
      break;
    default:
      ids(bytes);
  }
  return 0;
}
