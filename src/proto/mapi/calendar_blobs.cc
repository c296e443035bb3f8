// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/recurrence.h"
#include "proto/mapi/zone_blob.h"
#include "wire/codec_impl.h"

namespace oxb {

template struct wire::Codec<mapi::RecurrencePattern>;
template struct wire::Codec<mapi::AppointmentRecurrence>;
template struct wire::Codec<mapi::TimeZoneStruct>;
template struct wire::Codec<mapi::TimeZoneDefinition>;

namespace mapi {
namespace {
// An item with more exceptions or rules than this is hostile.
constexpr wire::Limits kLimits{.depth = 8, .elements = 20'000, .bytes = 4 * 1024 * 1024};
}  // namespace

Result<RecurrencePattern> decode_recurrence(ByteView bytes) {
  return wire::decode<RecurrencePattern>(bytes, {}, kLimits);
}
Result<Bytes> encode(const RecurrencePattern& pattern) { return wire::encode(pattern); }

Result<AppointmentRecurrence> decode_appointment_recurrence(ByteView bytes) {
  return wire::decode<AppointmentRecurrence>(bytes, {}, kLimits);
}
Result<Bytes> encode(const AppointmentRecurrence& recurrence) { return wire::encode(recurrence); }

Result<TimeZoneStruct> decode_time_zone_struct(ByteView bytes) {
  return wire::decode<TimeZoneStruct>(bytes, {}, kLimits);
}
Result<Bytes> encode(const TimeZoneStruct& zone) { return wire::encode(zone); }

Result<TimeZoneDefinition> decode_time_zone_definition(ByteView bytes) {
  return wire::decode<TimeZoneDefinition>(bytes, {}, kLimits);
}
Result<Bytes> encode(TimeZoneDefinition definition) {
  if (definition.rules.size() > 1024) return fail(Errc::limit, "more time zone rules than a definition can hold");
  definition.header.rule_count = static_cast<std::uint16_t>(definition.rules.size());
  return wire::encode(definition);
}

}  // namespace mapi
}  // namespace oxb
