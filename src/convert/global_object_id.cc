// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/global_object_id.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oxb::convert {
namespace {

constexpr std::array<std::uint8_t, 16> kClass = {0x04, 0x00, 0x00, 0x00, 0x82, 0x00, 0xE0, 0x00,
                                                 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08};
constexpr std::size_t kDateAt = 16, kSizeAt = 36, kDataAt = 40;
constexpr std::string_view kWrapped("vCal-Uid\x01\0\0\0", 12);

bool is_global_object_id(ByteView id) {
  if (id.size() < kDataAt) return false;
  for (std::size_t i = 0; i < kClass.size(); ++i)
    if (std::to_integer<std::uint8_t>(id[i]) != kClass[i]) return false;
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= std::to_integer<std::uint32_t>(id[kSizeAt + i]) << (8 * i);
  return size == id.size() - kDataAt;
}

Bytes wrap(std::string_view uid) {
  Bytes id(kDataAt);
  for (std::size_t i = 0; i < kClass.size(); ++i) id[i] = static_cast<std::byte>(kClass[i]);
  const auto size = kWrapped.size() + uid.size() + 1;
  for (std::size_t i = 0; i < 4; ++i) id[kSizeAt + i] = static_cast<std::byte>(size >> (8 * i) & 0xFF);
  for (const auto part : {kWrapped, uid}) {
    const auto bytes = as_bytes(part);
    id.insert(id.end(), bytes.begin(), bytes.end());
  }
  id.push_back(std::byte{0});
  return id;
}

std::optional<std::string> wrapped_text(ByteView id) {
  const auto data = as_text(id.subspan(kDataAt));
  if (data.size() <= kWrapped.size() || !data.starts_with(kWrapped) || data.back() != '\0') return std::nullopt;
  return std::string(data.substr(kWrapped.size(), data.size() - kWrapped.size() - 1));
}

// The bytes of a UID that Outlook made: canonical hexadecimal without instance date. Hexadecimal of an id that wraps a
// text is no such UID: that id belongs to the text.
std::optional<Bytes> from_outlook_uid(std::string_view uid) {
  if (uid.size() < 2 * kDataAt || uid.size() % 2 != 0) return std::nullopt;
  const auto canonical = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  if (!std::all_of(uid.begin(), uid.end(), canonical)) return std::nullopt;
  auto bytes = from_hex(uid);
  if (!bytes || !is_global_object_id(*bytes)) return std::nullopt;
  for (std::size_t i = 0; i < 4; ++i)
    if ((*bytes)[kDateAt + i] != std::byte{0}) return std::nullopt;
  const auto inner = wrapped_text(*bytes);
  if (inner && wrap(*inner) == *bytes && !from_outlook_uid(*inner)) return std::nullopt;
  return std::move(*bytes);
}

}  // namespace

Bytes global_object_id(std::string_view uid, std::optional<model::Date> instance) {
  auto outlook = from_outlook_uid(uid);
  auto id = outlook ? std::move(*outlook) : wrap(uid);
  if (instance) {
    const auto year = static_cast<std::uint16_t>(instance->year);
    id[kDateAt] = static_cast<std::byte>(year >> 8);
    id[kDateAt + 1] = static_cast<std::byte>(year & 0xFF);
    id[kDateAt + 2] = static_cast<std::byte>(instance->month);
    id[kDateAt + 3] = static_cast<std::byte>(instance->day);
  }
  return id;
}

Result<Bytes> clean_global_object_id(ByteView id) {
  if (!is_global_object_id(id)) return fail(Errc::malformed, fmt::format("global object id of {} bytes", id.size()));
  Bytes clean(id.begin(), id.end());
  for (std::size_t i = 0; i < 4; ++i) clean[kDateAt + i] = std::byte{0};
  return clean;
}

Result<std::string> uid_of_global_object_id(ByteView id) {
  OXB_TRY(const auto clean, clean_global_object_id(id));
  if (auto uid = wrapped_text(clean); uid && global_object_id(*uid) == clean) return std::move(*uid);
  return ascii_upper(to_hex(clean));
}

std::optional<model::Date> instance_of_global_object_id(ByteView id) {
  if (!is_global_object_id(id)) return std::nullopt;
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint8_t>(id[kDateAt + i]); };
  const model::Date date{static_cast<std::int16_t>(at(0) << 8 | at(1)), at(2), at(3)};
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return std::nullopt;
  return date;
}

std::int32_t owner_appointment_id(std::string_view uid) {
  std::uint32_t hash = 2'166'136'261U;  // FNV-1a
  for (const auto b : global_object_id(uid)) hash = (hash ^ std::to_integer<std::uint32_t>(b)) * 16'777'619U;
  hash &= 0x7FFF'FFFF;
  return static_cast<std::int32_t>(hash == 0 ? 1 : hash);
}

}  // namespace oxb::convert
