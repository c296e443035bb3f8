// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/mailbox_impl.h"

#include "base/log.h"
#include "convert/permission.h"
#include "net/event_loop.h"

namespace oxb::sync {
namespace {

constexpr std::chrono::seconds kBackendTime{60};  // one backend call of the background
constexpr std::chrono::minutes kInUse{10};        // a folder counts as in use that long after somebody looked
constexpr std::chrono::minutes kPushWait{25};     // one IDLE
constexpr std::size_t kMostListedAhead = 100;     // folders in one round
constexpr const char* kFoldersListed = "folders listed";

}  // namespace

MailboxImpl::MailboxImpl(Parts parts) : parts_(std::move(parts)) {}

MailboxImpl::~MailboxImpl() {
  cancel_.cancel();
  // Signing out waits for the network; the account lives until it is done.
  net::spawn(parts_.strand, [](std::shared_ptr<backend::Account> account) -> Task<void> {
    co_await account->sign_out(Wait::upto(std::chrono::seconds(10)));
  }(std::move(parts_.account)));
}

void MailboxImpl::start() {
  net::spawn(parts_.strand, poll_loop(weak_from_this(), cancel_.token()));
  net::spawn(parts_.strand, push_loop(weak_from_this(), cancel_.token()));
}

void MailboxImpl::replace_account(std::shared_ptr<backend::Account> account) {
  parts_.account.swap(account);
  refused_ = false;
  net::spawn(parts_.strand, [](std::shared_ptr<backend::Account> old) -> Task<void> {
    co_await old->sign_out(Wait::upto(std::chrono::seconds(10)));
  }(std::move(account)));
}

Task<void> MailboxImpl::stop(Wait wait) {
  cancel_.cancel();
  co_await parts_.account->sign_out(std::move(wait));
}

Wait MailboxImpl::backend_wait() const { return Wait::upto(kBackendTime, cancel_.token()); }

void MailboxImpl::noticed(const Error& error, std::string_view what) {
  if (error.code == Errc::cancelled) return;
  if (error.code == Errc::unauthenticated) refused_ = true;
  log().warning(what).id("user", parts_.owner.entity.id).id("context", parts_.owner.entity.context).err(error);
}

void MailboxImpl::post(std::vector<MailboxEvent> events) {
  if (events.empty()) return;
  const auto listeners = listeners_;  // one may leave while being told
  for (auto* listener : listeners)
    if (listeners_.contains(listener)) listener->on_events(events);
}

Task<Result<>> MailboxImpl::ensure_folders(Wait wait) {
  const auto self = shared_from_this();
  OXB_CO_TRY(const auto listed, parts_.replica->read([](replica::ReadTx& tx) { return tx.note(kFoldersListed); }));
  if (listed) {
    if (steady() - last_folders_ > parts_.options.refresh_active && !pulling_folders_ && !refused_) {
      net::spawn(parts_.strand, [](std::weak_ptr<MailboxImpl> weak) -> Task<void> {
        if (const auto mailbox = weak.lock()) {
          if (auto done = co_await mailbox->pull_folders(mailbox->backend_wait()); !done)
            mailbox->noticed(done.error(), "pull.folders");
        }
      }(weak_from_this()));
    }
    co_return Result<>{};
  }
  OXB_CO_CHECK(co_await pull_folders(std::move(wait)));
  net::spawn(parts_.strand, [](std::weak_ptr<MailboxImpl> weak) -> Task<void> {
    if (const auto mailbox = weak.lock()) co_await mailbox->list_ahead();
  }(weak_from_this()));
  co_return Result<>{};
}

// Open-Xchange announces no counts for its folders: they are listed before anybody opens them, the user's own first.
Task<void> MailboxImpl::list_ahead() {
  if (!parts_.options.list_ahead || listing_ahead_ || refused_) co_return;
  using Depth = replica::ReadTx::Depth;
  const auto self = shared_from_this();
  const auto folders =
      parts_.replica->read([](replica::ReadTx& tx) { return tx.folders_below(FolderId{}, Depth::descendants); });
  if (!folders) co_return noticed(folders.error(), "pull.list_ahead");
  std::vector<std::pair<bool, FolderId>> unlisted;
  for (const auto& folder : *folders) {
    using replica::Source;
    const bool groupware =
        folder.source == Source::calendar || folder.source == Source::contacts || folder.source == Source::tasks;
    if (groupware && !folder.listed && !states_[folder.id].used)
      unlisted.emplace_back((folder.rights & convert::right::kFolderOwner) == 0, folder.id);
  }
  std::ranges::stable_sort(unlisted, {}, [](const auto& entry) { return entry.first; });
  unlisted.resize(std::min(unlisted.size(), kMostListedAhead));
  listing_ahead_ = true;
  for (const auto& [foreign, id] : unlisted) {
    if (refused_ || cancel_.token().cancelled()) break;
    states_[id].used = true;  // from now on it is polled now and then
    if (auto done = co_await pull(id); !done) noticed(done.error(), "pull.list_ahead");
  }
  listing_ahead_ = false;
}

Task<Result<>> MailboxImpl::ensure_contents(FolderId folder, Wait wait) {
  const auto self = shared_from_this();
  OXB_CO_TRY(const auto row, parts_.replica->read([&](replica::ReadTx& tx) { return tx.folder(folder); }));
  if (!row) co_return fail(Errc::not_found, fmt::format("folder {:x}", folder.value));
  if (row->source == replica::Source::local || row->source == replica::Source::search) co_return Result<>{};
  auto& state = states_[folder];
  state.used = true;
  state.last_use = steady();
  const bool known = !row->position.empty() || row->listed;
  const bool fresh = state.last_pull != SteadyTime{} && steady() - state.last_pull < parts_.options.refresh_active;
  if (known && (fresh || state.pulling || refused_)) co_return Result<>{};
  if (!state.pulling) {
    state.pulling = true;  // the coroutine may begin now or later
    net::spawn(parts_.strand, pull_in_background(weak_from_this(), folder));
  }
  if (known) co_return Result<>{};
  for (;;) {
    const auto seen = progress_.generation();
    OXB_CO_TRY(const auto now, parts_.replica->read([&](replica::ReadTx& tx) { return tx.folder(folder); }));
    if (!now) co_return fail(Errc::not_found, fmt::format("folder {:x}", folder.value));
    if (!now->position.empty() || now->listed) co_return Result<>{};
    if (!states_[folder].pulling) co_return states_[folder].last_result;
    if (!co_await progress_.wait_after(seen, wait))
      co_return fail(wait.cancel.cancelled() ? Errc::cancelled : Errc::unavailable,
                     "the backend did not list the folder in time");
  }
}

Task<void> MailboxImpl::pull_in_background(std::weak_ptr<MailboxImpl> weak, FolderId folder) {
  const auto self = weak.lock();
  if (!self) co_return;
  self->states_[folder].pulling = false;  // pull() takes it from here
  if (auto done = co_await self->pull(folder); !done) self->noticed(done.error(), "pull.contents");
}

Task<Result<std::shared_ptr<const mapi::Content>>> MailboxImpl::content(MessageId message, Wait wait) {
  using Found = Result<std::shared_ptr<const mapi::Content>>;
  const auto self = shared_from_this();
  for (bool first = true;; first = false) {
    const auto seen = progress_.generation();
    OXB_CO_TRY(auto cached, parts_.replica->read([&](replica::ReadTx& tx) { return tx.content(message); }));
    if (first) note_opened(message, cached || fetching_.contains(message));
    if (cached) co_return Found(std::move(cached));
    if (!fetching_.contains(message)) break;
    // Somebody else is fetching the same one.
    if (!co_await progress_.wait_after(seen, wait))
      co_return fail(Errc::unavailable, "the backend did not deliver the message in time");
  }
  fetching_.insert(message);
  const auto fetched = co_await [](std::shared_ptr<MailboxImpl> mailbox, MessageId id, Wait until) -> Task<Found> {
    OXB_CO_TRY(const auto row, mailbox->parts_.replica->read([&](replica::ReadTx& tx) { return tx.message(id); }));
    if (!row) co_return fail(Errc::not_found, fmt::format("message {:x}", id.value));
    OXB_CO_TRY(const auto folder,
               mailbox->parts_.replica->read([&](replica::ReadTx& tx) { return tx.folder(row->folder); }));
    if (!folder) co_return fail(Errc::not_found, fmt::format("folder {:x}", row->folder.value));
    auto content = folder->source == replica::Source::mail
                       ? co_await mailbox->fetch_mail(*folder, *row, std::move(until))
                       : co_await mailbox->fetch_item(*folder, *row, std::move(until));
    if (!content) co_return tl::unexpected(std::move(content).error());
    co_return mailbox->parts_.replica->write([&](replica::WriteTx& tx) { return tx.put_content(id, *content); });
  }(self, message, std::move(wait));
  fetching_.erase(message);
  progress_.notify_all();
  co_return fetched;
}

Task<Result<>> MailboxImpl::set_read(std::vector<MessageId> messages, bool read, Wait wait) {
  const auto self = shared_from_this();
  std::map<FolderId, std::vector<replica::MessageRow>> by_folder;
  OXB_CO_TRY(auto rows, parts_.replica->read([&](replica::ReadTx& tx) { return tx.messages(messages); }));
  for (auto& row : rows)
    if (row.read != read) by_folder[row.folder].push_back(std::move(row));
  for (const auto& entry : by_folder) {
    const auto folder_id = entry.first;
    const auto& changed = entry.second;
    OXB_CO_TRY(const auto folder, parts_.replica->read([&](replica::ReadTx& tx) { return tx.folder(folder_id); }));
    if (folder && folder->source == replica::Source::mail) {
      std::vector<backend::FlagChange> flags;
      for (const auto& row : changed) {
        auto& change = flags.emplace_back();
        change.uid = static_cast<std::uint32_t>(std::strtoul(row.remote.value.c_str(), nullptr, 10));
        (read ? change.add : change.remove).emplace_back("\\Seen");
      }
      OXB_CO_CHECK(co_await parts_.account->mail().change_flags(folder->remote, std::move(flags), wait));
    }
    std::vector<MailboxEvent> events;
    OXB_CO_CHECK(parts_.replica->write([&](replica::WriteTx& tx) -> Result<> {
      for (const auto& row : changed) {
        OXB_TRY(const auto now, tx.message(row.id));
        if (!now) continue;  // gone while the backend was asked
        OXB_TRY(const bool did, tx.set_read(row.id, read));
        if (!did) continue;
        auto& event = events.emplace_back();
        event.kind = MailboxEvent::Kind::message_modified;
        event.folder = row.folder;
        event.message = row.id;
        event.contents = row.kind;
      }
      return {};
    }));
    if (!events.empty()) {
      auto& counts = events.emplace_back();
      counts.kind = MailboxEvent::Kind::folder_modified;
      counts.folder = folder_id;
      if (folder) counts.parent = folder->parent;
    }
    post(std::move(events));
  }
  co_return Result<>{};
}

Task<Result<>> MailboxImpl::ensure_address_book(Wait wait) {
  const auto self = shared_from_this();
  while (!address_book_read_) {
    const auto seen = progress_.generation();
    if (!reading_address_book_) co_return co_await pull_address_book(std::move(wait));
    if (!co_await progress_.wait_after(seen, wait))
      co_return fail(Errc::unavailable, "the backend did not list its address book in time");
  }
  co_return Result<>{};
}

Task<Result<>> MailboxImpl::refresh(Wait wait) {
  const auto self = shared_from_this();
  OXB_CO_CHECK(co_await pull_folders(std::move(wait)));
  std::vector<FolderId> used;
  for (const auto& [id, state] : states_)
    if (state.used) used.push_back(id);
  Result<> result;
  for (const auto id : used)
    if (auto done = co_await pull(id); !done) result = std::move(done);
  co_return result;
}

Task<void> MailboxImpl::poll_loop(std::weak_ptr<MailboxImpl> weak, CancelToken cancel) {
  for (;;) {
    std::chrono::seconds pause{10};
    if (const auto self = weak.lock()) {
      co_await self->poll_once();
      pause = self->parts_.options.refresh_active;
    } else {
      co_return;
    }
    if (!co_await net::sleep(Wait::upto(pause, cancel))) co_return;
  }
}

// What somebody looks at is polled often, the folder tree and the address book seldom.
Task<void> MailboxImpl::poll_once() {
  if (refused_) co_return;
  if (auto known = co_await push_.recover(backend_wait()); !known) noticed(known.error(), "push.recover");
  if (last_folders_ != SteadyTime{} && steady() - last_folders_ > parts_.options.refresh_idle) {
    if (auto done = co_await pull_folders(backend_wait()); !done) noticed(done.error(), "pull.folders");
  }
  if (last_address_book_ == SteadyTime{} || steady() - last_address_book_ > parts_.options.refresh_idle) {
    if (auto done = co_await pull_address_book(backend_wait()); !done) noticed(done.error(), "pull.address_book");
  }
  std::vector<FolderId> due;
  for (const auto& [id, state] : states_) {
    const auto pause = steady() - state.last_use < kInUse ? parts_.options.refresh_active : parts_.options.refresh_idle;
    if (state.used && !state.pulling && steady() - state.last_pull >= pause) due.push_back(id);
  }
  for (const auto id : due) {
    if (refused_) co_return;
    if (auto done = co_await pull(id); !done) noticed(done.error(), "pull.contents");
  }
  if (last_folders_ != SteadyTime{}) co_await list_ahead();
}

// Push for the Inbox; the rest is polled.
Task<void> MailboxImpl::push_loop(std::weak_ptr<MailboxImpl> weak, CancelToken cancel) {
  std::chrono::seconds pause{1};
  for (;;) {
    FolderId inbox;
    RemoteId remote;
    std::shared_ptr<backend::Account> account;
    if (const auto self = weak.lock()) {
      const auto row =
          self->parts_.replica->read([](replica::ReadTx& tx) { return tx.special(replica::Special::inbox); });
      if (row && row->listed && !self->refused_) {
        inbox = row->id;
        remote = row->remote;
        account = self->parts_.account;
      }
    } else {
      co_return;
    }
    if (account && !remote.value.empty()) {
      const auto told = co_await account->mail().wait_for_change(remote, Wait::upto(kPushWait, cancel));
      account.reset();
      const auto self = weak.lock();
      if (!self) co_return;
      if (told) {
        pause = std::chrono::seconds(1);
        if (auto done = co_await self->pull(inbox); !done) self->noticed(done.error(), "pull.contents");
        continue;
      }
      pause = std::min<std::chrono::seconds>(pause * 2, std::chrono::seconds(60));
    }
    if (!co_await net::sleep(Wait::upto(pause, cancel))) co_return;
  }
}

}  // namespace oxb::sync
