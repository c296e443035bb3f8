// SPDX-License-Identifier: GPL-3.0-or-later
#include "replica/codec.h"

#include <cstring>
#include <type_traits>

namespace oxb::replica {
namespace {

using namespace mapi;

constexpr std::uint8_t kFormat = 1;
constexpr int kDeepest = 32;  // embedded messages

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

class Out {
 public:
  Bytes bytes;
  Result<> error;

  void number(std::uint64_t v) {  // LEB128
    while (v >= 0x80) {
      bytes.push_back(static_cast<std::byte>(v | 0x80));
      v >>= 7;
    }
    bytes.push_back(static_cast<std::byte>(v));
  }
  void raw(const void* p, std::size_t n) {
    const auto* b = static_cast<const std::byte*>(p);
    bytes.insert(bytes.end(), b, b + n);
  }
  void put(std::monostate) {}
  void put(ObjectValue) {}
  void put(bool v) { number(v ? 1 : 0); }
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) void put(T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(v) >> (8 * i) & 255));
  }
  void put(float v) {
    std::uint32_t u = 0;
    std::memcpy(&u, &v, sizeof u);
    put(u);
  }
  void put(double v) {
    std::uint64_t u = 0;
    std::memcpy(&u, &v, sizeof u);
    put(u);
  }
  void put(Currency v) { put(v.ten_thousandths); }
  void put(FloatingTime v) { put(v.days); }
  void put(ErrorValue v) { put(v.code); }
  void put(FileTime v) { put(v.ticks); }
  void put(const Guid& v) { raw(v.bytes.data(), v.bytes.size()); }
  void put(const std::string& v) {
    number(v.size());
    raw(v.data(), v.size());
  }
  void put(const String8& v) { put(v.bytes); }
  void put(const ServerId& v) { put_bytes(v.bytes); }
  void put(const RuleActions& v) { put_bytes(v.bytes); }
  void put(const RestrictionValue&) { error = fail(Errc::unsupported, "a restriction cannot be stored as a property"); }
  template <class T>
  void put(const std::vector<T>& v) {
    if constexpr (std::is_same_v<T, std::byte>) {
      put_bytes(v);
    } else {
      number(v.size());
      for (const auto& item : v) put(item);
    }
  }
  void put(const PropertyBag& bag) {
    number(bag.size());
    for (const auto& p : bag.all()) {
      put(p.tag.value);
      std::visit([this](const auto& v) { put(v); }, p.value);
    }
  }
  void put(const Content& c) {
    OXB_ASSERT(c.named.empty());
    put(c.properties);
    number(c.recipients.size());
    for (const auto& r : c.recipients) put(r.properties);
    number(c.attachments.size());
    for (const auto& a : c.attachments) {
      OXB_ASSERT(a.named.empty());
      put(a.properties);
      put(a.embedded != nullptr);
      if (a.embedded) put(*a.embedded);
    }
  }

 private:
  void put_bytes(const Bytes& v) {
    number(v.size());
    raw(v.data(), v.size());
  }
};

class In {
 public:
  explicit In(ByteView bytes) : in_(bytes) {}
  bool ok = true;

