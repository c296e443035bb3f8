// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Adapters of the binary property values of calendar items.
#include "base/text.h"
#include "wire/fields.h"

#include <cstdint>
#include <string>

namespace oxb::mapi {

// UTF-16LE behind its length in characters, without terminator; UTF-8 in the struct.
template <class N, class S>
struct Utf16Units {
  static constexpr bool kIsAdapter = true;
  S& text;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V>) {
      const std::size_t count = std::size_t{v.template number<N>()} * 2;
      if (v.claim(count, "length")) wire::detail::read_utf16(v, text, count);
    } else if constexpr (wire::is_writer<V>) {
      const auto at = v.size();
      v.number(N{0});
      wire::detail::write_utf16_counted(v, text);
      v.patch(at, v.template narrow<N>((v.size() - at - sizeof(N)) / 2, "length"));
    } else if constexpr (wire::is_printer<V>) {
      v.quoted(text);
    } else {
      text = v.utf8();
    }
  }
};
template <class N, class S>
Utf16Units<N, S> utf16_units(S& text) {
  return {text};
}

// [MS-OXOCAL] 2.2.1.44.2: the length with a terminator that is not there, the length, the bytes in some code page.
template <class S>
struct String8Twice {
  static constexpr bool kIsAdapter = true;
  S& text;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V>) {
      v.template number<std::uint16_t>();
      const auto count = v.template number<std::uint16_t>();
      if (v.claim(count, "length")) wire::detail::assign(text, v.take(count));
    } else if constexpr (wire::is_writer<V>) {
      v.number(v.template narrow<std::uint16_t>(text.size() + 1, "length"));
      v.number(static_cast<std::uint16_t>(text.size()));
      v.append(as_bytes(text));
    } else if constexpr (wire::is_printer<V>) {
      v.quoted(text);
    } else {
      text = v.ascii();
    }
  }
};
template <class S>
String8Twice<S> string8_twice(S& text) {
  return {text};
}

}  // namespace oxb::mapi
