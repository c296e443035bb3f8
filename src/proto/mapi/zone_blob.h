// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Time zones inside calendar items: PidLidTimeZoneStruct [MS-OXOCAL] 2.2.1.39 and the definitions of 2.2.1.41
// to 2.2.1.43.
#include "base/bytes.h"
#include "proto/mapi/blob_fields.h"

#include <cstdint>
#include <string>
#include <vector>

namespace oxb::mapi {

// SYSTEMTIME [MS-DTYP] 2.3.13. With year 0, day is 1 ... 4 or 5 (last) and counts day_of_week in the month.
struct SystemTime {
  std::uint16_t year{}, month{}, day_of_week{}, day{}, hour{}, minute{}, second{}, milliseconds{};

  static void describe(auto& v, auto& m) {
    v("wYear", m.year);
    v("wMonth", m.month);
    v("wDayOfWeek", m.day_of_week);
    v("wDay", m.day);
    v("wHour", m.hour);
    v("wMinute", m.minute);
    v("wSecond", m.second);
    v("wMilliseconds", m.milliseconds);
  }
  bool operator==(const SystemTime&) const = default;
};

// What one year looks like. Minutes that are added to the wall clock to get UTC. Month 0: no daylight saving time.
struct ZoneRule {
  std::int32_t bias{}, standard_bias{}, daylight_bias{};
  SystemTime standard_date, daylight_date;

  static void describe(auto& v, auto& m) {
    v("lBias", m.bias);
    v("lStandardBias", m.standard_bias);
    v("lDaylightBias", m.daylight_bias);
    v("stStandardDate", m.standard_date);
    v("stDaylightDate", m.daylight_date);
  }
  bool has_daylight() const { return standard_date.month != 0 && daylight_date.month != 0; }
  bool operator==(const ZoneRule&) const = default;
};

// [MS-OXOCAL] 2.2.1.39
struct TimeZoneStruct {
  static constexpr std::string_view kName = "PidLidTimeZoneStruct";
  ZoneRule rule;
  std::uint16_t standard_year{}, daylight_year{};  // equal to the years inside the two dates

  static void describe(auto& v, auto& m) {
    v("lBias", m.rule.bias);
    v("lStandardBias", m.rule.standard_bias);
    v("lDaylightBias", m.rule.daylight_bias);
    v("wStandardYear", m.standard_year);
    v("stStandardDate", m.rule.standard_date);
    v("wDaylightYear", m.daylight_year);
    v("stDaylightDate", m.rule.daylight_date);
  }
  bool operator==(const TimeZoneStruct&) const = default;
};

// [MS-OXOCAL] 2.2.1.41.1
struct TzRule {
  static constexpr std::uint16_t kRecurCurrent = 1;  // the rule that PidLidTimeZoneStruct repeats
  static constexpr std::uint16_t kEffective = 2;     // the rule that counts
  std::uint8_t major{2}, minor{1};
  std::uint16_t reserved{0x3E};
  std::uint16_t flags{};
  std::uint16_t year{};  // the first one the rule is valid for
  Bytes unused = Bytes(14);
  ZoneRule rule;

  static void describe(auto& v, auto& m) {
    v("MajorVersion", m.major);
    v("MinorVersion", m.minor);
    v("Reserved", m.reserved);
    v("TZRuleFlags", m.flags);
    v("wYear", m.year);
    v("X", wire::fixed(m.unused, 14));
    ZoneRule::describe(v, m.rule);
  }
  bool operator==(const TzRule&) const = default;
};

// [MS-OXOCAL] 2.2.1.41: also PidLidAppointmentTimeZoneDefinitionStartDisplay and ...EndDisplay.
struct TimeZoneDefinition {
  static constexpr std::string_view kName = "TimeZoneDefinition";
  struct Header {
    std::uint16_t reserved{2};
    std::string key_name;  // a Windows registry key: "W. Europe Standard Time"
    std::uint16_t rule_count{};
    Bytes more;  // of later versions

    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("KeyName", utf16_units<std::uint16_t>(m.key_name));
      v("cRules", m.rule_count);
      v("More", wire::rest(m.more));
    }
    bool operator==(const Header&) const = default;
  };
  std::uint8_t major{2}, minor{1};
  Header header;
  std::vector<TzRule> rules;  // header.rule_count of them

  static void describe(auto& v, auto& m) {
    v("MajorVersion", m.major);
    v("MinorVersion", m.minor);
    v("Header", wire::sized<std::uint16_t>(m.header));
    v("TZRules", wire::times(m.rules, m.header.rule_count));
  }
  bool operator==(const TimeZoneDefinition&) const = default;
};

Result<TimeZoneStruct> decode_time_zone_struct(ByteView bytes);
Result<Bytes> encode(const TimeZoneStruct& zone);
Result<TimeZoneDefinition> decode_time_zone_definition(ByteView bytes);
// rule_count is set from rules.
Result<Bytes> encode(TimeZoneDefinition definition);

}  // namespace oxb::mapi
