// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Property values on the wire [MS-OXCDATA] 2.11.2 - 2.11.6. The type decides the layout, the context the widths of
// counts.
#include "proto/mapi/wire_types.h"
#include "wire/printer.h"

namespace oxb::mapi {

enum class ValueForm : std::uint8_t {
  rop,       // byte counts of binaries are LE16, counts of multi-values LE32; booleans one byte
  extended,  // extended rules, search folder definitions: every count LE32 [MS-OXORULE] 2.2.4
  nspi,      // every count LE32, HasValue before strings, binaries and multi-values [MS-OXCMAPIHTTP] 2.2.1.1
};

// Reads a value of `type`; an absent NSPI value becomes std::monostate. Types that no value has (unspecified) are
// malformed.
void read_value(wire::Reader& r, PropType type, PropertyValue& value, ValueForm form);
// `type` is the declared type. A std::monostate is written as the type's empty value, which in NSPI form is "no value".
void write_value(wire::Writer& w, PropType type, const PropertyValue& value, ValueForm form);
// A random value of `type`.
void make_value(wire::Generator& g, PropType type, PropertyValue& value, ValueForm form);
PropType generate_type(wire::Generator& g);
// Bytes that the value takes in ROP form (without tag); an upper bound for what a reply may hold.
std::size_t value_size(const PropertyValue& value);

// One line for people. Hidden: strings and binaries shown as their size only.
std::string value_text(const PropertyValue& value, wire::Privacy privacy);
std::string time_text(FileTime time);  // "2026-11-25T02:41:10Z", with fraction when there is one

// Adapter: value whose type is known from elsewhere.
template <class V>
struct ValueOf {
  static constexpr bool kIsAdapter = true;
  PropType type;
  V& value;
  ValueForm form = ValueForm::rop;
  template <class Visitor>
  void visit(Visitor& v) const {
    if constexpr (wire::is_reader<Visitor>)
      read_value(v, type, value, form);
    else if constexpr (wire::is_writer<Visitor>)
      write_value(v, type, value, form);
    else if constexpr (wire::is_printer<Visitor>)
      v.value(value_text(value, v.shows_private() ? wire::Privacy::show : wire::Privacy::hide));
    else
      make_value(v, type, value, form);
  }
};
template <class V>
ValueOf<V> value_of(PropType type, V& value, ValueForm form = ValueForm::rop) {
  return {type, value, form};
}

// TaggedPropertyValue in a given form; Form<Property> below is the ROP form.
void read_property(wire::Reader& r, Property& x, ValueForm form);
void write_property(wire::Writer& w, const Property& x, ValueForm form);
// Tag and value as ROPs write them; for comparing and hashing.
Bytes property_bytes(const Property& x);
void print_property(wire::Printer& p, const Property& x);
void make_property(wire::Generator& g, Property& x, ValueForm form);

template <class P>
struct PropertyIn {
  static constexpr bool kIsAdapter = true;
  P& property;
  ValueForm form;
  template <class Visitor>
  void visit(Visitor& v) const {
    if constexpr (wire::is_reader<Visitor>)
      read_property(v, property, form);
    else if constexpr (wire::is_writer<Visitor>)
      write_property(v, property, form);
    else if constexpr (wire::is_printer<Visitor>)
      print_property(v, property);
    else
      make_property(v, property, form);
  }
};

// TypedPropertyValue [MS-OXCDATA] 2.11.3: type, then value.
struct TypedValue {
  PropType type = PropType::integer32;
  PropertyValue value = std::int32_t{0};
  static void describe(auto& v, auto& m) {
    v("PropertyType", m.type);
    v("PropertyValue", value_of(m.type, m.value));
  }
  bool operator==(const TypedValue&) const = default;
};

// [MS-OXCDATA] 2.11.1.4, Ours = 1: a folder or message of this store as PtypServerId.
struct ServerEntry {
  Eid folder;
  Eid message;
  std::uint32_t instance{};
  bool operator==(const ServerEntry&) const = default;
};
ServerId server_id(const ServerEntry& entry);
// nullopt: a foreign blob (Ours = 0), or not well-formed.
std::optional<ServerEntry> server_entry(const ServerId& id);

}  // namespace oxb::mapi

template <>
struct oxb::wire::Form<oxb::mapi::Property> {
  static void read(Reader& r, mapi::Property& x) { mapi::read_property(r, x, mapi::ValueForm::rop); }
  static void write(Writer& w, const mapi::Property& x) { mapi::write_property(w, x, mapi::ValueForm::rop); }
  static void print(Printer& p, const mapi::Property& x) { mapi::print_property(p, x); }
  static void make(Generator& g, mapi::Property& x) { mapi::make_property(g, x, mapi::ValueForm::rop); }
};
