// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/fake_server.h"

#include "backend/fake/state.h"

namespace oxb::backend::fake {
namespace {

StoredFolder& need(State& state, UserHandle user, const RemoteId& folder) {
  auto* found = state.find(user.value, folder);
  OXB_ASSERT(found != nullptr);
  return *found;
}

StoredFolder& need_own(State& state, UserHandle user, const RemoteId& folder) {
  auto& found = need(state, user, folder);
  OXB_ASSERT(found.owner == user.value);
  return found;
}

model::Folder standard(model::FolderKind kind, model::FolderRole role, std::string name) {
  model::Folder f;
  f.kind = kind;
  f.role = role;
  f.name = std::move(name);
  return f;
}

}  // namespace

Server::Server() : state_(std::make_shared<State>()) {}
Server::~Server() { release(); }

UserHandle Server::add_user(User user, StandardFolders folders) {
  UserHandle handle;
  {
    const std::scoped_lock lock(state_->mutex);
    handle = UserHandle{state_->users.size()};
    state_->users.push_back({user, 0, {}});
  }
  model::DirectoryEntry entry;
  entry.id = user.id;
  entry.login = user.login;
  entry.display_name = user.display_name;
  entry.email = user.email;
  entry.aliases = user.aliases;
  entry.details.id = RemoteId{std::to_string(user.id)};
  entry.details.folder = RemoteId{"con://0/6"};
  entry.details.user = RemoteId{std::to_string(user.id)};
  entry.details[model::ContactField::display_name] = user.display_name;
  entry.details[model::ContactField::email1] = user.email;
  put_entry(user.context, std::move(entry));
  if (folders == StandardFolders::create) {
    using model::FolderKind, model::FolderRole;
    add_folder(handle, standard(FolderKind::mail, FolderRole::inbox, "INBOX"));
    add_folder(handle, standard(FolderKind::mail, FolderRole::drafts, "Drafts"));
    add_folder(handle, standard(FolderKind::mail, FolderRole::sent, "Sent"));
    add_folder(handle, standard(FolderKind::mail, FolderRole::trash, "Trash"));
    add_folder(handle, standard(FolderKind::mail, FolderRole::junk, "Junk"));
    add_folder(handle, standard(FolderKind::calendar, FolderRole::calendar, "Calendar"));
    add_folder(handle, standard(FolderKind::contacts, FolderRole::contacts, "Contacts"));
    add_folder(handle, standard(FolderKind::tasks, FolderRole::tasks, "Tasks"));
  }
  return handle;
}

void Server::set_password(UserHandle user, std::string password) {
  const std::scoped_lock lock(state_->mutex);
  state_->users[user.value].user.password = std::move(password);
}

void Server::expire_sessions(UserHandle user) {
  const std::scoped_lock lock(state_->mutex);
  ++state_->users[user.value].session_epoch;
}

RemoteId Server::add_folder(UserHandle owner, model::Folder folder) {
  const std::scoped_lock lock(state_->mutex);
  if (folder.id.value.empty()) folder.id = state_->new_folder_id(folder);
  if (folder.own_rights == model::Rights{}) folder.own_rights = model::full_rights();
  return state_->add_folder(owner.value, std::move(folder)).folder.id;
}

RemoteId Server::folder(UserHandle user, model::FolderRole role) const {
  const std::scoped_lock lock(state_->mutex);
  for (const auto& f : state_->folders) {
    if (f->owner == user.value && f->folder.role == role) return f->folder.id;
  }
  OXB_ASSERT(false && "no folder of that role");
  return {};
}

void Server::share(UserHandle owner, const RemoteId& folder, UserHandle with, model::Rights rights) {
  const std::scoped_lock lock(state_->mutex);
  auto& stored = need_own(*state_, owner, folder);
  stored.shared_with[with.value] = rights;
  stored.folder.version = model::Version{std::to_string(++state_->sequence)};
}

void Server::unshare(UserHandle owner, const RemoteId& folder, UserHandle with) {
  const std::scoped_lock lock(state_->mutex);
  auto& stored = need_own(*state_, owner, folder);
  stored.shared_with.erase(with.value);
  stored.folder.version = model::Version{std::to_string(++state_->sequence)};
}

RemoteId Server::rename_folder(UserHandle owner, const RemoteId& folder, std::string name) {
  const std::scoped_lock lock(state_->mutex);
  auto& stored = need_own(*state_, owner, folder);
  const auto parent = stored.folder.parent;
  state_->rename(stored, parent, std::move(name));
  return stored.folder.id;
}

void Server::remove_folder(UserHandle owner, const RemoteId& folder) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->remove_folder(need_own(*state_, owner, folder));
  }
  state_->changed.raise();
}

