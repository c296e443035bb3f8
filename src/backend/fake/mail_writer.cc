// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/state.h"
#include "base/text.h"

namespace oxb::backend::fake {
namespace {

using Rights = model::Rights;

// Whether a field of that name holds the text, in any case, as SEARCH HEADER asks.
bool has_header(std::string_view raw, std::string_view field, std::string_view text) {
  std::string header;  // the current field, unfolded
  const auto matches = [&] {
    const auto colon = header.find(':');
    if (colon == std::string::npos || !ascii_iequals(std::string_view(header).substr(0, colon), field)) return false;
    return fold_case(header.substr(colon + 1)).find(fold_case(text)) != std::string::npos;
  };
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    auto line = raw.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
    if (line.starts_with(' ') || line.starts_with('\t')) {
      header += line;
      continue;
    }
    if (matches()) return true;
    header = line;
    if (line.empty()) return false;
  }
  return matches();
}

std::uint64_t used_bytes(const State& state, std::size_t owner) {
  std::uint64_t sum = 0;
  for (const auto& folder : state.folders) {
    if (folder->owner != owner) continue;
    for (const auto& [uid, mail] : folder->mails) sum += mail.raw.size();
  }
  return sum;
}

Result<> check_room(const State& state, const StoredFolder& folder, std::uint64_t bytes) {
  const auto& quota = state.users[folder.owner].quota;
  if (quota && used_bytes(state, folder.owner) + bytes > *quota) return fail(Errc::quota, "the mailbox is full");
  return {};
}

Result<> check_validity(const StoredFolder& folder, std::uint32_t uid_validity) {
  if (folder.uid_validity != uid_validity) return fail(Errc::conflict, "the folder has another UIDVALIDITY");
  return {};
}

Result<> check_name(const std::string& name) {
  if (!is_folder_name(name) || name.find('/') != std::string::npos) return fail(Errc::invalid, "folder name");
  return {};
}

class FakeMailWriter final : public MailWriter {
 public:
  explicit FakeMailWriter(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  Task<Result<MailPlace>> append(const RemoteId& folder, Bytes message, model::MailFlags flags,
                                 std::optional<Instant> received, Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("write.append", std::move(wait)));
    MailPlace place;
    {
      const std::scoped_lock lock(state().mutex);
      if (message.empty() || as_text(message).find('\0') != std::string_view::npos)
        co_return fail(Errc::invalid, "message");
      OXB_CO_TRY(auto* stored, open(id, Right::insert));
      OXB_CO_CHECK(check_room(state(), *stored, message.size()));
      std::uint32_t uid = 0;
      state().add_mail(*stored, uid, std::string(as_text(message)), std::move(flags), received);
      place = place_of(*stored, uid);
    }
    co_return co_await finish("write.append", place);
  }

