// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Adapters: how a member stands on the wire. v("Columns", wire::counted<std::uint16_t>(m.columns));
// They hold references and live for one expression.
#include "base/bytes.h"
#include "wire/visit.h"

#include <bit>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace oxb::wire {

template <class V>
inline constexpr bool is_reader = std::same_as<V, Reader>;
template <class V>
inline constexpr bool is_writer = std::same_as<V, Writer>;
template <class V>
inline constexpr bool is_printer = std::same_as<V, Printer>;
template <class V>
inline constexpr bool is_generator = std::same_as<V, Generator>;

namespace detail {
// Defined in text.cc.
void read_utf16z(Reader& r, std::string& text);
void read_utf16(Reader& r, std::string& text, std::size_t bytes);
void write_utf16(Writer& w, std::string_view text);          // for texts that end at a zero: zeros are left out
void write_utf16_counted(Writer& w, std::string_view text);  // for texts with a length
void read_string8z(Reader& r, std::string& text);
void write_string8(Writer& w, std::string_view text);
void put_zero(Writer& w, std::size_t width);
void assign(std::string& text, ByteView bytes);
void assign(Bytes& out, ByteView bytes);
ByteView view(const std::string& text);
ByteView view(const Bytes& bytes);
}  // namespace detail

// A list behind its count.
template <class N, class C>
struct Counted {
  static constexpr bool kIsAdapter = true;
  C& items;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      const auto count = v.template number<N>();
      items.clear();
      if (!v.claim(count, "count")) return;  // and no reserve: the count is the peer's
      for (N i = 0; i < count && !v.failed() && v.spend(); ++i) v.element(i, items.emplace_back());
    } else if constexpr (is_writer<V>) {
      v.number(v.template narrow<N>(items.size(), "count"));
      for (const auto& item : items) v.element(0, item);
    } else if constexpr (is_printer<V>) {
      v.begin_list(items.size());
      std::size_t i = 0;
      for (const auto& item : items) v.element(i++, item);
      v.end_list();
    } else {
      items.clear();
      for (auto n = v.count(); n > 0; --n) v.element(0, items.emplace_back());
    }
  }
};
template <class N, class C>
Counted<N, C> counted(C& items) {
  return {items};
}

// A list whose count was read before, as another field.
template <class C>
struct Times {
  static constexpr bool kIsAdapter = true;
  C& items;
  std::size_t count;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      items.clear();
      if (!v.claim(count, "count")) return;
      for (std::size_t i = 0; i < count && !v.failed() && v.spend(); ++i) v.element(i, items.emplace_back());
    } else if constexpr (is_generator<V>) {
      items.clear();
      for (std::size_t i = 0; i < count; ++i) v.element(i, items.emplace_back());
    } else if constexpr (is_printer<V>) {
      v.begin_list(items.size());
      std::size_t i = 0;
      for (const auto& item : items) v.element(i++, item);
      v.end_list();
    } else {
      for (const auto& item : items) v.element(0, item);
    }
  }
};
template <class C>
Times<C> times(C& items, std::size_t count) {
  return {items, count};
}

// A count that stands apart from its list: std::size_t n = m.items.size(); v("Count", length<N>(n)); ... v("Items",
// times(m.items, n));
template <class N>
struct Length {
  static constexpr bool kIsAdapter = true;
  std::size_t& count;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>)
      count = v.template number<N>();
    else if constexpr (is_writer<V>)
      v.number(v.template narrow<N>(count, "count"));
    else if constexpr (is_printer<V>)
      v.unsigned_number(count);
    else
      count = v.count();
  }
};
template <class N>
Length<N> length(std::size_t& count) {
  return {count};
}

// A struct behind its size in bytes.
template <class N, class S>
struct Sized {
  static constexpr bool kIsAdapter = true;
  S& body;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      const auto* outer = v.open_window(v.template number<N>());
      wire::visit(v, body);
      v.close_window(outer);
    } else if constexpr (is_writer<V>) {
      const auto at = v.size();
      v.number(N{0});
      wire::visit(v, body);
      v.patch(at, v.template narrow<N>(v.size() - at - sizeof(N), "length"));
    } else {
      wire::visit(v, body);
    }
  }
};
template <class N, class S>
Sized<N, S> sized(S& body) {
  return {body};
}

