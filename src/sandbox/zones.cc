// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/zones.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>

#include <map>
#include <mutex>

namespace oxb::sandbox {

struct Zone::Rules {
  std::unique_ptr<icu::TimeZone> zone;
};

std::optional<Zone> Zone::find(std::string_view name) {
  if (name == "UTC" || name == "Etc/UTC" || name == "Z" || name == "GMT") return Zone();
  static std::mutex zone_cache_mutex;
  static std::map<std::string, Zone, std::less<>> cache;
  const std::lock_guard lock(zone_cache_mutex);
  if (const auto it = cache.find(name); it != cache.end()) return it->second;
  const auto id = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  std::unique_ptr<icu::TimeZone> made(icu::TimeZone::createTimeZone(id));
  if (!made || *made == icu::TimeZone::getUnknown() || name.find('/') == std::string_view::npos) return std::nullopt;
  auto rules = std::make_shared<Rules>();
  rules->zone = std::move(made);
  Zone zone;
  zone.name_ = name;
  zone.rules_ = std::move(rules);
  if (cache.size() < 1000) cache.emplace(std::string(name), zone);
  return zone;
}

std::int64_t Zone::offset_at_utc(std::int64_t utc_ms) const {
  if (!rules_) return 0;
  std::int32_t raw = 0;
  std::int32_t dst = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<double>(utc_ms), 0, raw, dst, status);
  return U_SUCCESS(status) ? std::int64_t{raw} + dst : 0;
}

std::int64_t Zone::offset_at_local(std::int64_t local_ms) const {
  if (!rules_) return 0;
  std::int32_t raw = 0;
  std::int32_t dst = 0;
  UErrorCode status = U_ZERO_ERROR;
  if (const auto* basic = dynamic_cast<const icu::BasicTimeZone*>(rules_->zone.get())) {
    basic->getOffsetFromLocal(static_cast<double>(local_ms), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, dst,
                              status);
  } else {
    rules_->zone->getOffset(static_cast<double>(local_ms), 1, raw, dst, status);
  }
  return U_SUCCESS(status) ? std::int64_t{raw} + dst : 0;
}

}  // namespace oxb::sandbox
