// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/accounts.h"

#include "base/sqlite.h"
#include "directory/directory.h"
#include "net/event_loop.h"
#include "sync/mailbox_impl.h"
#include "sync/skeleton.h"

#include <boost/asio/thread_pool.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace oxb::sync {
namespace {

std::string error_text() { return std::generic_category().message(errno); }

// Keeps a second daemon out of the store; released when the process ends, however it ends.
class StoreLock {
 public:
  static Result<StoreLock> take(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
      return fail(Errc::unavailable, fmt::format("cannot make the store directory {}: {}", directory, error_text()));
    const auto path = directory + "/lock";
    StoreLock lock;
    lock.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.fd_ < 0)
      return fail(Errc::unavailable,
                  fmt::format("cannot write into the store directory {}: {}", directory, error_text()));
    if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
      return fail(Errc::unavailable, fmt::format("the store directory {} is in use by another oxbridged", directory));
    return lock;
  }
  StoreLock() = default;
  StoreLock(StoreLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  int fd_ = -1;
};

// Which file belongs to whom. Losing it costs a re-sync under new GUIDs, like losing the stores themselves.
class Catalog {
 public:
  static Result<std::unique_ptr<Catalog>> open(const std::string& directory) {
    OXB_TRY(auto db, Sqlite::open(directory + "/catalog.sqlite"));
    OXB_CHECK(db->exec(
        "CREATE TABLE IF NOT EXISTS mailbox(backend TEXT NOT NULL, context INTEGER NOT NULL, user INTEGER NOT NULL, "
        "file TEXT NOT NULL UNIQUE, PRIMARY KEY(backend, context, user)) WITHOUT ROWID"));
    return std::unique_ptr<Catalog>(new Catalog(directory, std::move(db)));
  }

  Result<std::string> path_of(const model::Principal& principal) {
    {
      OXB_TRY(auto st, db_->prepare("SELECT file FROM mailbox WHERE backend=? AND context=? AND user=?"));
      st.bind(1, principal.backend).bind(2, principal.context).bind(3, principal.user);
      OXB_TRY(const bool found, st.step());
      if (found) return directory_ + "/" + st.text(0);
    }
    const auto file = to_text(random_guid()) + ".sqlite";
    OXB_TRY(auto st, db_->prepare("INSERT INTO mailbox VALUES(?,?,?,?)"));
    OXB_CHECK(st.bind(1, principal.backend).bind(2, principal.context).bind(3, principal.user).bind(4, file).run());
    return directory_ + "/" + file;
  }

 private:
  Catalog(std::string directory, std::unique_ptr<Sqlite> db) : directory_(std::move(directory)), db_(std::move(db)) {}
  std::string directory_;
  std::unique_ptr<Sqlite> db_;
};

using PrincipalKey = std::tuple<std::string, std::uint32_t, std::uint32_t>;

class AccountsImpl final : public Accounts {
 public:
  AccountsImpl(Executor executor, std::shared_ptr<backend::Backend> backend, directory::Installation installation,
               std::shared_ptr<directory::Directories> directories, AccountsOptions options, StoreLock lock,
               std::unique_ptr<Catalog> catalog)
      : executor_(std::move(executor)),
        backend_(std::move(backend)),
        installation_(std::move(installation)),
        directories_(std::move(directories)),
        options_(std::move(options)),
        lock_(std::move(lock)),
        catalog_(std::move(catalog)) {}

  ~AccountsImpl() override { cpu_.join(); }

  Task<Result<std::shared_ptr<Mailbox>>> sign_in(const model::Credentials& credentials, Wait wait) override {
    OXB_CO_TRY(auto account, co_await backend_->sign_in(credentials, std::move(wait)));
    const auto principal = account->principal();
    const PrincipalKey key{principal.backend, principal.context, principal.user};
    std::unique_lock guard(mutex_);
    if (stopped_) co_return fail(Errc::unavailable, "the gateway is shutting down");
    if (const auto known = mailboxes_[key].lock()) {
      guard.unlock();
      co_await net::run_on(known->executor(), hand_over(known, std::move(account)));
      co_return std::shared_ptr<Mailbox>(known);
    }
    auto made = make_mailbox(principal, std::move(account));
    if (!made) co_return tl::unexpected(std::move(made).error());
    mailboxes_[key] = *made;
    guard.unlock();
    (*made)->start();
    co_return std::shared_ptr<Mailbox>(*std::move(made));
  }

