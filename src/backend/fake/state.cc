// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/state.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace oxb::backend::fake {

namespace asio = boost::asio;

void Signal::raise() {
  std::vector<std::weak_ptr<asio::steady_timer>> waiters;
  {
    const std::scoped_lock lock(mutex_);
    waiters.swap(waiters_);
  }
  for (const auto& waiter : waiters) {
    const auto waiting = waiter.lock();
    if (!waiting) continue;
    asio::post(waiting->get_executor(), [waiter] {
      if (const auto timer = waiter.lock()) timer->cancel();
    });
  }
}

Task<void> Signal::wait(Wait wait) {
  const auto executor = co_await asio::this_coro::executor;
  auto timer = std::make_shared<asio::steady_timer>(executor);
  // A raise between the caller's check and the registration is found at the next slice.
  timer->expires_at(std::min(wait.deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(20)));
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(waiters_, [](const auto& w) { return w.expired(); });
    waiters_.push_back(timer);
  }
  const auto guard = wait.cancel.on_cancel([executor, weak = std::weak_ptr(timer)] {
    asio::post(executor, [weak] {
      if (const auto t = weak.lock()) t->cancel();
    });
  });
  boost::system::error_code ignored;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

StoredFolder* State::find(std::size_t user, const RemoteId& id) {
  StoredFolder* shared = nullptr;
  for (const auto& f : folders) {
    if (f->folder.id != id) continue;
    if (f->owner == user) return f.get();
    if (f->shared_with.contains(user)) shared = f.get();
  }
  return shared;
}

std::optional<State::View> State::view(std::size_t user, const RemoteId& id) {
  auto* f = find(user, id);
  if (f == nullptr) return {};
  if (f->owner == user) return View{f, f->folder.own_rights};
  const auto rights = f->shared_with.at(user);
  if (rights.folder == model::Rights::FolderLevel::none) return {};
  return View{f, rights};
}

model::Folder State::as_seen(std::size_t user, const StoredFolder& stored) {
  auto folder = stored.folder;
  if (folder.kind == model::FolderKind::mail) {
    std::uint32_t unread = 0;
    for (const auto& [uid, mail] : stored.mails) unread += mail.flags.seen ? 0 : 1;
    folder.total = static_cast<std::uint32_t>(stored.mails.size());
    folder.unread = unread;
  }
  if (stored.owner == user) return folder;
  const auto& owner = users[stored.owner].user;
  folder.own_rights = stored.shared_with.at(user);
  folder.scope = folder.scope == model::FolderScope::everyone ? folder.scope : model::FolderScope::shared;
  folder.role = model::FolderRole::none;
  folder.owner_name = owner.display_name;
  folder.owner = RemoteId{std::to_string(owner.id)};
  return folder;
}

Result<State::View> State::mail_folder(std::size_t user, const RemoteId& id) {
  const auto found = view(user, id);
  if (!found || found->stored->folder.kind != model::FolderKind::mail)
    return fail(Errc::not_found, "folder " + id.value);
  if (!found->stored->folder.selectable) return fail(Errc::invalid, "folder " + id.value + " holds folders only");
  return *found;
}

Instant time_of(std::uint64_t sequence) {
  return from_unix_ms(1'767'225'600'000 + static_cast<std::int64_t>(sequence) * 1000);
}

StoredMail& State::add_mail(StoredFolder& folder, std::uint32_t& uid, std::string raw, model::MailFlags flags,
                            std::optional<Instant> received) {
  uid = folder.next_uid++;
  ++sequence;
  auto& mail = folder.mails[uid];
  mail = {std::move(raw), std::move(flags), received.value_or(time_of(sequence)), "mail-" + std::to_string(sequence),
          sequence,       sequence};
  return mail;
}

namespace {

void stamp(Item& item, const RemoteId& folder, const RemoteId& id, std::uint64_t sequence, State& state) {
  const model::Version version{std::to_string(sequence)};
  const auto common = [&](auto& object) {
    object.folder = folder;
    object.version = version;
    object.modified = time_of(sequence);
    if (!object.created) object.created = object.modified;
    if (object.id.value.empty()) object.id = id;
    if (object.uid.empty()) object.uid = "uid-" + object.id.value + "@fake.test";
  };
  if (auto* series = std::get_if<model::Series>(&item)) {
    if (series->master) {
      common(*series->master);
      if (!series->master->recurrence_rule.empty()) series->master->series = series->master->id;
    }
    for (auto& e : series->exceptions) {
      if (e.id.value.empty() && series->master) e.id = RemoteId{std::to_string(state.next_item++)};
      if (e.uid.empty() && series->master) e.uid = series->master->uid;
      if (e.series.value.empty() && series->master) e.series = series->master->id;
      common(e);
    }
  } else if (auto* contact = std::get_if<model::Contact>(&item)) {
    common(*contact);
    contact->attachment_count = static_cast<std::uint32_t>(contact->attachments.size());
  } else if (auto* list = std::get_if<model::DistributionList>(&item)) {
    common(*list);
  } else if (auto* task = std::get_if<model::Task>(&item)) {
    common(*task);
    task->attachment_count = static_cast<std::uint32_t>(task->attachments.size());
  }
}

}  // namespace

RemoteId State::put(StoredFolder& folder, Item item) {
  auto id = id_of(item);
  if (id.value.empty()) id = RemoteId{std::to_string(next_item++)};
  stamp(item, folder.folder.id, id, ++sequence, *this);
  id = id_of(item);
  auto& slot = folder.items[id];
  slot.item = std::move(item);
  slot.modified = sequence;
  folder.tombstones.erase(id);
  return id;
}

