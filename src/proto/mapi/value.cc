// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/value.h"

#include "proto/mapi/restriction.h"
#include "wire/generator.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace oxb::mapi {
namespace {

constexpr std::uint8_t kHasValue = 0xFF;

// ---- which values carry a HasValue byte in NSPI form [MS-OXCMAPIHTTP] 2.2.1.1 ----
bool has_marker(PropType type) {
  const auto raw = static_cast<std::uint16_t>(type);
  return type == PropType::string || type == PropType::string8 || type == PropType::binary ||
         (raw & kMultiValueFlag) != 0;
}
bool element_has_marker(PropType type) {
  return type == PropType::multi_string || type == PropType::multi_string8 || type == PropType::multi_binary;
}

// ---- single values ----
void get(wire::Reader& r, std::int16_t& x, ValueForm) { x = r.number<std::int16_t>(); }
void get(wire::Reader& r, std::int32_t& x, ValueForm) { x = r.number<std::int32_t>(); }
void get(wire::Reader& r, std::int64_t& x, ValueForm) { x = r.number<std::int64_t>(); }
void get(wire::Reader& r, float& x, ValueForm) { x = r.number<float>(); }
void get(wire::Reader& r, double& x, ValueForm) { x = r.number<double>(); }
void get(wire::Reader& r, Currency& x, ValueForm) { x.ten_thousandths = r.number<std::int64_t>(); }
void get(wire::Reader& r, FloatingTime& x, ValueForm) { x.days = r.number<double>(); }
void get(wire::Reader& r, ErrorValue& x, ValueForm) { x.code = r.number<std::uint32_t>(); }
void get(wire::Reader& r, bool& x, ValueForm) { x = r.number<std::uint8_t>() != 0; }
void get(wire::Reader&, ObjectValue&, ValueForm) {}
void get(wire::Reader& r, String8& x, ValueForm) { wire::detail::read_string8z(r, x.bytes); }
void get(wire::Reader& r, std::string& x, ValueForm) { wire::detail::read_utf16z(r, x); }
void get(wire::Reader& r, FileTime& x, ValueForm) { x.ticks = r.number<std::uint64_t>(); }
void get(wire::Reader& r, Guid& x, ValueForm) { wire::Form<Guid>::read(r, x); }
void get(wire::Reader& r, Bytes& x, ValueForm form) {
  const std::uint32_t count = form == ValueForm::rop ? r.number<std::uint16_t>() : r.number<std::uint32_t>();
  if (r.claim(count, "length")) wire::detail::assign(x, r.take(count));
}
void get(wire::Reader& r, ServerId& x, ValueForm) {
  const auto count = r.number<std::uint16_t>();
  if (r.claim(count, "length")) wire::detail::assign(x.bytes, r.take(count));
}
void get(wire::Reader& r, RestrictionValue& x, ValueForm form) {
  Restriction restriction;
  read_restriction(r, restriction, restriction_form(form));
  x.restriction = std::make_shared<const Restriction>(std::move(restriction));
}
void get(wire::Reader& r, RuleActions& x, ValueForm form) {
  // [MS-OXORULE] 2.2.5: a count of blocks, each behind its own length. Kept as received.
  const auto all = r.rest();
  const bool wide = form != ValueForm::rop;
  const std::uint32_t blocks = wide ? r.number<std::uint32_t>() : r.number<std::uint16_t>();
  if (!r.claim(blocks, "count")) return;
  for (std::uint32_t i = 0; i < blocks && !r.failed() && r.spend(); ++i) {
    const std::uint32_t length = wide ? r.number<std::uint32_t>() : r.number<std::uint16_t>();
    if (r.claim(length, "length")) r.take(length);
  }
  if (!r.failed()) wire::detail::assign(x.bytes, all.first(all.size() - r.left()));
}

void put(wire::Writer& w, std::int16_t x, ValueForm) { w.number(x); }
void put(wire::Writer& w, std::int32_t x, ValueForm) { w.number(x); }
void put(wire::Writer& w, std::int64_t x, ValueForm) { w.number(x); }
void put(wire::Writer& w, float x, ValueForm) { w.number(x); }
void put(wire::Writer& w, double x, ValueForm) { w.number(x); }
void put(wire::Writer& w, const Currency& x, ValueForm) { w.number(x.ten_thousandths); }
void put(wire::Writer& w, const FloatingTime& x, ValueForm) { w.number(x.days); }
void put(wire::Writer& w, const ErrorValue& x, ValueForm) { w.number(x.code); }
void put(wire::Writer& w, bool x, ValueForm) { w.number(static_cast<std::uint8_t>(x ? 1 : 0)); }
void put(wire::Writer&, const ObjectValue&, ValueForm) {}
void put(wire::Writer& w, const String8& x, ValueForm) {
  wire::detail::write_string8(w, x.bytes);
  wire::detail::put_zero(w, 1);
}
void put(wire::Writer& w, const std::string& x, ValueForm) {
  wire::detail::write_utf16(w, x);
  wire::detail::put_zero(w, 2);
}
void put(wire::Writer& w, const FileTime& x, ValueForm) { w.number(x.ticks); }
void put(wire::Writer& w, const Guid& x, ValueForm) { w.append(x.bytes); }
void put(wire::Writer& w, const Bytes& x, ValueForm form) {
  if (form == ValueForm::rop)
    w.number(w.narrow<std::uint16_t>(x.size(), "binary"));
  else
    w.number(w.narrow<std::uint32_t>(x.size(), "binary"));
  w.append(x);
}
void put(wire::Writer& w, const ServerId& x, ValueForm) {
  w.number(w.narrow<std::uint16_t>(x.bytes.size(), "server id"));
  w.append(x.bytes);
}
void put(wire::Writer& w, const RestrictionValue& x, ValueForm form) {
  static const Restriction kNone;
  write_restriction(w, x.restriction ? *x.restriction : kNone, restriction_form(form));
}
void put(wire::Writer& w, const RuleActions& x, ValueForm form) {
  if (!x.bytes.empty()) return w.append(x.bytes);
  if (form == ValueForm::rop)
    w.number(std::uint16_t{0});
  else
    w.number(std::uint32_t{0});
}

void make(wire::Generator& g, std::int16_t& x, ValueForm) { x = g.number<std::int16_t>(); }
void make(wire::Generator& g, std::int32_t& x, ValueForm) { x = g.number<std::int32_t>(); }
void make(wire::Generator& g, std::int64_t& x, ValueForm) { x = g.number<std::int64_t>(); }
void make(wire::Generator& g, float& x, ValueForm) { x = static_cast<float>(g.number<std::int16_t>()) / 4; }
void make(wire::Generator& g, double& x, ValueForm) { x = static_cast<double>(g.number<std::int32_t>()) / 8; }
void make(wire::Generator& g, Currency& x, ValueForm) { x.ten_thousandths = g.number<std::int64_t>(); }
void make(wire::Generator& g, FloatingTime& x, ValueForm) {
  x.days = static_cast<double>(g.number<std::int32_t>()) / 16;
}
void make(wire::Generator& g, ErrorValue& x, ValueForm) { x.code = g.number<std::uint32_t>(); }
void make(wire::Generator& g, bool& x, ValueForm) { x = (g.next() & 1) != 0; }
void make(wire::Generator&, ObjectValue&, ValueForm) {}
void make(wire::Generator& g, String8& x, ValueForm) { x.bytes = g.ascii(); }
void make(wire::Generator& g, std::string& x, ValueForm) { x = g.utf8(); }
void make(wire::Generator& g, FileTime& x, ValueForm) { x.ticks = g.number<std::uint64_t>(); }
void make(wire::Generator& g, Guid& x, ValueForm) { wire::Form<Guid>::make(g, x); }
void make(wire::Generator& g, Bytes& x, ValueForm) { x = g.blob(); }
void make(wire::Generator& g, ServerId& x, ValueForm) { x.bytes = g.blob(); }
void make(wire::Generator& g, RestrictionValue& x, ValueForm form) {
  Restriction restriction;
  make_restriction(g, restriction, restriction_form(form));
  x.restriction = std::make_shared<const Restriction>(std::move(restriction));
}
void make(wire::Generator&, RuleActions& x, ValueForm form) {
  x.bytes.assign(form == ValueForm::rop ? 2 : 4, std::byte{0});
}

// ---- multi-values ----
template <class T>
void get_many(wire::Reader& r, std::vector<T>& items, PropType type, ValueForm form) {
  const auto count = r.number<std::uint32_t>();
  items.clear();
  if (!r.claim(count, "count")) return;
  const bool marked = form == ValueForm::nspi && element_has_marker(type);
  for (std::uint32_t i = 0; i < count && !r.failed() && r.spend(); ++i) {
    if (marked && r.number<std::uint8_t>() == 0) continue;  // a null member is dropped: clients crash on it
    get(r, items.emplace_back(), form);
  }
}
template <class T>
void put_many(wire::Writer& w, const std::vector<T>& items, PropType type, ValueForm form) {
  w.number(w.narrow<std::uint32_t>(items.size(), "count"));
  const bool marked = form == ValueForm::nspi && element_has_marker(type);
  for (const auto& item : items) {
    if (marked) w.number(kHasValue);
    put(w, item, form);
  }
}
template <class T>
void make_many(wire::Generator& g, std::vector<T>& items, ValueForm form) {
  items.clear();
  for (auto n = g.count(4); n > 0; --n) make(g, items.emplace_back(), form);
}

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = !std::same_as<T, std::byte>;

// The alternative of PropertyValue that `type` stands for; false where there is none.
template <class Visit>
bool with_type(PropType type, Visit visit) {
  switch (type) {
    case PropType::integer16:
      return visit(std::int16_t{}), true;
    case PropType::integer32:
      return visit(std::int32_t{}), true;
    case PropType::floating32:
      return visit(float{}), true;
    case PropType::floating64:
      return visit(double{}), true;
    case PropType::currency:
      return visit(Currency{}), true;
    case PropType::floating_time:
      return visit(FloatingTime{}), true;
    case PropType::error_code:
      return visit(ErrorValue{}), true;
    case PropType::boolean:
      return visit(bool{}), true;
    case PropType::object:
      return visit(ObjectValue{}), true;
    case PropType::integer64:
      return visit(std::int64_t{}), true;
    case PropType::string8:
      return visit(String8{}), true;
    case PropType::string:
      return visit(std::string{}), true;
    case PropType::time:
      return visit(FileTime{}), true;
    case PropType::guid:
      return visit(Guid{}), true;
    case PropType::server_id:
      return visit(ServerId{}), true;
    case PropType::restriction:
      return visit(RestrictionValue{}), true;
    case PropType::rule_action:
      return visit(RuleActions{}), true;
    case PropType::binary:
      return visit(Bytes{}), true;
    case PropType::multi_integer16:
      return visit(std::vector<std::int16_t>{}), true;
    case PropType::multi_integer32:
      return visit(std::vector<std::int32_t>{}), true;
    case PropType::multi_floating32:
      return visit(std::vector<float>{}), true;
    case PropType::multi_floating64:
      return visit(std::vector<double>{}), true;
    case PropType::multi_currency:
      return visit(std::vector<Currency>{}), true;
    case PropType::multi_floating_time:
      return visit(std::vector<FloatingTime>{}), true;
    case PropType::multi_integer64:
      return visit(std::vector<std::int64_t>{}), true;
    case PropType::multi_string8:
      return visit(std::vector<String8>{}), true;
    case PropType::multi_string:
      return visit(std::vector<std::string>{}), true;
    case PropType::multi_time:
      return visit(std::vector<FileTime>{}), true;
    case PropType::multi_guid:
      return visit(std::vector<Guid>{}), true;
    case PropType::multi_binary:
      return visit(std::vector<Bytes>{}), true;
    case PropType::unspecified:
    case PropType::null:
      break;
  }
  return false;
}

// In a table column a multi-value with the instance flag holds one value.
PropType wire_type(PropType type) {
  const auto raw = static_cast<std::uint16_t>(type);
  if ((raw & kMultiValueInstanceFlag) == kMultiValueInstanceFlag)
    return static_cast<PropType>(raw & ~kMultiValueInstanceFlag);
  return type;
}

}  // namespace