  std::uint64_t number() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto b = byte();
      v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return v;
    }
    ok = false;
    return 0;
  }
  std::size_t count() {  // of things that take at least one byte each, or are bounded by what is left
    const auto n = number();
    if (n > in_.size()) ok = false;
    return ok ? static_cast<std::size_t>(n) : 0;
  }
  void get(std::monostate&) {}
  void get(ObjectValue&) {}
  void get(bool& v) { v = byte() != 0; }
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) void get(T& v) {
    std::uint64_t u = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) u |= static_cast<std::uint64_t>(byte()) << (8 * i);
    v = static_cast<T>(u);
  }
  void get(float& v) {
    std::uint32_t u = 0;
    get(u);
    std::memcpy(&v, &u, sizeof v);
  }
  void get(double& v) {
    std::uint64_t u = 0;
    get(u);
    std::memcpy(&v, &u, sizeof v);
  }
  void get(Currency& v) { get(v.ten_thousandths); }
  void get(FloatingTime& v) { get(v.days); }
  void get(ErrorValue& v) { get(v.code); }
  void get(FileTime& v) { get(v.ticks); }
  void get(Guid& v) {
    for (auto& b : v.bytes) b = static_cast<std::byte>(byte());
  }
  void get(std::string& v) { v = std::string(as_text(take(count()))); }
  void get(String8& v) { get(v.bytes); }
  void get(ServerId& v) { get_bytes(v.bytes); }
  void get(RuleActions& v) { get_bytes(v.bytes); }
  void get(RestrictionValue&) { ok = false; }
  template <class T>
  void get(std::vector<T>& v) {
    if constexpr (std::is_same_v<T, std::byte>) {
      get_bytes(v);
    } else {
      const auto n = count();
      for (std::size_t i = 0; i < n && ok; ++i) get(v.emplace_back());
    }
  }
  void get(PropertyBag& bag) {
    const auto n = count();
    for (std::size_t i = 0; i < n && ok; ++i) {
      std::uint32_t raw = 0;
      get(raw);
      const PropTag tag{raw};
      auto value = blank(tag.type());
      std::visit([this](auto& v) { get(v); }, value);
      if (ok && type_of(value) == tag.type()) bag.set(tag, std::move(value));
    }
  }
  void get(Content& c, int depth = 0) {
    if (depth > kDeepest) {
      ok = false;
      return;
    }
    get(c.properties);
    for (auto n = count(); n > 0 && ok; --n) get(c.recipients.emplace_back().properties);
    for (auto n = count(); n > 0 && ok; --n) {
      auto& a = c.attachments.emplace_back();
      get(a.properties);
      bool embedded = false;
      get(embedded);
      if (embedded && ok) {
        auto inner = std::make_shared<Content>();
        get(*inner, depth + 1);
        a.embedded = std::move(inner);
      }
    }
  }
  bool done() const { return ok && in_.empty(); }
  std::uint8_t byte() {
    const auto b = take(1);
    return b.empty() ? 0 : std::to_integer<std::uint8_t>(b[0]);
  }

 private:
  ByteView take(std::size_t n) {
    if (n > in_.size()) {
      ok = false;
      in_ = {};
      return {};
    }
    const auto head = in_.first(n);
    in_ = in_.subspan(n);
    return head;
  }
  void get_bytes(Bytes& v) {
    const auto b = take(count());
    v.assign(b.begin(), b.end());
  }
  template <std::size_t I = 0>
  static PropertyValue blank(PropType type) {
    if constexpr (I < std::variant_size_v<PropertyValue>) {
      PropertyValue v{std::in_place_index<I>};
      return type_of(v) == type ? v : blank<I + 1>(type);
    } else {
      return {};
    }
  }
  ByteView in_;
};

template <class T>
Result<Bytes> encode(const T& value) {
  Out out;
  out.bytes.push_back(std::byte{kFormat});
  out.put(value);
  OXB_CHECK(out.error);
  return std::move(out.bytes);
}

template <class T>
Result<T> decode(ByteView bytes) {
  In in(bytes);
  T value;
  if (in.byte() != kFormat) return fail(Errc::internal, "stored properties have an unknown format");
  in.get(value);
  if (!in.done()) return fail(Errc::internal, "stored properties are damaged");
  return value;
}

}  // namespace

Result<Bytes> encode_bag(const PropertyBag& bag) { return encode(bag); }
Result<PropertyBag> decode_bag(ByteView bytes) {
  return bytes.empty() ? Result<PropertyBag>() : decode<PropertyBag>(bytes);
}
Result<Bytes> encode_content(const Content& content) { return encode(content); }
Result<Content> decode_content(ByteView bytes) { return decode<Content>(bytes); }

}  // namespace oxb::replica