RemoteId State::new_folder_id(const model::Folder& folder) {
  const auto number = std::to_string(next_id++);
  switch (folder.kind) {
    case model::FolderKind::mail:
      return RemoteId{folder.parent.value.empty() ? folder.name : folder.parent.value + "/" + folder.name};
    case model::FolderKind::calendar:
      return RemoteId{"cal://0/" + number};
    case model::FolderKind::contacts:
      return RemoteId{"con://0/" + number};
    default:
      return RemoteId{number};
  }
}

StoredFolder& State::add_folder(std::size_t owner, model::Folder folder) {
  folder.version = model::Version{std::to_string(++sequence)};
  folder.modified = time_of(sequence);
  if (!folder.created) folder.created = folder.modified;
  auto stored = std::make_unique<StoredFolder>();
  stored->owner = owner;
  stored->uid_validity = next_validity++;
  stored->folder = std::move(folder);
  folders.push_back(std::move(stored));
  auto& added = *folders.back();
  note_subfolders(owner);
  return added;
}

void State::rename(StoredFolder& stored, const RemoteId& parent, std::string name) {
  stored.folder.version = model::Version{std::to_string(++sequence)};
  const auto old_id = stored.folder.id.value;
  const auto new_id = parent.value.empty() ? name : parent.value + "/" + name;
  stored.folder.parent = parent;
  stored.folder.name = std::move(name);
  if (stored.folder.kind == model::FolderKind::mail) {
    for (auto& f : folders) {
      if (f->owner != stored.owner || f->folder.kind != model::FolderKind::mail) continue;
      for (auto* id : {&f->folder.id.value, &f->folder.parent.value})
        if (*id == old_id || id->starts_with(old_id + "/")) *id = new_id + id->substr(old_id.size());
    }
  }
  note_subfolders(stored.owner);
}

void State::remove_folder(const StoredFolder& stored) {
  const auto owner = stored.owner;
  ++sequence;
  std::erase_if(folders, [&](const auto& f) { return f.get() == &stored; });
  note_subfolders(owner);
}

void State::note_subfolders(std::size_t owner) {
  std::set<RemoteId> parents;
  for (const auto& f : folders)
    if (f->owner == owner) parents.insert(f->folder.parent);
  for (auto& f : folders)
    if (f->owner == owner) f->folder.has_subfolders = parents.contains(f->folder.id);
}

namespace {

bool is_meant(std::string_view pattern, std::string_view operation) {
  if (pattern.empty() || pattern == operation) return true;
  return pattern.ends_with('.') && operation.starts_with(pattern);
}

bool take(std::vector<Failure>& failures, std::string_view operation, bool after, Errc& code) {
  for (auto it = failures.begin(); it != failures.end(); ++it) {
    if (it->after != after || !is_meant(it->operation, operation)) continue;
    code = it->code;
    if (--it->count == 0) failures.erase(it);
    return true;
  }
  return false;
}

}  // namespace

Task<Result<>> enter(std::shared_ptr<State> state, std::string operation, Wait wait) {
  {
    const std::scoped_lock lock(state->mutex);
    ++state->counters[operation];
    ++state->waiting;
  }
  struct Leave {
    State& state;
    ~Leave() {
      const std::scoped_lock lock(state.mutex);
      --state.waiting;
    }
  } leave_waiting{*state};
  while (true) {
    if (wait.cancel.cancelled()) co_return fail(Errc::cancelled, operation);
    if (wait.expired()) co_return fail(Errc::unavailable, operation + " timed out");
    {
      const std::scoped_lock lock(state->mutex);
      if (!state->held) break;
    }
    co_await state->released.wait(wait);
  }
  const std::scoped_lock lock(state->mutex);
  Errc code{};
  if (state->unavailable) co_return fail(Errc::unavailable, "server is down");
  const bool mail =
      operation.starts_with("mail.") || (operation.starts_with("write.") && !operation.starts_with("write.item."));
  if (state->mail_unavailable && mail) co_return fail(Errc::unavailable, "mail is down");
  if (take(state->failures, operation, false, code)) co_return fail(code, operation + " refused by the test");
  co_return Result<>{};
}

Result<> leave(State& state, std::string_view operation) {
  const std::scoped_lock lock(state.mutex);
  Errc code{};
  if (take(state.failures, operation, true, code)) return fail(code, "answer cut short");
  return {};
}

Session::Session(std::shared_ptr<State> state, std::size_t user, model::Credentials credentials)
    : state_(std::move(state)), user_(user), credentials_(std::move(credentials)) {
  const std::scoped_lock lock(state_->mutex);
  epoch_ = state_->users[user].session_epoch;
}

Task<Result<>> Session::begin(std::string operation, Wait wait) {
  OXB_CO_CHECK(co_await enter(state_, std::move(operation), std::move(wait)));
  const std::scoped_lock lock(state_->mutex);
  const auto& user = state_->users[user_];
  if (closed_) co_return fail(Errc::unauthenticated, "signed out");
  if (epoch_ == user.session_epoch) co_return Result<>{};
  if (credentials_.secret.reveal() != user.user.password) {
    co_return fail(Errc::unauthenticated, "session ended and the password is no longer right");
  }
  epoch_ = user.session_epoch;
  co_return Result<>{};
}

}  // namespace oxb::backend::fake