// A byte string (Bytes or std::string) behind its length.
template <class N, class B>
struct Blob {
  static constexpr bool kIsAdapter = true;
  B& bytes;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      const auto count = v.template number<N>();
      if (v.claim(count, "length")) detail::assign(bytes, v.take(count));
    } else if constexpr (is_writer<V>) {
      v.number(v.template narrow<N>(bytes.size(), "length"));
      v.append(detail::view(bytes));
    } else if constexpr (is_printer<V>) {
      v.hex(detail::view(bytes));
    } else {
      detail::assign(bytes, v.blob());
    }
  }
};
template <class N, class B>
Blob<N, B> blob(B& bytes) {
  return {bytes};
}

// A byte string of a length that is known: constant, or read before.
template <class B>
struct Fixed {
  static constexpr bool kIsAdapter = true;
  B& bytes;
  std::size_t count;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      if (v.claim(count, "length")) detail::assign(bytes, v.take(count));
    } else if constexpr (is_writer<V>) {
      Bytes out(detail::view(bytes).begin(), detail::view(bytes).end());
      out.resize(count);  // a default-constructed member is written as zeros
      v.append(out);
    } else if constexpr (is_printer<V>) {
      v.hex(detail::view(bytes));
    } else {
      Bytes out(count);
      for (auto& b : out) b = static_cast<std::byte>(v.next());
      detail::assign(bytes, out);
    }
  }
};
template <class B>
Fixed<B> fixed(B& bytes, std::size_t count) {
  return {bytes, count};
}

// Everything up to the end of the enclosing block.
template <class B>
struct Rest {
  static constexpr bool kIsAdapter = true;
  B& bytes;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>)
      detail::assign(bytes, v.take(v.left()));
    else if constexpr (is_writer<V>)
      v.append(detail::view(bytes));
    else if constexpr (is_printer<V>)
      v.hex(detail::view(bytes));
    else
      detail::assign(bytes, v.blob());
  }
};
template <class B>
Rest<B> rest(B& bytes) {
  return {bytes};
}

// Zero-terminated UTF-16LE on the wire, UTF-8 in the struct. NUL characters inside are left out when writing.
template <class S>
struct Utf16z {
  static constexpr bool kIsAdapter = true;
  S& text;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      detail::read_utf16z(v, text);
    } else if constexpr (is_writer<V>) {
      detail::write_utf16(v, text);
      detail::put_zero(v, 2);
    } else if constexpr (is_printer<V>) {
      v.quoted(text);
    } else {
      text = v.utf8();
    }
  }
};
template <class S>
Utf16z<S> utf16z(S& text) {
  return {text};
}

// UTF-16LE behind its length in bytes, without terminator.
template <class N, class S>
struct Utf16 {
  static constexpr bool kIsAdapter = true;
  S& text;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      const auto count = v.template number<N>();
      if (v.claim(count, "length")) detail::read_utf16(v, text, count);
    } else if constexpr (is_writer<V>) {
      const auto at = v.size();
      v.number(N{0});
      detail::write_utf16(v, text);
      v.patch(at, v.template narrow<N>(v.size() - at - sizeof(N), "length"));
    } else if constexpr (is_printer<V>) {
      v.quoted(text);
    } else {
      text = v.utf8();
    }
  }
};
template <class N, class S>
Utf16<N, S> utf16(S& text) {
  return {text};
}

// Zero-terminated bytes in some code page, kept as they are.
template <class S>
struct String8z {
  static constexpr bool kIsAdapter = true;
  S& text;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      detail::read_string8z(v, text);
    } else if constexpr (is_writer<V>) {
      detail::write_string8(v, text);
      detail::put_zero(v, 1);
    } else if constexpr (is_printer<V>) {
      v.quoted(text);
    } else {
      text = v.ascii();
    }
  }
};
template <class S>
String8z<S> string8z(S& text) {
  return {text};
}

// One byte. Any value but 0 is true when reading: clients are known to send others than 1.
template <class B>
struct Bool8 {
  static constexpr bool kIsAdapter = true;
  B& flag;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>)
      flag = v.template number<std::uint8_t>() != 0;
    else if constexpr (is_writer<V>)
      v.number(static_cast<std::uint8_t>(flag ? 1 : 0));
    else if constexpr (is_printer<V>)
      v.value(flag ? "true" : "false");
    else
      flag = (v.next() & 1) != 0;
  }
};
template <class B>
Bool8<B> bool8(B& flag) {
  return {flag};
}

