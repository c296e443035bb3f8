// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A groupware server in memory for scenario tests. It keeps the contract of backend/connector.h like the real
// connectors do: the suite in tests/contract runs against all of them. The test fills it, changes it behind the
// gateway's back and switches faults on. All methods may be called from any thread.
#include "backend/writing.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::backend::fake {

using UserHandle = Strong<std::size_t, struct FakeUserTag>;

struct User {
  std::uint32_t context = 1;
  std::uint32_t id = 3;
  std::string login = "anton";
  std::string password = "secret";
  std::vector<std::string> other_logins;  // besides login, login@context, email and aliases
  std::string display_name = "Anton Alpha";
  std::string email = "anton@example.test";
  std::vector<std::string> aliases;
  std::string locale = "en_US";
  std::string time_zone = "Europe/Berlin";
};

enum class StandardFolders { create, none };

class State;

class Server {
 public:
  Server();
  ~Server();

  // What the gateway gets. Stays usable after the server object is gone.
  std::shared_ptr<Backend> backend() const;

  // --- users -------------------------------------------------------------------------------------------------------
  // Standard folders: INBOX, Drafts, Sent, Trash, Junk; "cal://0/<n>", "con://0/<n>", "<n>" (tasks). The user also gets
  // an entry in the address book of his context. Contexts share nothing.
  UserHandle add_user(User user = {}, StandardFolders folders = StandardFolders::create);
  void set_password(UserHandle user, std::string password);
  // Sessions end; an account whose secret still is right signs in again silently, another one is unauthenticated.
  void expire_sessions(UserHandle user);

  // --- folders (kind mail: the id is the full name; otherwise an id is made when empty)
  // -------------------------------
  RemoteId add_folder(UserHandle owner, model::Folder folder);
  RemoteId folder(UserHandle user, model::FolderRole role) const;  // asserts that there is one
  void share(UserHandle owner, const RemoteId& folder, UserHandle with, model::Rights rights);
  void unshare(UserHandle owner, const RemoteId& folder, UserHandle with);
  // A mail folder's id changes with its name, and so do its children's. Returns the id it has now.
  RemoteId rename_folder(UserHandle owner, const RemoteId& folder, std::string name);
  void remove_folder(UserHandle owner, const RemoteId& folder);

  // --- calendar, contacts, tasks
  // -------------------------------------------------------------------------------------- Creates (no id, or an
  // unknown one) or replaces; folder, version and missing ids are filled in. Returns the id.
  RemoteId put(UserHandle user, const RemoteId& folder, Item item);
  std::optional<Item> item(UserHandle user, const RemoteId& folder, const RemoteId& id) const;
  void remove(UserHandle user, const RemoteId& folder, const RemoteId& id);  // leaves a tombstone
  void vanish(UserHandle user, const RemoteId& folder, const RemoteId& id);  // no tombstone: rights lost, log trimmed
  RemoteId move(UserHandle user, const RemoteId& from, const RemoteId& to, const RemoteId& id);  // tombstone in from
  // From now on the item is reported in ItemChanges::unreadable; the empty reason mends it.
  void make_unreadable(UserHandle user, const RemoteId& folder, const RemoteId& id, std::string reason);
  // Tombstones are dropped and positions older than now are answered with a complete listing.
  void trim_tombstones();

  // --- mail
  // -----------------------------------------------------------------------------------------------------------
  std::uint32_t deliver(UserHandle user, const RemoteId& folder, std::string_view raw, model::MailFlags flags = {},
                        std::optional<Instant> received = {});
  void set_flags(UserHandle user, const RemoteId& folder, std::uint32_t uid, model::MailFlags flags);
  std::optional<model::MailFlags> flags(UserHandle user, const RemoteId& folder, std::uint32_t uid) const;
  void expunge(UserHandle user, const RemoteId& folder, std::uint32_t uid);
  std::uint32_t move_mail(UserHandle user, const RemoteId& from, const RemoteId& to, std::uint32_t uid);  // new uid
  void renumber(UserHandle user, const RemoteId& folder);  // a new UIDVALIDITY and new UIDs, mails and order kept
  // Without QRESYNC nothing is ever reported as vanished; every reading is a complete listing.
  void set_vanished_reporting(bool on);

  // The raw text; nothing where there is no such mail.
  std::optional<std::string> mail(UserHandle user, const RemoteId& folder, std::uint32_t uid) const;
  std::vector<std::uint32_t> uids(UserHandle user, const RemoteId& folder) const;
  std::uint32_t uid_validity(UserHandle user, const RemoteId& folder) const;
  // Bytes that all mails of the user's own folders may have together.
  void set_quota(UserHandle user, std::uint64_t bytes);
  // Without UIDPLUS nobody is told where a written mail came to lie, and nothing is expunged by UID.
  void set_place_reporting(bool on);

  // --- sending: mail for an address of a user comes into his INBOX; everything that was taken is kept
  // -----------------------------------------------------------------------------------------------------------
  struct Sent {
    UserHandle by;
    Envelope envelope;
    std::string message;
  };
  std::vector<Sent> sent() const;
  void set_submission(bool on);                          // accounts that sign in later have none
  void refuse_recipient(std::string address, int code);  // 550: refused for good
  void refuse_next_submission(int code);                 // of the whole mail

  // --- address book
  // ---------------------------------------------------------------------------------------------------
  void put_entry(std::uint32_t context, model::DirectoryEntry entry);  // creates or replaces by kind and id
  void remove_entry(std::uint32_t context, model::DirectoryEntry::Kind kind, std::uint32_t id);
  void hide_entry(UserHandle from, model::DirectoryEntry::Kind kind, std::uint32_t id);

  // --- faults
  // -----------------------------------------------------------------------------------------------------------
  void set_unavailable(bool on);  // every call fails with Errc::unavailable
  void set_mail_unavailable(bool on);
  // The next count calls of the operation ("" = any, "write." = any that writes) fail with this error instead of doing
  // anything.
  void fail_next(std::string operation, Errc code, std::size_t count = 1);
  // The next count calls do their work, then the answer is lost: unavailable ("answer cut short"); a submission's
  // outcome is unknown.
  void cut_next(std::string operation, std::size_t count = 1);
  void hold();               // calls wait ...
  void release();            // ... until now, their deadline or their cancel token
  std::size_t held() const;  // how many wait

  // --- counters: "sign_in", "sign_out", "mail.folders", "mail.changes", "mail.messages", "mail.existing",
  // "mail.change_flags", "mail.wait_for_change", "groupware.folders", "groupware.changes", "groupware.existing",
  // "write.append", "write.find", "write.transfer", "write.expunge", "write.create_folder", "write.move_folder",
  // "write.delete_folder", "write.submit", "write.item.create", ".update", ".change_files", ".remove", ".move",
  // ".find", "write.item.create_folder", ".change_folder", ".delete_folder", "groupware.items", "groupware.attachment",
  // "groupware.picture", "address_book.entries"
  // -----------------------------
  std::size_t calls(std::string_view operation) const;
  std::size_t calls() const;
  void reset_calls();

 private:
  std::shared_ptr<State> state_;
};

}  // namespace oxb::backend::fake
