// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/timezone_blob.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

namespace oxb::convert {
namespace {

constexpr int kYearsAhead = 20;
constexpr std::size_t kCacheLimit = 4096;

mapi::TimeZoneDefinition definition_of(std::string key, const std::vector<YearRule>& rules, std::size_t effective,
                                       std::uint16_t flags) {
  mapi::TimeZoneDefinition result;
  result.header.key_name = std::move(key);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    mapi::TzRule rule;
    rule.year = rules[i].year;
    rule.rule = rules[i].rule;
    rule.flags = i == effective ? flags : 0;
    result.rules.push_back(std::move(rule));
  }
  return result;
}

Result<ZoneBlobs> make_blobs(const TimeZone& zone, int first_year, int effective_year) {
  auto rules = rules_of_years(zone, first_year, first_year + kYearsAhead);
  // The rules before the first year do not matter, but some rule must be valid for them.
  std::size_t effective = 0;
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (rules[i].year <= effective_year) effective = i;
  mapi::TimeZoneStruct one;
  one.rule = rules[effective].rule;
  const auto key = windows_zone_name(zone.name());
  ZoneBlobs blobs;
  OXB_TRY(blobs.time_zone_struct, mapi::encode(one));
  OXB_TRY(blobs.display, mapi::encode(definition_of(key, rules, effective, mapi::TzRule::kEffective)));
  OXB_TRY(blobs.recur,
          mapi::encode(definition_of(key, rules, effective, mapi::TzRule::kEffective | mapi::TzRule::kRecurCurrent)));
  return blobs;
}

}  // namespace

Result<ZoneBlobs> zone_blobs(const TimeZone& zone, int first_year, int effective_year) {
  first_year = std::clamp(first_year, 1601, 9900);
  effective_year = std::clamp(effective_year, first_year, first_year + kYearsAhead);
  static std::mutex cache_mutex;  // guards cache
  static std::map<std::tuple<std::string, int, int>, ZoneBlobs> cache;
  const auto key = std::tuple(zone.name(), first_year, effective_year);
  {
    const std::lock_guard lock(cache_mutex);
    if (const auto known = cache.find(key); known != cache.end()) return known->second;
  }
  OXB_TRY(auto blobs, make_blobs(zone, first_year, effective_year));
  const std::lock_guard lock(cache_mutex);
  if (cache.size() >= kCacheLimit) cache.clear();
  return cache.emplace(key, std::move(blobs)).first->second;
}

ZoneHint hint_of(const mapi::TimeZoneDefinition& definition) {
  ZoneHint hint;
  hint.name = definition.header.key_name;
  for (const auto& rule : definition.rules) hint.rules.push_back({rule.year, rule.rule});
  return hint;
}

ZoneHint hint_of(const mapi::TimeZoneStruct& zone) { return {{}, {{0, zone.rule}}}; }

ZoneRule effective_rule(const mapi::TimeZoneDefinition& definition) {
  if (definition.rules.empty()) return {};
  for (const auto& rule : definition.rules)
    if ((rule.flags & mapi::TzRule::kEffective) != 0) return rule.rule;
  return definition.rules.back().rule;
}

}  // namespace oxb::convert