// A number with the most significant byte first.
template <class T>
struct BigEndian {
  static constexpr bool kIsAdapter = true;
  T& x;
  template <class V>
  void visit(V& v) const {
    using Plain = std::remove_const_t<T>;
    if constexpr (is_reader<V>)
      x = swap(v.template number<Plain>());
    else if constexpr (is_writer<V>)
      v.number(swap(x));
    else
      wire::visit(v, x);
  }
  template <class U>
  static U swap(U in) {
    U out = 0;
    for (std::size_t i = 0; i < sizeof(U); ++i) {
      out = static_cast<U>(out << 8 | (in & 0xFF));
      in = static_cast<U>(in >> 8);
    }
    return out;
  }
};
template <class T>
BigEndian<T> big_endian(T& x) {
  return {x};
}

// A value behind a byte that says whether it is there: 0 absent, else present (written as kPresent).
template <std::uint8_t kPresent, class T>
struct Present {
  static constexpr bool kIsAdapter = true;
  T& maybe;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      maybe.reset();
      if (v.template number<std::uint8_t>() != 0) wire::visit(v, maybe.emplace());
    } else if constexpr (is_writer<V>) {
      v.number(static_cast<std::uint8_t>(maybe ? kPresent : 0));
      if (maybe) wire::visit(v, *maybe);
    } else if constexpr (is_printer<V>) {
      if (maybe)
        wire::visit(v, *maybe);
      else
        v.value("absent");
    } else {
      maybe.reset();
      if (v.next() & 1) wire::visit(v, maybe.emplace());
    }
  }
};
template <std::uint8_t kPresent = 0xFF, class T>
Present<kPresent, T> present(T& maybe) {
  return {maybe};
}

// `how` applied to the value of an optional behind its presence byte: strings, blobs.
template <std::uint8_t kPresent, class T, class How>
struct PresentAs {
  static constexpr bool kIsAdapter = true;
  T& maybe;
  How how;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      maybe.reset();
      if (v.template number<std::uint8_t>() != 0) how(maybe.emplace()).visit(v);
    } else if constexpr (is_writer<V>) {
      v.number(static_cast<std::uint8_t>(maybe ? kPresent : 0));
      if (maybe) how(*maybe).visit(v);
    } else if constexpr (is_printer<V>) {
      if (maybe)
        how(*maybe).visit(v);
      else
        v.value("absent");
    } else {
      maybe.reset();
      if (v.next() & 1) how(maybe.emplace()).visit(v);
    }
  }
};
template <std::uint8_t kPresent = 0xFF, class T, class How>
PresentAs<kPresent, T, How> present_as(T& maybe, How how) {
  return {maybe, how};
}

// Applies an adapter to every element of a counted list: counted_as<std::uint16_t>(m.names, [](auto& s) { return
// utf16z(s); })
template <class N, class C, class How>
struct CountedAs {
  static constexpr bool kIsAdapter = true;
  C& items;
  How how;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      const auto count = v.template number<N>();
      items.clear();
      if (!v.claim(count, "count")) return;
      for (N i = 0; i < count && !v.failed() && v.spend(); ++i) v.element(i, how(items.emplace_back()));
    } else if constexpr (is_writer<V>) {
      v.number(v.template narrow<N>(items.size(), "count"));
      for (auto& item : items) v.element(0, how(item));
    } else if constexpr (is_printer<V>) {
      v.begin_list(items.size());
      std::size_t i = 0;
      for (auto& item : items) v.element(i++, how(item));
      v.end_list();
    } else {
      items.clear();
      for (auto n = v.count(); n > 0; --n) v.element(0, how(items.emplace_back()));
    }
  }
};
template <class N, class C, class How>
CountedAs<N, C, How> counted_as(C& items, How how) {
  return {items, how};
}

// Mail content, names, credentials: printed only when asked for.
template <class F>
struct Private {
  static constexpr bool kIsAdapter = true;
  F field;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_printer<V>) {
      if (!v.shows_private()) return v.value("<private>");
    }
    wire::visit(v, field);
  }
};
template <class F>
Private<F> priv(F field) {
  return {field};
}

// A constant that the specification demands; another value is malformed.
template <class T>
struct Constant {
  static constexpr bool kIsAdapter = true;
  T expected;
  template <class V>
  void visit(V& v) const {
    if constexpr (is_reader<V>) {
      if (v.template number<T>() != expected) v.set_error(Errc::malformed, "unexpected constant");
    } else if constexpr (is_writer<V>) {
      v.number(expected);
    } else if constexpr (is_printer<V>) {
      v.unsigned_number(expected);
    }
  }
};
template <class T>
Constant<T> constant(T expected) {
  return {expected};
}

}  // namespace oxb::wire
