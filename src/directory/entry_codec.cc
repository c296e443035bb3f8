// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/entry_codec.h"

#include <cstring>

namespace oxb::directory {
namespace {

using model::DirectoryEntry;

constexpr std::byte kVersion{1};

class Sink {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::byte>(value | 0x80));
    out_.push_back(static_cast<std::byte>(value));
  }
  void text(std::string_view value) {
    number(value.size());
    const auto bytes = as_bytes(value);
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  void texts(const std::vector<std::string>& values) {
    number(values.size());
    for (const auto& value : values) text(value);
  }
  void instant(const std::optional<Instant>& value) {
    number(value ? 1 : 0);
    if (value) number(static_cast<std::uint64_t>(value->time_since_epoch().count()));
  }
  void date(const std::optional<model::Date>& value) {
    number(value ? 1 : 0);
    if (!value) return;
    number(static_cast<std::uint64_t>(value->year));
    number(value->month);
    number(value->day);
  }
  void raw(std::byte b) { out_.push_back(b); }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

// Reads what Sink wrote; after the first error everything is empty.
class Source {
 public:
  explicit Source(ByteView bytes) : bytes_(bytes) {}
  bool good() const { return good_; }
  bool at_end() const { return bytes_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto b = static_cast<std::uint8_t>(bytes_.front());
      bytes_ = bytes_.subspan(1);
      value |= static_cast<std::uint64_t>(b & 0x7F) << shift;
      if ((b & 0x80) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::string text() {
    const auto size = number();
    if (size > bytes_.size()) good_ = false;
    if (!good_) return {};
    std::string out(as_text(bytes_.first(size)));
    bytes_ = bytes_.subspan(size);
    return out;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    const auto count = number();
    for (std::uint64_t i = 0; i < count && good_; ++i) out.push_back(text());
    return out;
  }
  std::optional<Instant> instant() {
    if (number() == 0) return {};
    return Instant(Ticks(static_cast<std::int64_t>(number())));
  }
  std::optional<model::Date> date() {
    if (number() == 0) return {};
    model::Date out;
    out.year = static_cast<std::int16_t>(number());
    out.month = static_cast<std::uint8_t>(number());
    out.day = static_cast<std::uint8_t>(number());
    return out;
  }

 private:
  ByteView bytes_;
  bool good_ = true;
};

}  // namespace

Bytes encode_entry(const DirectoryEntry& entry) {
  Sink out;
  out.raw(kVersion);
  out.number(static_cast<std::uint64_t>(entry.kind));
  out.number(entry.id);
  out.text(entry.login);
  out.text(entry.display_name);
  out.text(entry.email);
  out.texts(entry.aliases);
  out.text(entry.description);
  out.number(entry.members.size());
  for (const auto member : entry.members) out.number(member);
  out.instant(entry.modified);
  const auto& contact = entry.details;
  out.text(contact.id.value);
  out.text(contact.folder.value);
  out.text(contact.uid);
  out.date(contact.birthday);
  out.date(contact.anniversary);
  out.text(contact.image ? contact.image->url : "");
  std::uint64_t fields = 0;
  for (const auto& text : contact.text) fields += text.empty() ? 0 : 1;
  out.number(fields);
  for (std::size_t i = 0; i < contact.text.size(); ++i) {
    if (contact.text[i].empty()) continue;
    // By name: the enumeration may grow in the middle.
    out.text(name(static_cast<model::ContactField>(i)));
    out.text(contact.text[i]);
  }
  return out.take();
}

Result<DirectoryEntry> decode_entry(ByteView bytes) {
  if (bytes.empty()) return fail(Errc::malformed, "directory entry is empty");
  if (bytes.front() != kVersion) return fail(Errc::unsupported, "directory entry of an unknown version");
  Source in(bytes.subspan(1));
  DirectoryEntry out;
  const auto kind = in.number();
  if (kind > 2) return fail(Errc::malformed, "directory entry of an unknown kind");
  out.kind = static_cast<DirectoryEntry::Kind>(kind);
  out.id = static_cast<std::uint32_t>(in.number());
  out.login = in.text();
  out.display_name = in.text();
  out.email = in.text();
  out.aliases = in.texts();
  out.description = in.text();
  const auto members = in.number();
  for (std::uint64_t i = 0; i < members && in.good(); ++i)
    out.members.push_back(static_cast<std::uint32_t>(in.number()));
  out.modified = in.instant();
  auto& contact = out.details;
  contact.id.value = in.text();
  contact.folder.value = in.text();
  contact.uid = in.text();
  contact.birthday = in.date();
  contact.anniversary = in.date();
  if (auto url = in.text(); !url.empty()) contact.image = model::Contact::Image{{}, std::move(url), {}, {}};
  const auto fields = in.number();
  for (std::uint64_t i = 0; i < fields && in.good(); ++i) {
    const auto field = in.text();
    auto text = in.text();
    for (std::size_t k = 0; k < contact.text.size(); ++k) {
      if (name(static_cast<model::ContactField>(k)) == field) contact.text[k] = std::move(text);
    }
  }
  if (!in.good() || !in.at_end()) return fail(Errc::malformed, "directory entry is damaged");
  if (out.kind == DirectoryEntry::Kind::user) contact.user = RemoteId{std::to_string(out.id)};
  return out;
}

}  // namespace oxb::directory