  Task<void> stop(Wait wait) override {
    std::vector<std::shared_ptr<MailboxImpl>> open;
    {
      const std::lock_guard guard(mutex_);
      stopped_ = true;
      for (auto& [key, weak] : mailboxes_)
        if (auto mailbox = weak.lock()) open.push_back(std::move(mailbox));
    }
    for (const auto& mailbox : open) co_await net::run_on(mailbox->executor(), mailbox->stop(wait));
  }

 private:
  static Task<> hand_over(std::shared_ptr<MailboxImpl> mailbox, std::shared_ptr<backend::Account> account) {
    mailbox->replace_account(std::move(account));
    co_return;
  }
  Result<std::shared_ptr<MailboxImpl>> make_mailbox(const model::Principal& principal,
                                                    std::shared_ptr<backend::Account> account) {
    OXB_TRY(const auto path, catalog_->path_of(principal));
    OXB_TRY(auto replica, replica::Replica::open(
                              path, {.content_cache_bytes = options_.content_cache_bytes, .clock = options_.clock}));
    OXB_CHECK(replica->write([](replica::WriteTx& tx) { return ensure_skeleton(tx); }));
    Owner owner;
    owner.entity = {directory::EntityKind::user, principal.context, principal.user};
    owner.legacy_dn = installation_.legacy_dn(owner.entity);
    owner.display_name = principal.display_name;
    owner.email = principal.email;
    owner.aliases = principal.aliases;
    owner.time_zone = principal.time_zone;
    owner.locale = principal.locale;
    return std::make_shared<MailboxImpl>(MailboxImpl::Parts{
        net::make_strand(executor_), cpu_.get_executor(), std::move(owner), installation_, std::move(replica),
        std::move(account), options_, address_book_reader(), address_book_finder()});
  }

  std::function<Result<>(const Owner&, const std::vector<model::DirectoryEntry>&)> address_book_reader() const {
    if (!directories_) return {};
    return [directories = directories_](const Owner& owner,
                                        const std::vector<model::DirectoryEntry>& entries) -> Result<> {
      OXB_TRY(const auto book, directories->of(owner.entity.context));
      return book->deliver(owner.entity.id, entries);
    };
  }

  std::function<std::optional<std::string>(const Owner&, std::string_view)> address_book_finder() const {
    if (!directories_) return {};
    return [directories = directories_](const Owner& owner, std::string_view legacy_dn) -> std::optional<std::string> {
      const auto book = directories->of(owner.entity.context);
      if (!book) return std::nullopt;
      const auto view = (*book)->view(owner.entity.id);
      const auto* entry = view ? (*view)->by_dn(legacy_dn) : nullptr;
      if (entry == nullptr || entry->data.email.empty()) return std::nullopt;
      return entry->data.email;
    };
  }

  Executor executor_;
  boost::asio::thread_pool cpu_{1};
  std::shared_ptr<backend::Backend> backend_;
  directory::Installation installation_;
  std::shared_ptr<directory::Directories> directories_;
  AccountsOptions options_;
  StoreLock lock_;
  std::unique_ptr<Catalog> catalog_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::map<PrincipalKey, std::weak_ptr<MailboxImpl>> mailboxes_;
};

}  // namespace

Result<std::unique_ptr<Accounts>> Accounts::create(Executor executor, std::shared_ptr<backend::Backend> backend,
                                                   directory::Installation installation,
                                                   std::shared_ptr<directory::Directories> directories,
                                                   AccountsOptions options) {
  OXB_TRY(auto lock, StoreLock::take(options.store_directory));
  OXB_TRY(auto catalog, Catalog::open(options.store_directory));
  return std::unique_ptr<Accounts>(
      std::make_unique<AccountsImpl>(std::move(executor), std::move(backend), std::move(installation),
                                     std::move(directories), std::move(options), std::move(lock), std::move(catalog)));
}

}  // namespace oxb::sync