  Task<Result<std::vector<std::uint32_t>>> find(const RemoteId& folder, std::string field, std::string text,
                                                Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("write.find", std::move(wait)));
    if (!is_header_name(field)) co_return fail(Errc::invalid, "header field");
    std::vector<std::uint32_t> found;
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(const auto* stored, open(id, Right::read));
      for (const auto& [uid, mail] : stored->mails)
        if (has_header(mail.raw, field, text)) found.push_back(uid);
    }
    OXB_CO_CHECK(session_->end("write.find"));
    co_return found;
  }

  Task<Result<std::vector<Transferred>>> transfer(const RemoteId& from, std::uint32_t uid_validity,
                                                  std::vector<std::uint32_t> uids, const RemoteId& to, Transfer how,
                                                  Wait wait) override {
    const auto from_id = from, to_id = to;
    OXB_CO_CHECK(co_await session_->begin("write.transfer", std::move(wait)));
    std::vector<Transferred> out;
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(out, transfer_now(from_id, uid_validity, uids, to_id, how));
    }
    co_return co_await finish("write.transfer", std::move(out));
  }

  Task<Result<>> expunge(const RemoteId& folder, std::uint32_t uid_validity, std::vector<std::uint32_t> uids,
                         Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("write.expunge", std::move(wait)));
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(auto* stored, open(id, Right::remove));
      OXB_CO_CHECK(check_validity(*stored, uid_validity));
      if (!state().place_reporting) co_return fail(Errc::unsupported, "no UIDPLUS");
      for (const auto uid : uids)
        if (stored->mails.erase(uid) == 1) stored->expunged[uid] = ++state().sequence;
    }
    state().changed.raise();
    co_return session_->end("write.expunge");
  }

  Task<Result<RemoteId>> create_folder(const RemoteId& parent, std::string name, Wait wait) override {
    const auto parent_id = parent;
    OXB_CO_CHECK(co_await session_->begin("write.create_folder", std::move(wait)));
    RemoteId id;
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(id, create_now(parent_id, name));
    }
    co_return co_await finish("write.create_folder", id);
  }

  Task<Result<RemoteId>> move_folder(const RemoteId& folder, const RemoteId& parent, std::string name,
                                     Wait wait) override {
    const auto folder_id = folder, parent_id = parent;
    OXB_CO_CHECK(co_await session_->begin("write.move_folder", std::move(wait)));
    RemoteId id;
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(id, move_now(folder_id, parent_id, name));
    }
    co_return co_await finish("write.move_folder", id);
  }

  Task<Result<>> delete_folder(const RemoteId& folder, Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("write.delete_folder", std::move(wait)));
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_CHECK(delete_now(id));
    }
    state().changed.raise();
    co_return session_->end("write.delete_folder");
  }

 private:
  enum class Right { read, insert, remove };

  State& state() { return session_->state(); }

  template <class T>
  Task<Result<T>> finish(std::string_view operation, T result) {
    state().changed.raise();
    OXB_CO_CHECK(session_->end(operation));
    co_return result;
  }

  Result<StoredFolder*> open(const RemoteId& id, Right right) {
    OXB_TRY(const auto view, state().mail_folder(session_->user(), id));
    const auto& rights = view.rights;
    const bool may = right == Right::read     ? rights.read != Rights::ItemLevel::none
                     : right == Right::insert ? rights.folder >= Rights::FolderLevel::create_items
                                              : rights.remove != Rights::ItemLevel::none;
    if (!may) return fail(Errc::access_denied, "folder " + id.value);
    return view.stored;
  }

  MailPlace place_of(const StoredFolder& folder, std::uint32_t uid) {
    return state().place_reporting ? MailPlace{folder.uid_validity, uid} : MailPlace{};
  }

  Result<std::vector<Transferred>> transfer_now(const RemoteId& from, std::uint32_t uid_validity,
                                                const std::vector<std::uint32_t>& uids, const RemoteId& to,
                                                Transfer how) {
    OXB_TRY(auto* source, open(from, Right::read));
    OXB_CHECK(check_validity(*source, uid_validity));
    if (how == Transfer::move) {
      OXB_TRY(source, open(from, Right::remove));
    }
    OXB_TRY(auto* target, open(to, Right::insert));
    std::uint64_t bytes = 0;
    for (const auto uid : uids)
      if (const auto it = source->mails.find(uid); it != source->mails.end()) bytes += it->second.raw.size();
    if (how == Transfer::copy || source->owner != target->owner) OXB_CHECK(check_room(state(), *target, bytes));
    std::vector<Transferred> out;
    for (const auto uid : uids) {
      const auto it = source->mails.find(uid);
      if (it == source->mails.end()) continue;
      const auto mail = it->second;
      if (how == Transfer::move) {
        source->mails.erase(it);
        source->expunged[uid] = ++state().sequence;
      }
      std::uint32_t new_uid = 0;
      auto& copy = state().add_mail(*target, new_uid, mail.raw, mail.flags, mail.received);
      if (how == Transfer::move) copy.global_id = mail.global_id;
      out.push_back({uid, place_of(*target, new_uid)});
    }
    return out;
  }

  // Who owns what is made below the parent.
  Result<std::size_t> owner_below(const RemoteId& parent) {
    if (parent.value.empty()) return session_->user();
    const auto view = state().view(session_->user(), parent);
    if (!view || view->stored->folder.kind != model::FolderKind::mail)
      return fail(Errc::not_found, "folder " + parent.value);
    if (view->rights.folder < Rights::FolderLevel::create_folders)
      return fail(Errc::access_denied, "folder " + parent.value);
    return view->stored->owner;
  }

  Result<RemoteId> new_id(const RemoteId& parent, const std::string& name, std::size_t owner) {
    OXB_CHECK(check_name(name));
    RemoteId id{parent.value.empty() ? name : parent.value + "/" + name};
    if (ascii_iequals(id.value, "INBOX")) return fail(Errc::exists, "folder INBOX");
    for (const auto& folder : state().folders)
      if (folder->owner == owner && folder->folder.id == id) return fail(Errc::exists, "folder " + id.value);
    return id;
  }

  Result<RemoteId> create_now(const RemoteId& parent, const std::string& name) {
    OXB_TRY(const auto owner, owner_below(parent));
    model::Folder folder;
    OXB_TRY(folder.id, new_id(parent, name, owner));
    folder.kind = model::FolderKind::mail;
    folder.parent = parent;
    folder.name = name;
    folder.own_rights = model::full_rights();
    return state().add_folder(owner, std::move(folder)).folder.id;
  }

  Result<RemoteId> move_now(const RemoteId& id, const RemoteId& parent, const std::string& name) {
    OXB_TRY(const auto view, state().mail_folder(session_->user(), id));
    if (id.value == "INBOX" || view.stored->owner != session_->user())
      return fail(Errc::access_denied, "folder " + id.value);
    OXB_TRY(const auto owner, owner_below(parent));
    if (owner != view.stored->owner) return fail(Errc::access_denied, "folder " + parent.value);
    if (parent == id || parent.value.starts_with(id.value + "/"))
      return fail(Errc::invalid, "a folder cannot be moved below itself");
    if (view.stored->folder.parent == parent && view.stored->folder.name == name) return id;
    OXB_TRY(auto now, new_id(parent, name, owner));
    state().rename(*view.stored, parent, name);
    return now;
  }

  Result<> delete_now(const RemoteId& id) {
    const auto view = state().view(session_->user(), id);
    if (!view || view->stored->folder.kind != model::FolderKind::mail) return {};
    if (id.value == "INBOX" || view->stored->owner != session_->user())
      return fail(Errc::access_denied, "folder " + id.value);
    for (const auto& folder : state().folders)
      if (folder->owner == view->stored->owner && folder->folder.parent == id)
        return fail(Errc::conflict, "folder " + id.value + " has folders below");
    state().remove_folder(*view->stored);
    return {};
  }

  std::shared_ptr<Session> session_;
};