RemoteId Server::put(UserHandle user, const RemoteId& folder, Item item) {
  const std::scoped_lock lock(state_->mutex);
  return state_->put(need(*state_, user, folder), std::move(item));
}

std::optional<Item> Server::item(UserHandle user, const RemoteId& folder, const RemoteId& id) const {
  const std::scoped_lock lock(state_->mutex);
  auto& stored = need(*state_, user, folder);
  const auto it = stored.items.find(id);
  if (it == stored.items.end()) return {};
  return it->second.item;
}

void Server::remove(UserHandle user, const RemoteId& folder, const RemoteId& id) {
  const std::scoped_lock lock(state_->mutex);
  auto& stored = need(*state_, user, folder);
  OXB_ASSERT(stored.items.erase(id) == 1);
  stored.tombstones[id] = ++state_->sequence;
}

void Server::vanish(UserHandle user, const RemoteId& folder, const RemoteId& id) {
  const std::scoped_lock lock(state_->mutex);
  OXB_ASSERT(need(*state_, user, folder).items.erase(id) == 1);
}

RemoteId Server::move(UserHandle user, const RemoteId& from, const RemoteId& to, const RemoteId& id) {
  auto found = item(user, from, id);
  OXB_ASSERT(found.has_value());
  remove(user, from, id);
  return put(user, to, std::move(*found));
}

void Server::make_unreadable(UserHandle user, const RemoteId& folder, const RemoteId& id, std::string reason) {
  const std::scoped_lock lock(state_->mutex);
  auto& items = need(*state_, user, folder).items;
  const auto it = items.find(id);
  OXB_ASSERT(it != items.end());
  it->second.unreadable = std::move(reason);
  it->second.modified = ++state_->sequence;
}

void Server::trim_tombstones() {
  const std::scoped_lock lock(state_->mutex);
  for (auto& f : state_->folders) f->tombstones.clear();
  state_->trimmed = ++state_->sequence;
}

std::uint32_t Server::deliver(UserHandle user, const RemoteId& folder, std::string_view raw, model::MailFlags flags,
                              std::optional<Instant> received) {
  std::uint32_t uid = 0;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->add_mail(need(*state_, user, folder), uid, std::string(raw), std::move(flags), received);
  }
  state_->changed.raise();
  return uid;
}

void Server::set_flags(UserHandle user, const RemoteId& folder, std::uint32_t uid, model::MailFlags flags) {
  {
    const std::scoped_lock lock(state_->mutex);
    auto& mail = need(*state_, user, folder).mails.at(uid);
    mail.flags = std::move(flags);
    mail.modified = ++state_->sequence;
  }
  state_->changed.raise();
}

std::optional<model::MailFlags> Server::flags(UserHandle user, const RemoteId& folder, std::uint32_t uid) const {
  const std::scoped_lock lock(state_->mutex);
  const auto& mails = need(*state_, user, folder).mails;
  const auto it = mails.find(uid);
  if (it == mails.end()) return {};
  return it->second.flags;
}

void Server::expunge(UserHandle user, const RemoteId& folder, std::uint32_t uid) {
  {
    const std::scoped_lock lock(state_->mutex);
    auto& stored = need(*state_, user, folder);
    OXB_ASSERT(stored.mails.erase(uid) == 1);
    stored.expunged[uid] = ++state_->sequence;
  }
  state_->changed.raise();
}

std::uint32_t Server::move_mail(UserHandle user, const RemoteId& from, const RemoteId& to, std::uint32_t uid) {
  std::uint32_t moved = 0;
  {
    const std::scoped_lock lock(state_->mutex);
    auto& source = need(*state_, user, from);
    auto& target = need(*state_, user, to);
    auto node = source.mails.extract(uid);
    OXB_ASSERT(!node.empty());
    source.expunged[uid] = ++state_->sequence;
    node.mapped().created = node.mapped().modified = ++state_->sequence;
    moved = target.next_uid++;
    target.mails[moved] = std::move(node.mapped());
  }
  state_->changed.raise();
  return moved;
}

