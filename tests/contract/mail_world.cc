// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/mail_world.h"

#include "backend/fake/fake_server.h"
#include "tests/imap/support.h"

#include <atomic>
#include <ostream>

namespace oxb::backend::contract {
namespace {

using model::MailFlags;

class FakeMailWorld final : public MailWorld {
 public:
  FakeMailWorld() : user_(server_.add_user()) {
    fake::User other;
    other.id = 4;
    other.login = "berta";
    other.email = "berta@example.test";
    other.display_name = "Berta Beta";
    berta_ = server_.add_user(other, fake::StandardFolders::none);
    model::Credentials credentials;
    credentials.login = "anton";
    credentials.secret = Secret("secret");
    const auto backend = server_.backend();
    account_ = loop_.run(backend->sign_in(credentials, Wait::upto(std::chrono::seconds(5)))).value();
  }
  MailStore& store() override { return account_->mail(); }
  MailWriter& writer() override { return account_->mail_writer(); }
  net::EventLoop& loop() override { return loop_; }
  void deliver(const std::string& raw) override { server_.deliver(user_, RemoteId{"INBOX"}, raw); }
  void mark_seen(std::uint32_t uid) override {
    MailFlags flags;
    flags.seen = true;
    server_.set_flags(user_, RemoteId{"INBOX"}, uid, flags);
  }
  void expunge(std::uint32_t uid) override { server_.expunge(user_, RemoteId{"INBOX"}, uid); }
  RemoteId shared_folder(const std::string& rights) override {
    const auto has = [&](const char* word) { return rights.find(word) != std::string::npos; };
    model::Folder team;
    team.kind = model::FolderKind::mail;
    team.name = "Team";
    team.id = RemoteId{"shared/berta/Team"};
    const auto id = server_.add_folder(berta_, team);
    server_.deliver(berta_, id, mail("of-the-team"));
    model::Rights level;
    level.folder = has("insert") ? model::Rights::FolderLevel::create_items : model::Rights::FolderLevel::visible;
    if (has("read")) level.read = model::Rights::ItemLevel::all;
    if (has("delete")) level.remove = model::Rights::ItemLevel::all;
    server_.share(berta_, id, user_, level);
    return id;
  }

 private:
  net::EventLoop loop_{2, 1};
  fake::Server server_;
  fake::UserHandle user_, berta_;
  std::shared_ptr<Account> account_;
};

oxb::testing::Dovecot& dovecot(Where where) {
  static oxb::testing::Dovecot full;
  static oxb::testing::Dovecot plain({"imap/imap_capability = IMAP4rev1 UIDPLUS"});
  return where == Where::dovecot ? full : plain;
}

class ImapMailWorld final : public MailWorld {
 public:
  explicit ImapMailWorld(std::uint16_t port) : settings_(plain_settings(port)) {
    static std::atomic<int> next{1};
    const int number = next++;
    user_ = "user" + std::to_string(number) + "@example.test";
    other_ = "user" + std::to_string(number + 30) + "@example.test";
    hand_ = std::make_unique<Hand>(loop_, settings_, user_);
    store_ = std::make_unique<ImapMailStore>(loop_.executor(), settings_, login_of(user_));
  }
  ~ImapMailWorld() override {
    store_.reset();
    hand_.reset();
  }
  MailStore& store() override { return *store_; }
  MailWriter& writer() override { return *store_; }
  net::EventLoop& loop() override { return loop_; }
  void deliver(const std::string& raw) override { hand_->append("INBOX", raw); }
  void mark_seen(std::uint32_t uid) override { store_flags(uid, "+FLAGS (\\Seen)"); }
  void expunge(std::uint32_t uid) override {
    store_flags(uid, "+FLAGS (\\Deleted)");
    hand_->run("UID EXPUNGE " + std::to_string(uid));
  }
  RemoteId shared_folder(const std::string& rights) override {
    std::string letters = "l";
    if (rights.find("read") != std::string::npos) letters += "r";
    if (rights.find("insert") != std::string::npos) letters += "i";
    if (rights.find("delete") != std::string::npos) letters += "te";
    Hand other(loop_, settings_, other_);
    other.on("CREATE", "Team");
    other.append("Team", mail("of-the-team"));
    other.on("SETACL", "Team", user_ + " " + letters);
    return RemoteId{"shared/" + other_ + "/Team"};
  }

 private:
  void store_flags(std::uint32_t uid, const std::string& change) {
    hand_->on("SELECT", "INBOX");
    hand_->run("UID STORE " + std::to_string(uid) + " " + change);
  }
  net::EventLoop loop_{2, 1};
  ImapSettings settings_;
  std::string user_, other_;
  std::unique_ptr<Hand> hand_;
  std::unique_ptr<ImapMailStore> store_;
};

}  // namespace

void PrintTo(Where where, std::ostream* out) {
  *out << (where == Where::fake ? "Fake" : where == Where::dovecot ? "Dovecot" : "WithoutExtensions");
}

std::unique_ptr<MailWorld> make_mail_world(Where where, std::string& why_not) {
  if (where == Where::fake) return std::make_unique<FakeMailWorld>();
  auto& server = dovecot(where);
  EXPECT_FALSE(server.failed()) << server.why_not();
  if (server.failed()) return nullptr;
  why_not = server.why_not();
  return server.running() ? std::make_unique<ImapMailWorld>(server.imap()) : nullptr;
}

}  // namespace oxb::backend::contract
