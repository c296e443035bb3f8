// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How the small MAPI types stand on the wire, for describe() functions.
#include "proto/mapi/ids.h"
#include "proto/mapi/property.h"
#include "wire/fields.h"

#include <string>

namespace oxb::mapi {

std::string wire_text(PropType type);  // Printer's text of the enum

// Columns of the rows that follow, as a wire parameter [MS-OXCDATA] 2.8.1.
struct Columns {
  std::vector<PropTag> tags;
};

}  // namespace oxb::mapi

namespace oxb::wire {

template <>
struct Form<Guid> {
  static void read(Reader& r, Guid& x);
  static void write(Writer& w, const Guid& x);
  static void print(Printer& p, const Guid& x);
  static void make(Generator& g, Guid& x);
};
template <>
struct Form<mapi::PropTag> {
  static void read(Reader& r, mapi::PropTag& x);
  static void write(Writer& w, const mapi::PropTag& x);
  static void print(Printer& p, const mapi::PropTag& x);
  static void make(Generator& g, mapi::PropTag& x);
};
template <>
struct Form<mapi::Eid> {
  static void read(Reader& r, mapi::Eid& x);
  static void write(Writer& w, const mapi::Eid& x);
  static void print(Printer& p, const mapi::Eid& x);
  static void make(Generator& g, mapi::Eid& x);
};
// 24 bytes [MS-OXCDATA] 2.2.1.3.1.
template <>
struct Form<mapi::LongTermId> {
  static void read(Reader& r, mapi::LongTermId& x);
  static void write(Writer& w, const mapi::LongTermId& x);
  static void print(Printer& p, const mapi::LongTermId& x);
  static void make(Generator& g, mapi::LongTermId& x);
};
template <>
struct Form<mapi::FileTime> {
  static void read(Reader& r, mapi::FileTime& x);
  static void write(Writer& w, const mapi::FileTime& x);
  static void print(Printer& p, const mapi::FileTime& x);
  static void make(Generator& g, mapi::FileTime& x);
};
// [MS-OXCDATA] 2.6.1: Kind, GUID, LID or sized name.
template <>
struct Form<mapi::PropertyName> {
  static void read(Reader& r, mapi::PropertyName& x);
  static void write(Writer& w, const mapi::PropertyName& x);
  static void print(Printer& p, const mapi::PropertyName& x);
  static void make(Generator& g, mapi::PropertyName& x);
};
// Kind 0xFF: there is no name.
template <>
struct Form<std::optional<mapi::PropertyName>> {
  static void read(Reader& r, std::optional<mapi::PropertyName>& x);
  static void write(Writer& w, const std::optional<mapi::PropertyName>& x);
  static void print(Printer& p, const std::optional<mapi::PropertyName>& x);
  static void make(Generator& g, std::optional<mapi::PropertyName>& x);
};

}  // namespace oxb::wire
