// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What changed in a mailbox, told to every session of it after the replica's transaction was committed.
#include "replica/rows.h"

#include <span>
#include <string>
#include <vector>

namespace oxb::sync {

struct MailboxEvent {
  enum class Kind : std::uint8_t {
    folder_created,
    folder_modified,
    folder_deleted,
    folder_moved,
    message_created,
    message_modified,
    message_deleted,
    message_moved
  } kind = Kind::message_modified;
  FolderId folder;        // the folder itself, or the message's folder
  FolderId parent;        // folder events: its parent
  FolderId old_folder;    // moved: the folder (or parent) it came from
  MessageId message;      // message events
  MessageId old_message;  // moved: the id it had; ids stay here, so equal to message
  replica::ContentsKind contents = replica::ContentsKind::normal;
  // Created: it was there before, and its folder is listed for the first time. Tables show it; nothing happened.
  bool found = false;
  bool new_mail = false;  // created in a mail folder by delivery: sessions send NewMail too
  std::string message_class;
  std::uint32_t message_flags{};
};

// Called on the mailbox's executor, never while a transaction is open.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_events(std::span<const MailboxEvent> events) = 0;
};

}  // namespace oxb::sync
