// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How one visitor (Reader, Writer, Printer, Generator) meets one field. A field is a number, an enum, a Strong, a
// struct with `static void describe(auto& v, auto& m)`, an adapter of wire/fields.h, or any type with a wire::Form.
#include "base/strong.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace oxb::wire {

class Reader;
class Writer;
class Printer;
class Generator;

// Specialised by a type that is not described field by field (a GUID, a property value): four functions
// read(Reader&, T&), write(Writer&, const T&), print(Printer&, const T&), make(Generator&, T&), usually defined in a
// .cc.
template <class T>
struct Form;

template <class T>
concept Scalar = (std::integral<T> && !std::same_as<T, bool>) || std::is_enum_v<T> || std::is_floating_point_v<T>;

template <class T>
struct is_strong : std::false_type {};
template <class R, class G>
struct is_strong<Strong<R, G>> : std::true_type {};

template <class T>
concept HasForm = requires {
  &Form<T>::read;
};

template <class T>
concept Adapter = requires {
  T::kIsAdapter;
};

template <class V, class T>
void visit_scalar(V& v, T& x) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_enum_v<Plain>) {
    using Number = std::underlying_type_t<Plain>;
    if constexpr (V::kReads) {
      x = static_cast<Plain>(v.template number<Number>());
    } else if constexpr (requires { v.number(Number{}); }) {
      v.number(static_cast<Number>(x));
    } else if constexpr (requires { wire_text(x); }) {
      v.value(wire_text(x));
    } else {
      v.unsigned_number(static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<Number>>(x)));
    }
  } else if constexpr (V::kReads) {
    x = v.template number<Plain>();
  } else if constexpr (requires { v.number(Plain{}); }) {
    v.number(x);
  } else if constexpr (std::is_floating_point_v<Plain>) {
    v.value(std::to_string(x));
  } else if constexpr (std::is_signed_v<Plain>) {
    v.signed_number(x);
  } else {
    v.unsigned_number(x);
  }
}

// V is the concrete visitor, complete where this is instantiated.
template <class V, class T>
void visit(V& v, T& x) {
  using Plain = std::remove_const_t<T>;
  if constexpr (Adapter<Plain>) {
    x.visit(v);
  } else if constexpr (HasForm<Plain>) {
    if constexpr (std::same_as<V, Reader>)
      Form<Plain>::read(v, x);
    else if constexpr (std::same_as<V, Writer>)
      Form<Plain>::write(v, x);
    else if constexpr (std::same_as<V, Printer>)
      Form<Plain>::print(v, x);
    else
      Form<Plain>::make(v, x);
  } else if constexpr (is_strong<Plain>::value) {
    visit(v, x.value);
  } else if constexpr (Scalar<Plain>) {
    visit_scalar(v, x);
  } else {
    if (v.enter()) Plain::describe(v, x);
    v.leave();
  }
}

}  // namespace oxb::wire
