// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/changes.h"

#include <charconv>

namespace oxb::sync {

using Kind = MailboxEvent::Kind;

MailboxEvent message_event(Kind kind, FolderId folder, MessageId message) {
  MailboxEvent event;
  event.kind = kind;
  event.folder = folder;
  event.message = message;
  return event;
}

void add_counts_event(std::vector<MailboxEvent>& events, const replica::FolderRow& folder) {
  if (events.empty()) return;
  MailboxEvent event;
  event.kind = Kind::folder_modified;
  event.folder = folder.id;
  event.parent = folder.parent;
  events.push_back(std::move(event));
}

Result<> remove(replica::WriteTx& tx, FolderId folder, MessageId id, std::vector<MailboxEvent>& events) {
  OXB_CHECK(tx.remove_message(id));
  events.push_back(message_event(Kind::message_deleted, folder, id));
  return {};
}

Result<replica::FolderRow> folder_row(replica::ReadTx& tx, FolderId id) {
  OXB_TRY(auto row, tx.folder(id));
  if (!row) return fail(Errc::not_found, fmt::format("folder {:x}", id.value));
  return *std::move(row);
}

Result<replica::MessageRow> message_row(replica::ReadTx& tx, MessageId id) {
  OXB_TRY(auto row, tx.message(id));
  if (!row) return fail(Errc::not_found, fmt::format("message {:x}", id.value));
  return *std::move(row);
}

std::optional<std::uint32_t> uid_of(const RemoteId& remote) {
  std::uint32_t uid = 0;
  const auto& text = remote.value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return uid;
}

RemoteId remote_of(std::uint32_t uid) { return RemoteId{std::to_string(uid)}; }

std::uint32_t validity_of(const std::string& version) { return uid_of(RemoteId{version}).value_or(0); }

}  // namespace oxb::sync
