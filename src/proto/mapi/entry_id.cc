// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/entry_id.h"

#include "base/text.h"
#include "wire/codec_impl.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mapi {

void GuidConstant::visit(wire::Reader& r) const {
  Guid found;
  wire::Form<Guid>::read(r, found);
  if (!r.failed() && found != expected) r.set_error(Errc::malformed, "unexpected provider id");
}
void GuidConstant::visit(wire::Writer& w) const { w.append(expected.bytes); }
void GuidConstant::visit(wire::Printer& p) const { p.value(to_text(expected)); }

}  // namespace oxb::mapi

template struct oxb::wire::Codec<oxb::mapi::FolderEntryId>;
template struct oxb::wire::Codec<oxb::mapi::MessageEntryId>;
template struct oxb::wire::Codec<oxb::mapi::StoreEntryId>;
template struct oxb::wire::Codec<oxb::mapi::OneOffEntryId>;
template struct oxb::wire::Codec<oxb::mapi::AddressBookEntryId>;
template struct oxb::wire::Codec<oxb::mapi::EphemeralEntryId>;
template struct oxb::wire::Codec<oxb::mapi::ContactAddressEntryId>;
template struct oxb::wire::Codec<oxb::mapi::WrappedEntryId>;

namespace oxb::mapi {
namespace {

constexpr std::size_t kHeader = 20;  // flags and provider
constexpr std::size_t kFolderSize = 46;
constexpr std::size_t kMessageSize = 70;
constexpr std::size_t kEphemeralSize = 32;
constexpr std::byte kEphemeral{0x87};

template <class T>
Result<EntryId> parse_as(ByteView bytes) {
  OXB_TRY(T id, wire::decode<T>(bytes));
  return EntryId{std::move(id)};
}

}  // namespace

Result<EntryId> parse_entry_id(ByteView bytes) {
  if (bytes.size() < kHeader) return fail(Errc::malformed, fmt::format("entry id of {} bytes", bytes.size()));
  Guid uid;
  std::copy_n(bytes.begin() + 4, 16, uid.bytes.begin());
  if (uid == provider::kOneOff) return parse_as<OneOffEntryId>(bytes);
  if (uid == provider::kAddressBook) return parse_as<AddressBookEntryId>(bytes);
  if (uid == provider::kStoreWrap) return parse_as<StoreEntryId>(bytes);
  if (uid == provider::kContact) return parse_as<ContactAddressEntryId>(bytes);
  if (uid == provider::kWrapped) return parse_as<WrappedEntryId>(bytes);
  if (bytes.size() == kFolderSize) return parse_as<FolderEntryId>(bytes);
  if (bytes.size() == kMessageSize) return parse_as<MessageEntryId>(bytes);
  if (bytes.size() == kEphemeralSize && bytes[0] == kEphemeral) return parse_as<EphemeralEntryId>(bytes);
  return fail(Errc::unsupported, fmt::format("entry id of {} bytes and unknown provider", bytes.size()));
}

Bytes to_bytes(const EntryId& id) {
  return std::visit(
      [](const auto& x) {
        auto bytes = wire::encode(x);
        OXB_ASSERT(bytes.has_value());  // these structures hold no narrow lengths
        return std::move(*bytes);
      },
      id);
}

std::string entry_id_text(ByteView bytes, wire::Privacy privacy) {
  const auto id = parse_entry_id(bytes);
  if (!id)
    return fmt::format("entry id ({}) {}", bytes.size(), to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 32))));
  return std::visit([&](const auto& x) { return wire::dump(x, privacy); }, *id);
}

Bytes search_key(std::string_view address_type, std::string_view address) {
  // Upper case as the directory compares: ASCII only, other characters stay.
  auto text = ascii_upper(address_type) + ":" + ascii_upper(address);
  text.push_back('\0');
  return oxb::to_bytes(text);
}

}  // namespace oxb::mapi
