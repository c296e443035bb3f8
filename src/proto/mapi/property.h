// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Property tags, names and values [MS-OXCDATA] 2.9, 2.11; [MS-OXPROPS] 1.3. Text is UTF-8 here, UTF-16 on the wire.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/guid.h"

namespace oxb::mapi {

// [MS-OXCDATA] 2.11.1
enum class PropType : std::uint16_t {
  unspecified = 0x0000,
  null = 0x0001,
  integer16 = 0x0002,
  integer32 = 0x0003,
  floating32 = 0x0004,
  floating64 = 0x0005,
  currency = 0x0006,
  floating_time = 0x0007,
  error_code = 0x000A,
  boolean = 0x000B,
  object = 0x000D,
  integer64 = 0x0014,
  string8 = 0x001E,
  string = 0x001F,
  time = 0x0040,
  guid = 0x0048,
  server_id = 0x00FB,
  restriction = 0x00FD,
  rule_action = 0x00FE,
  binary = 0x0102,
  multi_integer16 = 0x1002,
  multi_integer32 = 0x1003,
  multi_floating32 = 0x1004,
  multi_floating64 = 0x1005,
  multi_currency = 0x1006,
  multi_floating_time = 0x1007,
  multi_integer64 = 0x1014,
  multi_string8 = 0x101E,
  multi_string = 0x101F,
  multi_time = 0x1040,
  multi_guid = 0x1048,
  multi_binary = 0x1102,
};
constexpr std::uint16_t kMultiValueFlag = 0x1000;
constexpr std::uint16_t kMultiValueInstanceFlag = 0x3000;  // in table columns: one row per value

using PropId = std::uint16_t;

struct PropTag {
  std::uint32_t value{};
  constexpr PropTag() = default;
  constexpr explicit PropTag(std::uint32_t raw) : value(raw) {}
  constexpr PropTag(PropId id, PropType type) : value(static_cast<std::uint32_t>(id) << 16 | static_cast<std::uint16_t>(type)) {}
  constexpr PropId id() const { return static_cast<PropId>(value >> 16); }
  constexpr PropType type() const { return static_cast<PropType>(value & 0xFFFF); }
  constexpr PropTag with(PropType type) const { return {id(), type}; }
  constexpr bool is_named() const { return id() >= 0x8000; }
  auto operator<=>(const PropTag&) const = default;
};

// [MS-OXCDATA] 2.6.1: a property set and a number, or a property set and a string.
struct PropertyName {
  Guid set;
  std::variant<std::uint32_t, std::string> id;  // LID or name
  auto operator<=>(const PropertyName&) const = default;
};

struct Currency { std::int64_t ten_thousandths{}; auto operator<=>(const Currency&) const = default; };
struct FloatingTime { double days{}; auto operator<=>(const FloatingTime&) const = default; };  // since 1899-12-30
struct ErrorValue { std::uint32_t code{}; auto operator<=>(const ErrorValue&) const = default; };
struct FileTime { std::uint64_t ticks{}; auto operator<=>(const FileTime&) const = default; };   // FILETIME, UTC
struct String8 { std::string bytes; auto operator<=>(const String8&) const = default; };         // in some code page
struct ServerId { Bytes bytes; auto operator<=>(const ServerId&) const = default; };              // [MS-OXCDATA] 2.11.1.4
struct RuleActions { Bytes bytes; auto operator<=>(const RuleActions&) const = default; };        // kept as received
struct ObjectValue { auto operator<=>(const ObjectValue&) const = default; };                     // PtypObject: no bytes in ROPs
struct Restriction;                                                                              // proto/mapi/restriction.h
struct RestrictionValue {
  std::shared_ptr<const Restriction> restriction;  // compared by address; never null once decoded
  bool operator==(const RestrictionValue&) const = default;
};

// std::monostate is PtypNull / "no value".
using PropertyValue =
    std::variant<std::monostate, std::int16_t, std::int32_t, float, double, Currency, FloatingTime, ErrorValue, bool,
                 ObjectValue, std::int64_t, String8, std::string, FileTime, Guid, ServerId, RestrictionValue, RuleActions, Bytes,
                 std::vector<std::int16_t>, std::vector<std::int32_t>, std::vector<float>, std::vector<double>,
                 std::vector<Currency>, std::vector<FloatingTime>, std::vector<std::int64_t>, std::vector<String8>,
                 std::vector<std::string>, std::vector<FileTime>, std::vector<Guid>, std::vector<Bytes>>;

// The type that a value has on the wire.
PropType type_of(const PropertyValue& value);

struct Property {
  PropTag tag;
  PropertyValue value;
  bool operator==(const Property&) const = default;
};

inline FileTime file_time(Instant t) { return FileTime{to_file_time(t)}; }
inline Instant instant(FileTime t) { return from_file_time(t.ticks); }

// Values of one object, at most one per property id. Setting through any type replaces the value of that id.
class PropertyBag {
 public:
  // The tag's type must be the value's type (asserted), except that String/String8 follow the value.
  void set(PropTag tag, PropertyValue value);
  bool erase(PropId id);
  // By id, whatever the type; nullptr where absent.
  const Property* find(PropId id) const;
  const PropertyValue* find(PropTag tag) const;  // by id and type; String and String8 are not converted into each other
  template <class T>
  const T* get(PropTag tag) const {
    const auto* p = find(tag.id());
    return p ? std::get_if<T>(&p->value) : nullptr;
  }
  bool has(PropTag tag) const { return find(tag.id()) != nullptr; }
  const std::vector<Property>& all() const { return items_; }  // ascending by id
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  void merge(const PropertyBag& other);  // other wins
  bool operator==(const PropertyBag&) const = default;

 private:
  std::vector<Property> items_;
};

}  // namespace oxb::mapi
