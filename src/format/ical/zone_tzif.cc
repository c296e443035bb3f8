// SPDX-License-Identifier: GPL-3.0-or-later
// TZif files, RFC 8536, versions 2 to 4.
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>

namespace oxb::ical {
namespace {

using std::chrono::seconds;

constexpr std::size_t kFileLimit = 256 * 1024;
constexpr std::size_t kHeaderSize = 44;

struct Header {
  char version{};
  std::uint32_t utc_count{}, standard_count{}, leap_count{}, time_count{}, type_count{}, char_count{};
  std::size_t body_size(std::size_t time_size) const {
    return std::size_t{time_count} * (time_size + 1) + std::size_t{type_count} * 6 + char_count +
           std::size_t{leap_count} * (time_size + 4) + standard_count + utc_count;
  }
};

std::uint64_t big_endian(ByteView bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[at + i]);
  return value;
}

std::optional<Header> read_header(ByteView bytes) {
  if (bytes.size() < kHeaderSize || as_text(bytes.first(4)) != "TZif") return std::nullopt;
  Header header;
  header.version = static_cast<char>(bytes[4]);
  std::uint32_t* fields[] = {&header.utc_count,  &header.standard_count, &header.leap_count,
                             &header.time_count, &header.type_count,     &header.char_count};
  std::size_t at = 20;
  for (auto* field : fields) {
    *field = static_cast<std::uint32_t>(big_endian(bytes, at, 4));
    if (*field > kFileLimit) return std::nullopt;
    at += 4;
  }
  return header;
}

// The names of zones become file names: nothing but plain path components.
bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != name.npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '+' || c == '-' || c == '/';
  });
}

std::string zone_directory() {
  const char* directory = std::getenv("TZDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/usr/share/zoneinfo";
}

}  // namespace

struct TimeZoneReader {
  std::string_view text;  // of the footer
  bool bad = false;

  bool take(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
  int number(int limit) {
    int value = 0;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 4) {
      value = value * 10 + (text.front() - '0');
      text.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || value > limit) bad = true;
    return value;
  }
  void designation() {
    if (take('<')) {
      const auto end = text.find('>');
      if (end == text.npos) {
        bad = true;
        return;
      }
      text.remove_prefix(end + 1);
      return;
    }
    while (!text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  }
  seconds clock() {  // [+-]hhh[:mm[:ss]]
    const bool negative = take('-');
    if (!negative) take('+');
    int value = number(167) * 3600;
    if (take(':')) value += number(59) * 60;
    if (take(':')) value += number(59);
    return seconds(negative ? -value : value);
  }
  TimeZone::YearDay year_day() {
    using Kind = TimeZone::YearDay::Kind;
    TimeZone::YearDay rule;
    if (take('M')) {
      rule.month = number(12);
      if (!take('.')) bad = true;
      rule.week = number(5);
      if (!take('.')) bad = true;
      rule.day = number(6);
      if (rule.month == 0 || rule.week == 0) bad = true;
    } else {
      rule.kind = take('J') ? Kind::julian : Kind::zero_based;
      rule.day = number(365);
      if (rule.kind == Kind::julian && rule.day == 0) bad = true;
    }
    rule.time = take('/') ? clock() : seconds(7200);
    return rule;
  }
  std::optional<TimeZone::Footer> footer() {
    TimeZone::Footer result;
    designation();
    result.standard = -clock();
    if (!bad && !text.empty()) {
      TimeZone::Footer::Daylight daylight;
      designation();
      daylight.offset = !text.empty() && text.front() != ',' ? -clock() : result.standard + seconds(3600);
      if (!take(',')) bad = true;
      daylight.begin = year_day();
      if (!take(',')) bad = true;
      daylight.end = year_day();
      result.daylight = daylight;
    }
    if (bad || !text.empty()) return std::nullopt;
    return result;
  }

  static Result<std::shared_ptr<const TimeZone>> read(std::string name, ByteView bytes) {
    const auto damaged = [&] { return fail(Errc::malformed, fmt::format("time zone file of {} bytes", bytes.size())); };
    auto header = read_header(bytes);
    if (!header || header->version < '2') return damaged();
    const auto skip = kHeaderSize + header->body_size(4);
    if (bytes.size() < skip) return damaged();
    bytes = bytes.subspan(skip);
    header = read_header(bytes);
    if (!header || header->type_count == 0 || bytes.size() < kHeaderSize + header->body_size(8)) return damaged();
    const auto body = bytes.subspan(kHeaderSize);
    const std::size_t types = std::size_t{header->time_count} * 9;
    const auto offset_of = [&](std::size_t type) {
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(big_endian(body, types + type * 6, 4)));
    };
    auto zone = std::make_shared<TimeZone>();
    zone->name_ = std::move(name);
    zone->first_offset_ = offset_of(0);
    for (std::size_t i = 0; i < header->time_count; ++i) {
      const auto at = static_cast<std::int64_t>(big_endian(body, i * 8, 8));
      const auto type = std::to_integer<std::size_t>(body[std::size_t{header->time_count} * 8 + i]);
      if (type >= header->type_count) return damaged();
      if (std::abs(offset_of(type)) > 26 * 3600) return damaged();
      if (!zone->transitions_.empty() && at <= zone->transitions_.back().at) return damaged();
      zone->transitions_.push_back({std::clamp<std::int64_t>(at, -100'000'000'000, 300'000'000'000), offset_of(type)});
    }
    auto tail = as_text(bytes.subspan(kHeaderSize + header->body_size(8)));
    if (tail.size() >= 2 && tail.front() == '\n') {
      tail.remove_prefix(1);
      tail = tail.substr(0, tail.find('\n'));
      if (!tail.empty()) {
        TimeZoneReader reader{tail};
        zone->footer_ = reader.footer();
        if (!zone->footer_) return damaged();
      }
    }
    return std::shared_ptr<const TimeZone>(std::move(zone));
  }
};

Result<std::shared_ptr<const TimeZone>> TimeZone::parse(std::string name, ByteView tzif) {
  return TimeZoneReader::read(std::move(name), tzif);
}

Result<std::shared_ptr<const TimeZone>> TimeZone::find(std::string_view iana) {
  static std::mutex cache_mutex;  // guards cache; the zones themselves never change
  static std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> cache;
  if (iana == "UTC" || iana == "Z") return utc();
  {
    const std::lock_guard lock(cache_mutex);
    if (const auto known = cache.find(iana); known != cache.end()) return known->second;
  }
  if (!is_zone_name(iana)) return fail(Errc::not_found, "no time zone has such a name");
  std::ifstream file(zone_directory() + "/" + std::string(iana), std::ios::binary);
  if (!file) return fail(Errc::not_found, "time zone is not in tzdata");
  std::string content(kFileLimit + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (content.size() < 4 || content.compare(0, 4, "TZif") != 0)
    return fail(Errc::not_found, "time zone is not in tzdata");
  OXB_TRY(auto zone, parse(std::string(iana), as_bytes(content)));
  const std::lock_guard lock(cache_mutex);
  return cache.emplace(std::string(iana), std::move(zone)).first->second;
}

}  // namespace oxb::ical
