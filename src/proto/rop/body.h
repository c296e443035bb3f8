// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A request or response of any ROP behind one type, and the pieces that many ROPs share.
#include "base/result.h"
#include "proto/mapi/value.h"
#include "proto/rop/error_codes.h"

#include <memory>
#include <optional>

namespace oxb::rop {

using HandleIndex = std::uint8_t;
using mapi::Eid;
using mapi::PropTag;

constexpr std::uint32_t kNoHandle = 0xFFFF'FFFF;

template <class... Rops>
struct TypeList {};

template <class... Lists>
struct Concat;
template <class... A>
struct Concat<TypeList<A...>> {
  using type = TypeList<A...>;
};
template <class... A, class... B, class... More>
struct Concat<TypeList<A...>, TypeList<B...>, More...> {
  using type = typename Concat<TypeList<A..., B...>, More...>::type;
};

// Holds a value of any struct, shared and immutable; knows which.
class AnyBody {
 public:
  AnyBody() = default;
  template <class T>
  static AnyBody of(T value) {
    AnyBody any;
    any.value_ = std::make_shared<const T>(std::move(value));
    any.key_ = key<T>();
    return any;
  }
  template <class T>
  const T* get() const {
    return key_ == key<T>() ? static_cast<const T*>(value_.get()) : nullptr;
  }
  // The caller knows the type: dispatch by ROP id is what tells it.
  template <class T>
  const T& as() const {
    const auto* value = get<T>();
    OXB_ASSERT(value != nullptr);
    return *value;
  }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  template <class T>
  static const void* key() {
    static const char here = 0;
    return &here;
  }
  std::shared_ptr<const void> value_;
  const void* key_ = nullptr;
};

// Which fields of some requests exist depends on the logon: a wire parameter, absent = private.
enum class LogonKind : std::uint8_t { private_mailbox, public_folders };

// ---- bodies without fields of their own ----
struct InputOnly {
  HandleIndex input{};
  static void describe(auto& v, auto& m) { v("InputHandleIndex", m.input); }
  bool operator==(const InputOnly&) const = default;
};
struct InputOutput {
  HandleIndex input{};
  HandleIndex output{};
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("OutputHandleIndex", m.output);
  }
  bool operator==(const InputOutput&) const = default;
};
struct NoFields {
  static void describe(auto&, auto&) {}
  bool operator==(const NoFields&) const = default;
};
struct PartialCompletion {
  bool partial{};
  static void describe(auto& v, auto& m) { v("PartialCompletion", wire::bool8(m.partial)); }
  bool operator==(const PartialCompletion&) const = default;
};

// PropertyProblem [MS-OXCDATA] 2.7
struct PropertyProblem {
  std::uint16_t index{};
  PropTag tag;
  EcCode error = EcCode::computed;
  static void describe(auto& v, auto& m) {
    v("Index", m.index);
    v("PropertyTag", m.tag);
    v("ErrorCode", m.error);
  }
  bool operator==(const PropertyProblem&) const = default;
};
struct PropertyProblems {
  std::vector<PropertyProblem> problems;
  static void describe(auto& v, auto& m) { v("PropertyProblems", wire::counted<std::uint16_t>(m.problems)); }
  bool operator==(const PropertyProblems&) const = default;
};

// ROPs with a destination handle that names nothing [MS-OXCROPS] 2.2.4.6.3 etc.: return value ecDstNullObject.
struct NullDestination {
  std::uint32_t destination{};
  bool partial{};
  static void describe(auto& v, auto& m) {
    v("DestHandleIndex", m.destination);
    v("PartialCompletion", wire::bool8(m.partial));
  }
  bool operator==(const NullDestination&) const = default;
};

// UTF-16 or 8-bit, as a flag read before says. Text in the 8-bit form stays in its code page.
template <class S>
struct TextBy {
  static constexpr bool kIsAdapter = true;
  bool unicode;
  S& text;
  template <class V>
  void visit(V& v) const {
    if (unicode)
      wire::utf16z(text).visit(v);
    else
      wire::string8z(text).visit(v);
  }
};
template <class S>
TextBy<S> text_by(bool unicode, S& text) {
  return {unicode, text};
}

// A text behind its size, which counts the terminator; 0 stands for no text at all.
template <class N, class S>
struct SizedZ {
  static constexpr bool kIsAdapter = true;
  S& text;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V>) {
      wire::blob<N>(text).visit(v);
      if (text.empty()) return;
      if (text.back() != '\0') return v.set_error(Errc::malformed, "text without terminator");
      text.resize(text.find('\0'));
    } else if constexpr (wire::is_writer<V>) {
      auto terminated = text;
      if (!terminated.empty()) terminated.push_back('\0');
      wire::blob<N>(terminated).visit(v);
    } else if constexpr (wire::is_printer<V>) {
      v.quoted(text);
    } else {
      text = v.ascii();
    }
  }
};
template <class N, class S>
SizedZ<N, S> sized_z(S& text) {
  return {text};
}

// Zero-terminated 8-bit names whose count was read before.
template <class C>
struct Names {
  static constexpr bool kIsAdapter = true;
  C& items;
  std::size_t count;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V> || wire::is_generator<V>) {
      items.clear();
      for (std::size_t i = 0; i < count && !v.failed(); ++i) v.element(i, wire::string8z(items.emplace_back()));
    } else {
      if constexpr (wire::is_printer<V>) v.begin_list(items.size());
      std::size_t i = 0;
      for (auto& item : items) v.element(i++, wire::string8z(item));
      if constexpr (wire::is_printer<V>) v.end_list();
    }
  }
};
template <class C>
Names<C> names(C& items, std::size_t count) {
  return {items, count};
}

// A list item whose describe() wants something that was read before it.
template <class C, class T>
struct With {
  static constexpr bool kIsAdapter = true;
  const C& context;
  T& item;
  template <class V>
  void visit(V& v) const {
    if (v.enter()) std::remove_const_t<T>::describe(v, item, context);
    v.leave();
  }
};
template <class C, class T>
With<C, T> with(const C& context, T& item) {
  return {context, item};
}

}  // namespace oxb::rop
