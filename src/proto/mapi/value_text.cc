// SPDX-License-Identifier: GPL-3.0-or-later
// Property values for people, and how large they are.
#include "base/text.h"
#include "proto/mapi/restriction.h"
#include "proto/mapi/tags.h"
#include "proto/mapi/value.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace oxb::mapi {
namespace {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out.append({'\\', c});
    else if (u < 0x20 || u == 0x7F)
      out += fmt::format("\\x{:02x}", u);
    else
      out += c;
  }
  return out + '"';
}

std::string quote8(std::string_view bytes) {
  if (is_valid_utf8(bytes)) return quote(bytes);
  return fmt::format("8-bit {}", to_hex(as_bytes(bytes)));
}

struct ToText {
  bool shown;
  std::string hidden(std::size_t size) const { return fmt::format("<private, {} bytes>", size); }

  std::string operator()(std::monostate) const { return "absent"; }
  std::string operator()(std::int16_t x) const { return fmt::format("{}", x); }
  std::string operator()(std::int32_t x) const {
    return x >= 0 && x < 10 ? fmt::format("{}", x) : fmt::format("{} ({:#x})", x, static_cast<std::uint32_t>(x));
  }
  std::string operator()(std::int64_t x) const {
    return x >= 0 && x < 10 ? fmt::format("{}", x) : fmt::format("{} ({:#x})", x, static_cast<std::uint64_t>(x));
  }
  std::string operator()(float x) const { return fmt::format("{}", x); }
  std::string operator()(double x) const { return fmt::format("{}", x); }
  std::string operator()(const Currency& x) const {
    return fmt::format("{}{}.{:04}", x.ten_thousandths < 0 ? "-" : "", magnitude(x.ten_thousandths) / 10000,
                       magnitude(x.ten_thousandths) % 10000);
  }
  std::string operator()(const FloatingTime& x) const { return fmt::format("{} days", x.days); }
  std::string operator()(const ErrorValue& x) const { return fmt::format("error {:#x}", x.code); }
  std::string operator()(bool x) const { return x ? "true" : "false"; }
  std::string operator()(const ObjectValue&) const { return "object"; }
  std::string operator()(const String8& x) const { return shown ? quote8(x.bytes) : hidden(x.bytes.size()); }
  std::string operator()(const std::string& x) const { return shown ? quote(x) : hidden(x.size()); }
  std::string operator()(const FileTime& x) const { return time_text(x); }
  std::string operator()(const Guid& x) const { return to_text(x); }
  std::string operator()(const ServerId& x) const {
    if (const auto entry = server_entry(x))
      return fmt::format("folder {:x}-{:012x} message {:x}-{:012x} instance {}", entry->folder.replica(),
                         entry->folder.counter(), entry->message.replica(), entry->message.counter(), entry->instance);
    return shown ? to_hex(x.bytes) : hidden(x.bytes.size());
  }
  std::string operator()(const RestrictionValue& x) const {
    return x.restriction ? restriction_text(*x.restriction, shown ? wire::Privacy::show : wire::Privacy::hide) : "none";
  }
  std::string operator()(const RuleActions& x) const {
    return shown ? fmt::format("actions {}", to_hex(x.bytes)) : hidden(x.bytes.size());
  }
  std::string operator()(const Bytes& x) const {
    return shown ? fmt::format("({}) {}", x.size(), to_hex(x)) : hidden(x.size());
  }
  template <class T>
  std::string operator()(const std::vector<T>& items) const {
    std::string out = "[";
    for (const auto& item : items) {
      if (out.size() > 1) out += ", ";
      out += (*this)(item);
    }
    return out + "]";
  }
  static std::uint64_t magnitude(std::int64_t x) {
    return x < 0 ? ~static_cast<std::uint64_t>(x) + 1 : static_cast<std::uint64_t>(x);
  }
};

constexpr std::uint8_t kOurs = 1;

}  // namespace

std::string value_text(const PropertyValue& value, wire::Privacy privacy) {
  return std::visit(ToText{privacy == wire::Privacy::show}, value);
}

std::string time_text(FileTime time) {
  if (time.ticks > 0x7FFF'FFFF'FFFF'FFFFULL) return fmt::format("FILETIME {:#x}", time.ticks);
  const auto point = instant(time);
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  auto rest = (point - day).count();
  const auto fraction = rest % 10'000'000;
  rest /= 10'000'000;
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                          rest / 60 % 60, rest % 60);
  if (fraction != 0) text += fmt::format(".{:07}", fraction);
  return text + "Z";
}

void print_property(wire::Printer& p, const Property& x) {
  p.value(fmt::format("{} = {}", tag_text(x.tag),
                      value_text(x.value, p.shows_private() ? wire::Privacy::show : wire::Privacy::hide)));
}

namespace {

struct Size {
  std::size_t operator()(std::monostate) const { return 0; }
  std::size_t operator()(std::int16_t) const { return 2; }
  std::size_t operator()(std::int32_t) const { return 4; }
  std::size_t operator()(std::int64_t) const { return 8; }
  std::size_t operator()(float) const { return 4; }
  std::size_t operator()(double) const { return 8; }
  std::size_t operator()(const Currency&) const { return 8; }
  std::size_t operator()(const FloatingTime&) const { return 8; }
  std::size_t operator()(const ErrorValue&) const { return 4; }
  std::size_t operator()(bool) const { return 1; }
  std::size_t operator()(const ObjectValue&) const { return 0; }
  std::size_t operator()(const String8& x) const { return x.bytes.size() + 1; }
  std::size_t operator()(const std::string& x) const { return x.size() * 2 + 2; }
  std::size_t operator()(const FileTime&) const { return 8; }
  std::size_t operator()(const Guid&) const { return 16; }
  std::size_t operator()(const ServerId& x) const { return x.bytes.size() + 2; }
  std::size_t operator()(const RestrictionValue& x) const {
    wire::Writer w;
    write_restriction(w, x.restriction ? *x.restriction : Restriction{}, RestrictionForm::rop);
    return w.size();
  }
  std::size_t operator()(const RuleActions& x) const { return x.bytes.size() + 2; }
  std::size_t operator()(const Bytes& x) const { return x.size() + 2; }
  template <class T>
  std::size_t operator()(const std::vector<T>& items) const {
    std::size_t total = 4;
    for (const auto& item : items) total += (*this)(item);
    return total;
  }
};

}  // namespace

std::size_t value_size(const PropertyValue& value) { return std::visit(Size{}, value); }

ServerId server_id(const ServerEntry& entry) {
  wire::Writer w;
  w.number(kOurs);
  w.number(entry.folder.raw);
  w.number(entry.message.raw);
  w.number(entry.instance);
  return ServerId{w.bytes()};
}

std::optional<ServerEntry> server_entry(const ServerId& id) {
  wire::Reader r(id.bytes);
  if (r.number<std::uint8_t>() != kOurs) return std::nullopt;
  ServerEntry entry;
  entry.folder.raw = r.number<std::uint64_t>();
  entry.message.raw = r.number<std::uint64_t>();
  entry.instance = r.number<std::uint32_t>();
  if (!r.finish()) return std::nullopt;
  return entry;
}

}  // namespace oxb::mapi
