// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Entry ids [MS-OXCDATA] 2.2.4, 2.2.5; [MS-OXNSPI] 2.2.9; [MS-OXOCNTC] 2.2.2.2.4.1.1. Provider ids are byte sequences
// in wire order.
#include "proto/mapi/wire_types.h"
#include "wire/codec.h"

#include <memory>
#include <variant>

namespace oxb::mapi {

namespace provider {
inline constexpr Guid kPublicFolders =
    Guid::of(0x9073441A, 0x66AA, 0xCD11, {0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A});
inline constexpr Guid kStoreWrap =
    Guid::of(0x10BBA138, 0xE505, 0x1A10, {0xA1, 0xBB, 0x08, 0x00, 0x2B, 0x2A, 0x56, 0xC2});
inline constexpr Guid kPrivateStore =
    Guid::of(0x20FA551B, 0x66AA, 0xCD11, {0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A});
inline constexpr Guid kPublicStore =
    Guid::of(0x1002831C, 0x66AA, 0xCD11, {0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A});
inline constexpr Guid kOneOff = Guid::of(0xA41F2B81, 0xA3BE, 0x1910, {0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02});
inline constexpr Guid kAddressBook =
    Guid::of(0xC840A7DC, 0x42C0, 0x1A10, {0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82});
inline constexpr Guid kContact = Guid::of(0x0AAA42FE, 0xC718, 0x101A, {0xE8, 0x85, 0x0B, 0x65, 0x1C, 0x24, 0x00, 0x00});
inline constexpr Guid kWrapped = Guid::of(0xD3AD91C0, 0x9D51, 0x11CF, {0xA4, 0xA9, 0x00, 0xAA, 0x00, 0x47, 0xFA, 0xA4});
}  // namespace provider

// A GUID that must stand there.
struct GuidConstant {
  static constexpr bool kIsAdapter = true;
  const Guid& expected;
  void visit(wire::Reader& r) const;
  void visit(wire::Writer& w) const;
  void visit(wire::Printer& p) const;
  void visit(wire::Generator&) const {}
};
inline GuidConstant guid_constant(const Guid& expected) { return {expected}; }

// 8-bit text in a field of fixed width, padded with NUL.
template <class S>
struct Padded8 {
  static constexpr bool kIsAdapter = true;
  S& text;
  std::size_t width;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V>) {
      wire::detail::assign(text, v.take(width));
      if (const auto end = text.find('\0'); end != std::string::npos) text.resize(end);
    } else if constexpr (wire::is_writer<V>) {
      auto padded = text;
      padded.resize(width);
      v.append(as_bytes(padded));
    } else if constexpr (wire::is_printer<V>) {
      v.quoted(text);
    }
  }
};
template <class S>
Padded8<S> padded8(S& text, std::size_t width) {
  return {text, width};
}

// GLOBCNT and two zero bytes behind a database GUID: the tail of folder and message entry ids is a LongTermID.
struct FolderEntryId {
  static constexpr std::string_view kName = "FolderEntryId";
  static constexpr std::uint16_t kPrivate = 1;
  static constexpr std::uint16_t kPublic = 3;
  std::uint32_t flags{};
  Guid provider;  // the mailbox GUID; provider::kPublicFolders in public stores
  std::uint16_t type = kPrivate;
  LongTermId folder;
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", m.provider);
    v("FolderType", m.type);
    v("Folder", m.folder);
  }
  bool operator==(const FolderEntryId&) const = default;
};

struct MessageEntryId {
  static constexpr std::string_view kName = "MessageEntryId";
  static constexpr std::uint16_t kPrivate = 7;
  static constexpr std::uint16_t kPublic = 9;
  std::uint32_t flags{};
  Guid provider;
  std::uint16_t type = kPrivate;
  LongTermId folder;
  LongTermId message;
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", m.provider);
    v("MessageType", m.type);
    v("Folder", m.folder);
    v("Message", m.message);
  }
  bool operator==(const MessageEntryId&) const = default;
};

struct StoreEntryId {
  static constexpr std::string_view kName = "StoreEntryId";
  static constexpr std::uint32_t kPrivateType = 0x0C;
  static constexpr std::uint32_t kPublicType = 0x06;
  std::uint32_t flags{};
  std::uint8_t version{};
  std::uint8_t flag{};
  std::string dll = "emsmdb.dll";
  std::uint32_t wrapped_flags{};
  Guid wrapped_provider = provider::kPrivateStore;
  std::uint32_t wrapped_type = kPrivateType;
  std::string server;      // ASCII
  std::string mailbox_dn;  // ASCII; empty in public stores
  Bytes tail;              // version 2 and 3 blocks, kept as received
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", guid_constant(provider::kStoreWrap));
    v("Version", m.version);
    v("Flag", m.flag);
    v("DLLFileName", padded8(m.dll, 14));
    v("WrappedFlags", m.wrapped_flags);
    v("WrappedProviderUID", m.wrapped_provider);
    v("WrappedType", m.wrapped_type);
    v("ServerShortname", wire::string8z(m.server));
    v("MailboxDN", wire::priv(wire::string8z(m.mailbox_dn)));
    v("Tail", wire::rest(m.tail));
  }
  bool operator==(const StoreEntryId&) const = default;
};

