// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/values.h"

#include "base/text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace oxb::session {
namespace {

using mapi::PropertyValue;
using mapi::PropType;

template <class T>
struct is_list : std::false_type {};
template <class T>
struct is_list<std::vector<T>> : std::bool_constant<!std::is_same_v<T, std::byte>> {};

constexpr std::size_t kRowCharacters = 255;
constexpr std::size_t kRowBytes = 510;

std::string text_of(const PropertyValue& value, std::uint32_t code_page) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto& raw = std::get<mapi::String8>(value).bytes;
  return utf8_from_code_page(raw, code_page).value_or(raw);
}

bool is_text(const PropertyValue& value) {
  return std::holds_alternative<std::string>(value) || std::holds_alternative<mapi::String8>(value);
}

std::optional<std::int64_t> integer_of(const PropertyValue& value) {
  if (const auto* x = std::get_if<std::int16_t>(&value)) return *x;
  if (const auto* x = std::get_if<std::int32_t>(&value)) return *x;
  if (const auto* x = std::get_if<std::int64_t>(&value)) return *x;
  if (const auto* x = std::get_if<bool>(&value)) return *x ? 1 : 0;
  if (const auto* x = std::get_if<mapi::Currency>(&value)) return x->ten_thousandths;
  return std::nullopt;
}

std::optional<double> real_of(const PropertyValue& value) {
  if (const auto* x = std::get_if<float>(&value)) return *x;
  if (const auto* x = std::get_if<double>(&value)) return *x;
  if (const auto* x = std::get_if<mapi::FloatingTime>(&value)) return x->days;
  return std::nullopt;
}

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int compare_bytes(ByteView a, ByteView b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.empty() ? 0 : std::memcmp(a.data(), b.data(), a.size());
}

// The longest prefix of at most `units` UTF-16 code units that does not split a character.
std::string_view prefix_of(std::string_view utf8, std::size_t units) {
  std::size_t at = 0;
  while (at < utf8.size()) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    const std::size_t length = lead < 0x80 ? 1 : (lead < 0xE0 ? 2 : (lead < 0xF0 ? 3 : 4));
    const std::size_t cost = length == 4 ? 2 : 1;
    if (cost > units || at + length > utf8.size()) break;
    units -= cost;
    at += length;
  }
  return utf8.substr(0, at);
}

void append_big_endian(std::string& out, std::uint64_t x) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(x >> shift & 0xFFU));
}

void append_ordered(std::string& out, std::int64_t x) {
  append_big_endian(out, static_cast<std::uint64_t>(x) ^ 0x8000'0000'0000'0000ULL);
}

void append_ordered(std::string& out, double x) {
  auto bits = std::bit_cast<std::uint64_t>(x);
  bits = (bits >> 63) != 0 ? ~bits : bits | 0x8000'0000'0000'0000ULL;
  append_big_endian(out, bits);
}

// Zero bytes are escaped so that a prefix sorts first and the end is known.
void append_escaped(std::string& out, ByteView bytes) {
  for (const auto b : bytes) {
    out.push_back(static_cast<char>(b));
    if (b == std::byte{0}) out.push_back('\xff');
  }
  out.push_back('\0');
  out.push_back('\0');
}

void append_key(std::string& out, const PropertyValue& value, std::uint32_t code_page) {
  if (is_text(value)) {
    append_escaped(out, as_bytes(collation_key(text_of(value, code_page))));
  } else if (const auto number = integer_of(value)) {
    append_ordered(out, *number);
  } else if (const auto real = real_of(value)) {
    append_ordered(out, *real);
  } else if (const auto* time = std::get_if<mapi::FileTime>(&value)) {
    append_big_endian(out, time->ticks);
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    append_escaped(out, *bytes);
  } else if (const auto* guid = std::get_if<Guid>(&value)) {
    out.append(reinterpret_cast<const char*>(guid->bytes.data()), guid->bytes.size());
  } else if (const auto* id = std::get_if<mapi::ServerId>(&value)) {
    append_escaped(out, id->bytes);
  } else if (is_multi_value(mapi::type_of(value))) {
    for (const auto& member : members(value)) {
      out.push_back('\1');
      append_key(out, member, code_page);
    }
    out.push_back('\0');
  }
}

}  // namespace

Value BagSource::find(mapi::PropTag wanted) const {
  const auto* property = bag_.find(wanted.id());
  return property != nullptr ? Value(&property->value) : Value();
}

std::vector<mapi::PropTag> BagSource::tags() const {
  std::vector<mapi::PropTag> out;
  out.reserve(bag_.size());
  for (const auto& property : bag_.all()) out.push_back(property.tag);
  return out;
}