class FakeSubmission final : public Submission {
 public:
  explicit FakeSubmission(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  Task<Result<Submitted>> submit(Envelope envelope, Bytes message, Wait wait) override {
    OXB_CO_CHECK(co_await session_->begin("write.submit", std::move(wait)));
    Submitted result;
    {
      const std::scoped_lock lock(session_->state().mutex);
      result = submit_now(std::move(envelope), std::string(as_text(message)));
    }
    session_->state().changed.raise();
    if (!session_->end("write.submit")) result = {Submitted::Outcome::unknown, {}, {}};
    co_return result;
  }

 private:
  Submitted submit_now(Envelope envelope, std::string message) {
    auto& state = session_->state();
    Submitted result;
    if (const int code = std::exchange(state.refused_submission, 0); code != 0) {
      result.outcome = Submitted::Outcome::refused;
      result.refusal = {"", code, "refused by the test"};
      return result;
    }
    std::vector<std::string> taken;
    for (const auto& recipient : envelope.recipients) {
      const auto refused = state.refused_recipients.find(recipient);
      if (refused == state.refused_recipients.end())
        taken.push_back(recipient);
      else
        result.refusals.push_back({recipient, refused->second, "no such user"});
    }
    if (taken.empty()) {
      result.outcome = Submitted::Outcome::refused;
      result.refusal = {"", 554, "no recipient was accepted"};
      return result;
    }
    for (const auto& recipient : taken) deliver(recipient, message);
    envelope.recipients = std::move(taken);
    state.sent.push_back({UserHandle{session_->user()}, std::move(envelope), std::move(message)});
    return result;
  }

  void deliver(const std::string& recipient, const std::string& message) {
    auto& state = session_->state();
    for (std::size_t i = 0; i < state.users.size(); ++i) {
      const auto& user = state.users[i].user;
      const auto is_it = [&](const std::string& address) { return ascii_iequals(address, recipient); };
      if (!is_it(user.email) && std::none_of(user.aliases.begin(), user.aliases.end(), is_it)) continue;
      std::uint32_t uid = 0;
      for (auto& folder : state.folders)
        if (folder->owner == i && folder->folder.role == model::FolderRole::inbox)
          state.add_mail(*folder, uid, message, {}, {});
    }
  }

  std::shared_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<MailWriter> make_mail_writer(std::shared_ptr<Session> session) {
  return std::make_unique<FakeMailWriter>(std::move(session));
}

std::unique_ptr<Submission> make_submission(std::shared_ptr<Session> session) {
  auto& state = session->state();
  const std::scoped_lock lock(state.mutex);
  if (!state.submission) return nullptr;
  return std::make_unique<FakeSubmission>(std::move(session));
}

}  // namespace oxb::backend::fake
