// SPDX-License-Identifier: GPL-3.0-or-later
// The writing half of the mail store.
#include "backend/imap/imap_store_state.h"
#include "backend/imap/imap_writing.h"

namespace oxb::backend {

namespace {

using Pool = std::shared_ptr<ImapPool>;
using Transferred = MailWriter::Transferred;

// prepare(connection) is repeated on a fresh connection where an old one turned out to be dead; write(connection)
// happens once. Where it broke off, nobody knows what became of it.
template <class T, class Prepare, class Write>
Task<Result<T>> write_once(Pool pool, std::string folder, Prepare prepare, Write write, Wait wait) {
  for (int attempt = 0;; ++attempt) {
    OXB_CO_TRY(auto lease, co_await pool->acquire(kWork, folder, wait));
    Result<> ready = co_await prepare(*lease);
    if (!ready) {
      const bool dead = ready.error().code == Errc::unavailable && lease->broken() && !lease.fresh();
      if (dead && attempt <= 2 && !wait.expired()) continue;
      co_return tl::unexpected(std::move(ready).error());
    }
    Result<T> result = co_await write(*lease);
    if (!result && lease->broken() && result.error().code != Errc::cancelled)
      co_return fail(Errc::unavailable, std::move(result).error().what);
    co_return result;
  }
}

Task<Result<MailPlace>> append_once(Pool pool, std::string folder, Bytes message, model::MailFlags flags,
                                    std::optional<Instant> received, Wait wait) {
  auto prepare = [&](ImapConnection& c) { return check_alive(c, wait); };
  auto write = [&](ImapConnection& c) {
    return append_mail(c, folder, std::move(message), std::move(flags), received, wait);
  };
  co_return co_await write_once<MailPlace>(std::move(pool), {}, prepare, write, wait);
}

Task<Result<std::vector<std::uint32_t>>> find_in(Pool pool, std::string folder, std::string field, std::string text,
                                                 Wait wait) {
  auto find = [&](ImapConnection& c) { return find_mails(c, folder, field, text, wait); };
  co_return co_await with_connection<std::vector<std::uint32_t>>(std::move(pool), kWork, folder, find, wait);
}

Task<Result<std::vector<Transferred>>> transfer_once(Pool pool, std::string from, std::uint32_t uid_validity,
                                                     std::vector<std::uint32_t> uids, std::string to,
                                                     MailWriter::Transfer how, Wait wait) {
  if (uids.empty()) co_return std::vector<Transferred>();
  const auto mode = how == MailWriter::Transfer::move ? ImapMode::write : ImapMode::read;
  auto prepare = [&](ImapConnection& c) { return open_for(c, mode, from, uid_validity, wait); };
  auto write = [&](ImapConnection& c) { return transfer_mails(c, std::move(uids), to, how, wait); };
  co_return co_await write_once<std::vector<Transferred>>(std::move(pool), from, prepare, write, wait);
}

Task<Result<>> expunge_once(Pool pool, std::string folder, std::uint32_t uid_validity, std::vector<std::uint32_t> uids,
                            Wait wait) {
  auto prepare = [&](ImapConnection& c) { return open_for(c, ImapMode::write, folder, uid_validity, wait); };
  auto write = [&](ImapConnection& c) { return expunge_mails(c, std::move(uids), wait); };
  co_return co_await write_once<void>(std::move(pool), folder, prepare, write, wait);
}

Task<Result<>> prepare_name(ImapConnection& connection, std::string parent, std::string name, std::string& full,
                            Wait wait) {
  OXB_CO_CHECK(co_await check_alive(connection, wait));
  OXB_CO_TRY(full, co_await folder_name(connection, std::move(parent), std::move(name), std::move(wait)));
  co_return Result<>{};
}

Task<Result<RemoteId>> create_once(Pool pool, std::string parent, std::string name, Wait wait) {
  std::string full;
  auto prepare = [&](ImapConnection& c) { return prepare_name(c, parent, name, full, wait); };
  auto write = [&](ImapConnection& c) { return create_mail_folder(c, full, wait); };
  OXB_CO_CHECK(co_await write_once<void>(std::move(pool), {}, prepare, write, wait));
  co_return RemoteId{full};
}

struct Renaming {
  std::string from, parent, name, to;
  std::vector<std::string> subscribed;
};

Task<Result<>> prepare_rename(ImapConnection& connection, Renaming& renaming, Wait wait) {
  OXB_CO_CHECK(co_await prepare_name(connection, renaming.parent, renaming.name, renaming.to, wait));
  OXB_CO_CHECK(co_await check_rename(connection, renaming.from, renaming.to, wait));
  OXB_CO_CHECK(co_await connection.leave_selected(wait));
  OXB_CO_TRY(renaming.subscribed, co_await subscriptions_below(connection, renaming.from, std::move(wait)));
  co_return Result<>{};
}

Task<Result<RemoteId>> rename_once(Pool pool, Renaming renaming, Wait wait) {
  auto prepare = [&](ImapConnection& c) { return prepare_rename(c, renaming, wait); };
  auto write = [&](ImapConnection& c) {
    return rename_mail_folder(c, renaming.from, renaming.to, std::move(renaming.subscribed), wait);
  };
  const auto renamed = co_await write_once<void>(pool, {}, prepare, write, wait);
  pool->folders_renamed();
  if (!renamed) co_return tl::unexpected(renamed.error());
  co_return RemoteId{renaming.to};
}

Task<Result<>> prepare_delete(ImapConnection& connection, std::string folder, Wait wait) {
  OXB_CO_CHECK(co_await check_no_folders_below(connection, std::move(folder), wait));
  co_return co_await connection.leave_selected(std::move(wait));
}

Task<Result<>> delete_once(Pool pool, std::string folder, Wait wait) {
  auto prepare = [&](ImapConnection& c) { return prepare_delete(c, folder, wait); };
  auto write = [&](ImapConnection& c) { return delete_mail_folder(c, folder, wait); };
  auto deleted = co_await write_once<void>(pool, {}, prepare, write, wait);
  pool->folders_renamed();
  co_return deleted;
}

}  // namespace

Task<Result<MailPlace>> ImapMailStore::append(const RemoteId& folder, Bytes message, model::MailFlags flags,
                                              std::optional<Instant> received, Wait wait) {
  return on_strand(state_->strand, append_once(state_->pool, folder.value, std::move(message), std::move(flags),
                                               received, std::move(wait)));
}

Task<Result<std::vector<std::uint32_t>>> ImapMailStore::find(const RemoteId& folder, std::string field,
                                                             std::string text, Wait wait) {
  return on_strand(state_->strand,
                   find_in(state_->pool, folder.value, std::move(field), std::move(text), std::move(wait)));
}

Task<Result<std::vector<Transferred>>> ImapMailStore::transfer(const RemoteId& from, std::uint32_t uid_validity,
                                                               std::vector<std::uint32_t> uids, const RemoteId& to,
                                                               Transfer how, Wait wait) {
  return on_strand(state_->strand, transfer_once(state_->pool, from.value, uid_validity, std::move(uids), to.value, how,
                                                 std::move(wait)));
}

Task<Result<>> ImapMailStore::expunge(const RemoteId& folder, std::uint32_t uid_validity,
                                      std::vector<std::uint32_t> uids, Wait wait) {
  return on_strand(state_->strand,
                   expunge_once(state_->pool, folder.value, uid_validity, std::move(uids), std::move(wait)));
}

Task<Result<RemoteId>> ImapMailStore::create_folder(const RemoteId& parent, std::string name, Wait wait) {
  return on_strand(state_->strand, create_once(state_->pool, parent.value, std::move(name), std::move(wait)));
}

Task<Result<RemoteId>> ImapMailStore::move_folder(const RemoteId& folder, const RemoteId& parent, std::string name,
                                                  Wait wait) {
  Renaming renaming{folder.value, parent.value, std::move(name), {}, {}};
  return on_strand(state_->strand, rename_once(state_->pool, std::move(renaming), std::move(wait)));
}

Task<Result<>> ImapMailStore::delete_folder(const RemoteId& folder, Wait wait) {
  return on_strand(state_->strand, delete_once(state_->pool, folder.value, std::move(wait)));
}

}  // namespace oxb::backend