void Server::renumber(UserHandle user, const RemoteId& folder) {
  {
    const std::scoped_lock lock(state_->mutex);
    auto& stored = need(*state_, user, folder);
    stored.uid_validity = state_->next_validity++;
    auto mails = std::move(stored.mails);
    stored.mails.clear();
    stored.expunged.clear();
    stored.next_uid = 101;
    const auto sequence = ++state_->sequence;
    for (auto& [uid, mail] : mails) {
      mail.created = mail.modified = sequence;
      stored.mails[stored.next_uid++] = std::move(mail);
    }
  }
  state_->changed.raise();
}

void Server::set_vanished_reporting(bool on) {
  const std::scoped_lock lock(state_->mutex);
  state_->vanished_reporting = on;
}

std::optional<std::string> Server::mail(UserHandle user, const RemoteId& folder, std::uint32_t uid) const {
  const std::scoped_lock lock(state_->mutex);
  const auto& mails = need(*state_, user, folder).mails;
  const auto it = mails.find(uid);
  if (it == mails.end()) return {};
  return it->second.raw;
}

std::vector<std::uint32_t> Server::uids(UserHandle user, const RemoteId& folder) const {
  const std::scoped_lock lock(state_->mutex);
  std::vector<std::uint32_t> out;
  for (const auto& [uid, mail] : need(*state_, user, folder).mails) out.push_back(uid);
  return out;
}

std::uint32_t Server::uid_validity(UserHandle user, const RemoteId& folder) const {
  const std::scoped_lock lock(state_->mutex);
  return need(*state_, user, folder).uid_validity;
}

void Server::set_quota(UserHandle user, std::uint64_t bytes) {
  const std::scoped_lock lock(state_->mutex);
  state_->users[user.value].quota = bytes;
}

void Server::set_place_reporting(bool on) {
  const std::scoped_lock lock(state_->mutex);
  state_->place_reporting = on;
}

std::vector<Server::Sent> Server::sent() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->sent;
}

void Server::set_submission(bool on) {
  const std::scoped_lock lock(state_->mutex);
  state_->submission = on;
}

void Server::refuse_recipient(std::string address, int code) {
  const std::scoped_lock lock(state_->mutex);
  state_->refused_recipients[std::move(address)] = code;
}

void Server::refuse_next_submission(int code) {
  const std::scoped_lock lock(state_->mutex);
  state_->refused_submission = code;
}

void Server::put_entry(std::uint32_t context, model::DirectoryEntry entry) {
  const std::scoped_lock lock(state_->mutex);
  auto& entries = state_->directory[context];
  std::erase_if(entries, [&](const auto& e) { return e.kind == entry.kind && e.id == entry.id; });
  entries.push_back(std::move(entry));
}

void Server::remove_entry(std::uint32_t context, model::DirectoryEntry::Kind kind, std::uint32_t id) {
  const std::scoped_lock lock(state_->mutex);
  std::erase_if(state_->directory[context], [&](const auto& e) { return e.kind == kind && e.id == id; });
}

void Server::hide_entry(UserHandle from, model::DirectoryEntry::Kind kind, std::uint32_t id) {
  const std::scoped_lock lock(state_->mutex);
  state_->users[from.value].hidden.emplace(kind, id);
}

void Server::set_unavailable(bool on) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->unavailable = on;
  }
  state_->changed.raise();
}

void Server::set_mail_unavailable(bool on) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->mail_unavailable = on;
  }
  state_->changed.raise();
}

void Server::fail_next(std::string operation, Errc code, std::size_t count) {
  const std::scoped_lock lock(state_->mutex);
  state_->failures.push_back({std::move(operation), code, false, count});
}

void Server::cut_next(std::string operation, std::size_t count) {
  const std::scoped_lock lock(state_->mutex);
  state_->failures.push_back({std::move(operation), Errc::unavailable, true, count});
}

void Server::hold() {
  const std::scoped_lock lock(state_->mutex);
  state_->held = true;
}

void Server::release() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->held = false;
  }
  state_->released.raise();
}

std::size_t Server::held() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->held ? state_->waiting : 0;
}

std::size_t Server::calls(std::string_view operation) const {
  const std::scoped_lock lock(state_->mutex);
  const auto it = state_->counters.find(operation);
  return it == state_->counters.end() ? 0 : it->second;
}

std::size_t Server::calls() const {
  const std::scoped_lock lock(state_->mutex);
  std::size_t sum = 0;
  for (const auto& [name, count] : state_->counters) sum += count;
  return sum;
}

void Server::reset_calls() {
  const std::scoped_lock lock(state_->mutex);
  state_->counters.clear();
}

}  // namespace oxb::backend::fake
