// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/wire_types.h"

#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "proto/mapi/value.h"
#include "wire/generator.h"
#include "wire/printer.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mapi {

std::string wire_text(PropType type) { return type_text(type); }

}  // namespace oxb::mapi

namespace oxb::wire {
namespace {

void copy(std::array<std::byte, 16>& to, ByteView from) {
  if (from.size() == to.size()) std::copy(from.begin(), from.end(), to.begin());
}

constexpr std::uint8_t kByNumber = 0x00;
constexpr std::uint8_t kByString = 0x01;
constexpr std::uint8_t kNoName = 0xFF;

void read_name(Reader& r, std::uint8_t kind, mapi::PropertyName& x) {
  Form<Guid>::read(r, x.set);
  if (kind == kByNumber) {
    x.id = r.number<std::uint32_t>();
    return;
  }
  // The size counts the terminator; some writers leave it out, so the text ends at the first NUL or at the size.
  const auto size = r.number<std::uint8_t>();
  std::string text;
  detail::read_utf16(r, text, size);
  if (const auto end = text.find('\0'); end != std::string::npos) text.resize(end);
  x.id = std::move(text);
}

}  // namespace

void Form<Guid>::read(Reader& r, Guid& x) { copy(x.bytes, r.take(16)); }
void Form<Guid>::write(Writer& w, const Guid& x) { w.append(x.bytes); }
void Form<Guid>::print(Printer& p, const Guid& x) { p.value(to_text(x)); }
void Form<Guid>::make(Generator& g, Guid& x) {
  for (auto& b : x.bytes) b = static_cast<std::byte>(g.next());
}

void Form<mapi::PropTag>::read(Reader& r, mapi::PropTag& x) { x = mapi::PropTag(r.number<std::uint32_t>()); }
void Form<mapi::PropTag>::write(Writer& w, const mapi::PropTag& x) { w.number(x.value); }
void Form<mapi::PropTag>::print(Printer& p, const mapi::PropTag& x) { p.value(mapi::tag_text(x)); }
void Form<mapi::PropTag>::make(Generator& g, mapi::PropTag& x) {
  x = mapi::PropTag(static_cast<mapi::PropId>(g.number<std::uint16_t>()), mapi::generate_type(g));
}

void Form<mapi::Eid>::read(Reader& r, mapi::Eid& x) { x.raw = r.number<std::uint64_t>(); }
void Form<mapi::Eid>::write(Writer& w, const mapi::Eid& x) { w.number(x.raw); }
void Form<mapi::Eid>::print(Printer& p, const mapi::Eid& x) {
  p.value(fmt::format("{:x}-{:012x}", x.replica(), x.counter()));
}
void Form<mapi::Eid>::make(Generator& g, mapi::Eid& x) { x.raw = g.number<std::uint64_t>(); }

void Form<mapi::LongTermId>::read(Reader& r, mapi::LongTermId& x) {
  const auto bytes = r.take(24);
  if (bytes.size() != 24) return;
  x = *mapi::LongTermId::parse(bytes);
}
void Form<mapi::LongTermId>::write(Writer& w, const mapi::LongTermId& x) { w.append(x.bytes()); }
void Form<mapi::LongTermId>::print(Printer& p, const mapi::LongTermId& x) {
  p.value(fmt::format("{}:{:012x}", to_text(x.replica), x.counter));
}
void Form<mapi::LongTermId>::make(Generator& g, mapi::LongTermId& x) {
  Form<Guid>::make(g, x.replica);
  x.counter = g.number<std::uint64_t>() & mapi::kMaxCounter;
}

void Form<mapi::FileTime>::read(Reader& r, mapi::FileTime& x) { x.ticks = r.number<std::uint64_t>(); }
void Form<mapi::FileTime>::write(Writer& w, const mapi::FileTime& x) { w.number(x.ticks); }
void Form<mapi::FileTime>::print(Printer& p, const mapi::FileTime& x) { p.value(mapi::time_text(x)); }
void Form<mapi::FileTime>::make(Generator& g, mapi::FileTime& x) { x.ticks = g.number<std::uint64_t>(); }

void Form<mapi::PropertyName>::read(Reader& r, mapi::PropertyName& x) {
  const auto kind = r.number<std::uint8_t>();
  if (kind > kByString) return r.set_error(Errc::malformed, "unknown kind of property name");
  read_name(r, kind, x);
}
void Form<mapi::PropertyName>::write(Writer& w, const mapi::PropertyName& x) {
  const auto* text = std::get_if<std::string>(&x.id);
  w.number(text ? kByString : kByNumber);
  Form<Guid>::write(w, x.set);
  if (!text) return w.number(std::get<std::uint32_t>(x.id));
  const auto at = w.size();
  w.number(std::uint8_t{0});
  detail::write_utf16(w, *text);
  detail::put_zero(w, 2);
  w.patch(at, w.narrow<std::uint8_t>(w.size() - at - 1, "property name"));
}
void Form<mapi::PropertyName>::print(Printer& p, const mapi::PropertyName& x) { p.value(mapi::property_name_text(x)); }
void Form<mapi::PropertyName>::make(Generator& g, mapi::PropertyName& x) {
  const bool named = (g.next() & 1) != 0;
  Form<Guid>::make(g, x.set);
  if (named)
    x.id = g.utf8();
  else
    x.id = g.number<std::uint32_t>();
}

void Form<std::optional<mapi::PropertyName>>::read(Reader& r, std::optional<mapi::PropertyName>& x) {
  const auto kind = r.number<std::uint8_t>();
  x.reset();
  if (kind == kNoName || r.failed()) return;
  if (kind > kByString) return r.set_error(Errc::malformed, "unknown kind of property name");
  read_name(r, kind, x.emplace());
}
void Form<std::optional<mapi::PropertyName>>::write(Writer& w, const std::optional<mapi::PropertyName>& x) {
  if (x)
    Form<mapi::PropertyName>::write(w, *x);
  else
    w.number(kNoName);
}
void Form<std::optional<mapi::PropertyName>>::print(Printer& p, const std::optional<mapi::PropertyName>& x) {
  if (x)
    Form<mapi::PropertyName>::print(p, *x);
  else
    p.value("no name");
}
void Form<std::optional<mapi::PropertyName>>::make(Generator& g, std::optional<mapi::PropertyName>& x) {
  x.reset();
  if (g.next() & 1) Form<mapi::PropertyName>::make(g, x.emplace());
}

}  // namespace oxb::wire
