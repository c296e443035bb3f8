// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/zone_name.h"

#include "base/text.h"
#include "format/ical/zone.h"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

namespace oxb::ical {
namespace {

// One zone for every rule in use, in the order in which people are likely to mean them.
constexpr std::array kCandidates = {
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Denver",
    "Europe/Helsinki",
    "Europe/Moscow",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Australia/Brisbane",
    "Australia/Adelaide",
    "Australia/Perth",
    "Australia/Darwin",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "America/Halifax",
    "America/St_Johns",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Mexico_City",
    "America/Bogota",
    "America/Caracas",
    "America/Argentina/Buenos_Aires",
    "America/Santiago",
    "America/Asuncion",
    "America/Havana",
    "America/Regina",
    "America/Nuuk",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Africa/Cairo",
    "Africa/Nairobi",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Gaza",
    "Europe/Chisinau",
    "Europe/Istanbul",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Seoul",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Pacific/Guam",
    "Pacific/Noumea",
    "Pacific/Norfolk",
    "Pacific/Chatham",
    "Pacific/Tongatapu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "Pacific/Pago_Pago",
    "America/Miquelon",
    "Pacific/Easter",
    "Antarctica/Troll",
    "Etc/UTC",
    "Etc/GMT+12",
    "Etc/GMT+11",
    "Etc/GMT+9",
    "Etc/GMT+8",
    "Etc/GMT+2",
    "Etc/GMT-1",
    "Etc/GMT-6",
};

bool known(std::string_view name) { return TimeZone::find(name).has_value(); }

// "/citadel.org/20190914_1/Europe/Berlin", "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
// "TZURL/Europe/Berlin-Berlin/Look": the longest tail that tzdata knows.
std::string known_tail(std::string_view name) {
  for (std::size_t at = 0; at != name.npos;) {
    const auto tail = name.substr(at);
    if (tail.find('/') != tail.npos && known(tail)) return std::string(tail);
    const auto next = name.find('/', at);
    at = next == name.npos ? next : next + 1;
  }
  return {};
}

}  // namespace

std::string zone_by_words(std::string_view name) {
  struct Word {
    std::string_view text, zone;
  };
  static constexpr std::array kWords = {
      Word{"gmt", "Etc/UTC"},
      Word{"greenwich mean time", "Europe/London"},
      Word{"coordinated universal time", "Etc/UTC"},
      Word{"amsterdam", "Europe/Berlin"},
      Word{"berlin", "Europe/Berlin"},
      Word{"west-/mitteleuropa", "Europe/Berlin"},
      Word{"westeuropa", "Europe/Berlin"},
      Word{"w. europe", "Europe/Berlin"},
      Word{"romance", "Europe/Paris"},
      Word{"central europe", "Europe/Budapest"},
      Word{"eastern time", "America/New_York"},
      Word{"central time", "America/Chicago"},
      Word{"mountain time", "America/Denver"},
      Word{"pacific time", "America/Los_Angeles"},
      Word{"tokyo", "Asia/Tokyo"},
  };
  const auto lower = ascii_lower(name);
  for (const auto& word : kWords) {
    if (word.text.size() <= 4 ? lower == word.text : lower.find(word.text) != lower.npos) return std::string(word.zone);
  }
  return {};
}

std::span<const char* const> common_zones() { return kCandidates; }

std::string iana_of_windows_name(std::string_view windows) {
  icu::UnicodeString iana;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getIDForWindowsID(icu::UnicodeString::fromUTF8(std::string(windows)), nullptr, iana, status);
  if (U_FAILURE(status) != 0 || iana.isEmpty()) return {};
  std::string result;
  iana.toUTF8String(result);
  return result;
}

std::string zone_by_name(std::string_view raw) {
  auto name = std::string(trim(raw));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  if (name.empty() || name.size() > 255) return {};
  if (ascii_iequals(name, "utc") || ascii_iequals(name, "z") || ascii_iequals(name, "etc/utc")) return "Etc/UTC";
  // Abbreviations such as "EST" are zones of tzdata, but people mean the place.
  if (name.find('/') != name.npos && known(name)) return name;
  if (auto windows = iana_of_windows_name(name); !windows.empty()) return windows;
  if (auto tail = known_tail(name); !tail.empty()) return tail;
  std::string slashed = name;
  std::replace(slashed.begin(), slashed.end(), ' ', '_');
  if (slashed != name && slashed.find('/') != slashed.npos && known(slashed)) return slashed;
  if (const auto dash = slashed.find('-'); dash != slashed.npos) {
    slashed[dash] = '/';  // "America-New_York"
    if (known(slashed)) return slashed;
  }
  if (known(name)) return name;
  return {};
}

}  // namespace oxb::ical
