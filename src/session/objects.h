// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What handles stand for. An object holds what it needs of its parents: a client may release them first.
#include "proto/mapi/content.h"
#include "session/store.h"

#include <map>
#include <memory>
#include <optional>
#include <set>

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

// The bytes of one object's unsaved changes in the sum of its context.
class Charge {
 public:
  Charge() = default;
  Charge(const Charge&) = delete;
  ~Charge() { set(0); }
  void count_in(std::shared_ptr<std::size_t> sum) {
    if (!sum_) sum_ = std::move(sum);
  }
  void set(std::size_t bytes) {
    if (!sum_) return;
    *sum_ = *sum_ - bytes_ + bytes;
    bytes_ = bytes;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<std::size_t> sum_;
  std::size_t bytes_ = 0;
};

struct Attachment;

// [MS-OXCMSG] 3.2.1: a message as it was when it was opened, with what was set since. draft.h changes it.
struct Message final : Object {
  replica::MessageRow row;                       // id zero: not saved yet, or embedded
  std::shared_ptr<const mapi::Content> content;  // null until somebody asks for it
  std::shared_ptr<mapi::Content> draft;          // set by the first change; content points to it then
  bool is_outdated = false;                      // content is what was saved, not yet what is stored now
  std::shared_ptr<Attachment> attachment;        // of an embedded one: where it lies
  bool writable = false;
  bool is_embedded = false;
  bool is_submitted = false;
  unsigned depth = 0;                            // how many messages it is embedded in
  std::int32_t access = 0x02;                    // PidTagAccess
  std::uint32_t code_page = 1252;                // of PtypString8
  std::vector<mapi::PropTag> recipient_columns;  // that the answer to opening it named

  // What differs from the stored message.
  std::set<mapi::PropId> changed;
  std::set<mapi::PropId> written_bodies;
  bool recipients_changed = false;
  bool attachments_changed = false;
  Charge charge;

  // Bodies made from the native one, by tag; nullopt: this form cannot be made.
  mutable std::map<mapi::PropTag, std::optional<mapi::PropertyValue>> bodies;

  bool is_new() const { return row.id.value == 0 && !is_embedded; }
  // The numbers by which the client knows recipients and attachments, beside their places in content. They last as
  // long as the object does.
  const std::vector<std::uint32_t>& recipient_ids() const;
  const std::vector<std::uint32_t>& attachment_numbers() const;
  std::optional<std::size_t> attachment_index(std::uint32_t number) const;
  void reserve_attachment_numbers();  // those in use are not given again
  std::uint32_t take_attachment_number();
  void forget_numbers();
  mutable std::vector<std::uint32_t> recipient_ids_;  // for draft.cc
  mutable std::vector<std::uint32_t> attachment_numbers_;

 private:
  std::uint32_t next_attachment_ = 0;
};

struct Attachment final : Object {
  std::shared_ptr<Message> message;
  std::uint32_t number{};
  bool writable = false;
  std::shared_ptr<mapi::Attachment> draft;  // set by the first change; SaveChangesAttachment puts it into the message
  Charge charge;
  // What it is now; null: deleted meanwhile.
  const mapi::Attachment* value() const;
};

// [MS-OXCNOTIF] 2.2.1.2.1
struct Subscription final : Object {
  std::uint16_t types{};
  bool whole_store = false;
  FolderId folder;
  MessageId message;
};

}  // namespace oxb::session