void read_value(wire::Reader& r, PropType declared, PropertyValue& value, ValueForm form) {
  const auto type = wire_type(declared);
  if (type == PropType::null) {
    value = std::monostate{};
    return;
  }
  if (form == ValueForm::nspi && has_marker(type) && r.number<std::uint8_t>() == 0) {
    value = std::monostate{};
    return;
  }
  const bool known = with_type(type, [&]<class T>(T x) {
    if constexpr (is_list<T>)
      get_many(r, x, type, form);
    else
      get(r, x, form);
    value = std::move(x);
  });
  if (!known) r.set_error(Errc::malformed, "value of unknown property type");
}

void write_value(wire::Writer& w, PropType declared, const PropertyValue& value, ValueForm form) {
  const auto type = wire_type(declared);
  if (type == PropType::null) return;
  const bool absent = std::holds_alternative<std::monostate>(value);
  if (form == ValueForm::nspi && has_marker(type)) {
    w.number(absent ? std::uint8_t{0} : kHasValue);
    if (absent) return;
  }
  const bool known = with_type(type, [&]<class T>(const T& empty) {
    const auto* x = absent ? &empty : std::get_if<T>(&value);
    if (x == nullptr) return w.set_error(Errc::internal, "value does not have the declared type");
    if constexpr (is_list<T>)
      put_many(w, *x, type, form);
    else
      put(w, *x, form);
  });
  if (!known) w.set_error(Errc::internal, "value of unknown property type");
}

