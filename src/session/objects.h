// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What handles stand for. An object holds what it needs of its parents: a client may release them first.
#include "proto/mapi/content.h"
#include "session/store.h"

#include <map>
#include <memory>
#include <optional>

namespace oxb::session {

using Handle = std::uint32_t;
constexpr Handle kNoHandle = 0xFFFF'FFFF;

struct Logon;

class Object {
 public:
  virtual ~Object() = default;
  Handle handle = kNoHandle;
  std::shared_ptr<Logon> logon;  // null for a Logon itself
};

// [MS-OXCSTOR] 1.3.1
struct Logon final : Object {
  std::uint8_t id{};
  std::shared_ptr<const Store> store;
  std::uint32_t code_page = 1252;
};

struct Folder final : Object {
  FolderId id;
};

// [MS-OXCMSG] 3.2.1: a message as it was when it was opened, with what was set since.
struct Message final : Object {
  replica::MessageRow row;                       // id zero: not saved yet, or embedded
  std::shared_ptr<const mapi::Content> content;  // null until somebody asks for it
  std::shared_ptr<mapi::Content> draft;          // set by the first change; content points to it then
  std::shared_ptr<const void> owner;             // keeps an embedded message's outer one
  bool writable = false;
  bool is_embedded = false;
  std::uint32_t code_page = 1252;                // of PtypString8
  std::vector<mapi::PropTag> recipient_columns;  // that the answer to opening it named

  // Bodies made from the native one, by tag; nullopt: this form cannot be made.
  mutable std::map<mapi::PropTag, std::optional<mapi::PropertyValue>> bodies;

  bool is_new() const { return row.id.value == 0 && !is_embedded; }
  // Every property moves into the draft, so that there is one place to change.
  mapi::PropertyBag& change();
};

struct Attachment final : Object {
  std::shared_ptr<Message> message;
  std::size_t number{};
  const mapi::Attachment& value() const { return message->content->attachments[number]; }
};

// [MS-OXCNOTIF] 2.2.1.2.1
struct Subscription final : Object {
  std::uint16_t types{};
  bool whole_store = false;
  FolderId folder;
  MessageId message;
};

}  // namespace oxb::session
