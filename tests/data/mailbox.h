// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Everything that a MAPI client can read of a mailbox: every folder, every item, every property, recipient, attachment,
// embedded message and body.
#include "cli/mapi_client.h"
#include "proto/mapi/recurrence.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oxb::data {

struct SeenItem;

struct SeenFile {
  std::string name;
  bool hidden = false;  // shown in the text, or an exception of a series
  Bytes data;
  std::shared_ptr<const SeenItem> message;  // of an embedded one
};

struct SeenItem {
  std::string folder;  // "Contacts/Old"
  std::string container_class;
  std::string message_class, subject, display_name, sender_name, sender_address, from_name, from_address, headers;
  std::string row_subject;  // what the contents table says
  std::string uid;          // out of PidLidGlobalObjectId
  std::string location;
  std::optional<Instant> submitted, delivered, start, end;
  bool recurring = false;
  std::optional<mapi::AppointmentRecurrence> recurrence;
  std::vector<std::string> addresses;  // of a contact
  std::size_t size = 0;
  std::size_t recipients = 0;
  std::size_t properties = 0;
  std::string body, html, rtf;
  std::string all_text;  // every property that is text
  std::vector<SeenFile> files;
  std::vector<std::string> problems;  // what could not be read, and how it failed

  std::size_t visible_files() const;
};

// Every item below the IPM subtree, folder by folder. A folder that cannot be read is an item with that problem alone.
Result<std::vector<SeenItem>> read_mailbox(cli::MapiClient& client);

}  // namespace oxb::data