void make_value(wire::Generator& g, PropType declared, PropertyValue& value, ValueForm form) {
  const auto type = wire_type(declared);
  value = std::monostate{};
  if (form == ValueForm::nspi && has_marker(type) && (g.next() & 3) == 0) return;
  with_type(type, [&]<class T>(T x) {
    if constexpr (is_list<T>)
      make_many(g, x, form);
    else
      make(g, x, form);
    value = std::move(x);
  });
}

PropType generate_type(wire::Generator& g) {
  static constexpr std::array kTypes = {PropType::integer16,
                                        PropType::integer32,
                                        PropType::floating32,
                                        PropType::floating64,
                                        PropType::currency,
                                        PropType::floating_time,
                                        PropType::error_code,
                                        PropType::boolean,
                                        PropType::integer64,
                                        PropType::string8,
                                        PropType::string,
                                        PropType::time,
                                        PropType::guid,
                                        PropType::server_id,
                                        PropType::binary,
                                        PropType::multi_integer16,
                                        PropType::multi_integer32,
                                        PropType::multi_floating32,
                                        PropType::multi_floating64,
                                        PropType::multi_currency,
                                        PropType::multi_floating_time,
                                        PropType::multi_integer64,
                                        PropType::multi_string8,
                                        PropType::multi_string,
                                        PropType::multi_time,
                                        PropType::multi_guid,
                                        PropType::multi_binary};
  return kTypes[g.pick(kTypes.size())];
}

void read_property(wire::Reader& r, Property& x, ValueForm form) {
  wire::Form<PropTag>::read(r, x.tag);
  read_value(r, x.tag.type(), x.value, form);
}
void write_property(wire::Writer& w, const Property& x, ValueForm form) {
  w.number(x.tag.value);
  write_value(w, x.tag.type(), x.value, form);
}

Bytes property_bytes(const Property& x) {
  wire::Writer w;
  write_property(w, x, ValueForm::rop);
  return w.bytes();
}
void make_property(wire::Generator& g, Property& x, ValueForm form) {
  wire::Form<PropTag>::make(g, x.tag);
  make_value(g, x.tag.type(), x.value, form);
}

}  // namespace oxb::mapi