bool is_multi_value(PropType type) { return (static_cast<unsigned>(type) & mapi::kMultiValueFlag) != 0; }

PropType member_type(PropType type) {
  return static_cast<PropType>(static_cast<unsigned>(type) & ~static_cast<unsigned>(mapi::kMultiValueInstanceFlag));
}

Value converted(Value value, PropType wanted, std::uint32_t code_page) {
  if (!value || wanted == PropType::unspecified) return value;
  if ((static_cast<unsigned>(wanted) & mapi::kMultiValueInstanceFlag) == mapi::kMultiValueInstanceFlag)
    wanted = static_cast<PropType>(static_cast<unsigned>(wanted) & ~0x2000U);
  const auto has = mapi::type_of(*value);
  if (has == wanted) return value;
  if (wanted == PropType::string8 && has == PropType::string) {
    auto text = code_page_from_utf8(std::get<std::string>(*value), code_page);
    if (!text) return {};
    return PropertyValue(mapi::String8{std::move(*text)});
  }
  if (wanted == PropType::string && has == PropType::string8) return PropertyValue(text_of(*value, code_page));
  if (wanted == PropType::multi_string8 && has == PropType::multi_string) {
    std::vector<mapi::String8> out;
    for (const auto& text : std::get<std::vector<std::string>>(*value))
      out.push_back({code_page_from_utf8(text, code_page).value_or(text)});
    return PropertyValue(std::move(out));
  }
  if (wanted == PropType::multi_string && has == PropType::multi_string8) {
    std::vector<std::string> out;
    for (const auto& text : std::get<std::vector<mapi::String8>>(*value))
      out.push_back(utf8_from_code_page(text.bytes, code_page).value_or(text.bytes));
    return PropertyValue(std::move(out));
  }
  return {};
}

Value find_as(const PropertySource& source, mapi::PropTag tag, std::uint32_t code_page) {
  return converted(source.find(tag), tag.type(), code_page);
}

PropertyValue cut_for_row(const PropertyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return std::string(prefix_of(*text, kRowCharacters));
  if (const auto* text = std::get_if<mapi::String8>(&value))
    return mapi::String8{text->bytes.substr(0, kRowCharacters)};
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    if (bytes->size() > kRowBytes) return Bytes(bytes->begin(), bytes->begin() + kRowBytes);
  }
  return value;
}

std::vector<PropertyValue> members(const PropertyValue& value) {
  return std::visit(
      [&](const auto& x) -> std::vector<PropertyValue> {
        using T = std::decay_t<decltype(x)>;
        if constexpr (is_list<T>::value) {
          return std::vector<PropertyValue>(x.begin(), x.end());
        } else {
          return {value};
        }
      },
      value);
}

std::optional<int> compare(const PropertyValue& a, const PropertyValue& b, std::uint32_t code_page) {
  if (is_text(a) && is_text(b)) {
    const auto left = fold_case(text_of(a, code_page));
    const auto right = fold_case(text_of(b, code_page));
    if (left == right) return 0;
    const auto order = three_way(collation_key(left), collation_key(right));
    return order != 0 ? order : three_way(left, right);
  }
  if (const auto left = integer_of(a)) {
    const auto right = integer_of(b);
    return right ? std::optional(three_way(*left, *right)) : std::nullopt;
  }
  if (const auto left = real_of(a)) {
    const auto right = real_of(b);
    return right ? std::optional(three_way(*left, *right)) : std::nullopt;
  }
  if (a.index() != b.index()) return std::nullopt;
  if (const auto* left = std::get_if<Bytes>(&a)) return compare_bytes(*left, std::get<Bytes>(b));
  if (const auto* left = std::get_if<mapi::ServerId>(&a))
    return compare_bytes(left->bytes, std::get<mapi::ServerId>(b).bytes);
  if (const auto* left = std::get_if<mapi::FileTime>(&a)) return three_way(*left, std::get<mapi::FileTime>(b));
  if (const auto* left = std::get_if<Guid>(&a)) return compare_bytes(left->bytes, std::get<Guid>(b).bytes);
  if (const auto* left = std::get_if<mapi::ErrorValue>(&a)) return three_way(*left, std::get<mapi::ErrorValue>(b));
  if (is_multi_value(mapi::type_of(a))) {
    const auto left = members(a);
    const auto right = members(b);
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      const auto order = compare(left[i], right[i], code_page);
      if (!order || *order != 0) return order;
    }
    return three_way(left.size(), right.size());
  }
  return std::nullopt;
}

std::string sort_key(const Value& value, std::uint32_t code_page) {
  std::string out;
  if (!value) {
    out.push_back('\0');
    return out;
  }
  out.push_back('\1');
  append_key(out, *value, code_page);
  return out;
}

}  // namespace oxb::session