// [MS-OXCDATA] 2.2.5.1. The texts are UTF-8 here when the Unicode flag is set, else bytes in some code page.
struct OneOffEntryId {
  static constexpr std::string_view kName = "OneOffEntryId";
  static constexpr std::uint16_t kUnicode = 0x8000;
  static constexpr std::uint16_t kNoRichInfo = 0x0001;
  static constexpr std::uint16_t kDoNotLookUp = 0x1000;
  std::uint32_t flags{};
  std::uint16_t version{};
  std::uint16_t one_off_flags = kUnicode | kNoRichInfo;
  std::string display_name;
  std::string address_type = "SMTP";
  std::string email_address;
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", guid_constant(provider::kOneOff));
    v("Version", m.version);
    v("OneOffFlags", m.one_off_flags);
    if (m.one_off_flags & kUnicode) {
      v("DisplayName", wire::priv(wire::utf16z(m.display_name)));
      v("AddressType", wire::utf16z(m.address_type));
      v("EmailAddress", wire::priv(wire::utf16z(m.email_address)));
    } else {
      v("DisplayName", wire::priv(wire::string8z(m.display_name)));
      v("AddressType", wire::string8z(m.address_type));
      v("EmailAddress", wire::priv(wire::string8z(m.email_address)));
    }
  }
  bool operator==(const OneOffEntryId&) const = default;
};

// [MS-OXCDATA] 2.2.5.2, PermanentEntryID of [MS-OXNSPI] 2.2.9.3.
struct AddressBookEntryId {
  static constexpr std::string_view kName = "AddressBookEntryId";
  static constexpr std::uint32_t kUser = 0;
  static constexpr std::uint32_t kDistributionList = 1;
  static constexpr std::uint32_t kContainer = 0x100;
  std::uint32_t flags{};
  std::uint32_t version = 1;
  std::uint32_t type = kUser;
  std::string dn;  // ASCII
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", guid_constant(provider::kAddressBook));
    v("Version", m.version);
    v("Type", m.type);
    v("X500DN", wire::priv(wire::string8z(m.dn)));
  }
  bool operator==(const AddressBookEntryId&) const = default;
};

// [MS-OXNSPI] 2.2.9.2: valid for one server and session only.
struct EphemeralEntryId {
  static constexpr std::string_view kName = "EphemeralEntryId";
  std::uint32_t flags = 0x87;
  Guid server;
  std::uint32_t version = 1;
  std::uint32_t display_type{};
  std::uint32_t mid{};
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", m.server);
    v("R4", m.version);
    v("DisplayType", m.display_type);
    v("Mid", m.mid);
  }
  bool operator==(const EphemeralEntryId&) const = default;
};

// [MS-OXCDATA] 2.2.5.3 contact address (type 4), 2.2.5.4 personal distribution list (type 5).
struct ContactAddressEntryId {
  static constexpr std::string_view kName = "ContactAddressEntryId";
  static constexpr std::uint32_t kAddress = 4;
  static constexpr std::uint32_t kDistributionList = 5;
  std::uint32_t flags{};
  std::uint32_t version = 3;
  std::uint32_t type = kAddress;
  std::uint32_t index{};  // 0-2 e-mail, 3-5 fax; 0xFF in distribution lists
  Bytes entry_id;         // of the contact's message
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", guid_constant(provider::kContact));
    v("Version", m.version);
    v("Type", m.type);
    v("Index", m.index);
    v("EntryId", wire::blob<std::uint32_t>(m.entry_id));
  }
  bool operator==(const ContactAddressEntryId&) const = default;
};

// [MS-OXOCNTC] 2.2.2.2.4.1.1: a member of a personal distribution list.
struct WrappedEntryId {
  static constexpr std::string_view kName = "WrappedEntryId";
  std::uint32_t flags{};
  std::uint8_t
      type{};  // low nibble: 3 contact, 4 list, 5 address-book user, 6 address-book list; bits 4-6 which address
  Bytes entry_id;
  static void describe(auto& v, auto& m) {
    v("Flags", m.flags);
    v("ProviderUID", guid_constant(provider::kWrapped));
    v("Type", m.type);
    v("EntryId", wire::rest(m.entry_id));
  }
  bool operator==(const WrappedEntryId&) const = default;
};

using EntryId = std::variant<FolderEntryId, MessageEntryId, StoreEntryId, OneOffEntryId, AddressBookEntryId,
                             EphemeralEntryId, ContactAddressEntryId, WrappedEntryId>;

// By provider id, then by length. unsupported: bytes of no kind known here; malformed: of a known kind, but broken.
Result<EntryId> parse_entry_id(ByteView bytes);
Bytes to_bytes(const EntryId& id);
std::string entry_id_text(ByteView bytes, wire::Privacy privacy);

// [MS-OXOABK] search keys: "SMTP:USER@EXAMPLE.COM" and a NUL, upper case.
Bytes search_key(std::string_view address_type, std::string_view address);

}  // namespace oxb::mapi
