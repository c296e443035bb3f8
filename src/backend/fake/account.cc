// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/state.h"

namespace oxb::backend::fake {
namespace {

class FakeAddressBook final : public AddressBook {
 public:
  explicit FakeAddressBook(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  Task<Result<std::vector<model::DirectoryEntry>>> entries(Wait wait) override {
    OXB_CO_CHECK(co_await session_->begin("address_book.entries", std::move(wait)));
    std::vector<model::DirectoryEntry> out;
    {
      auto& state = session_->state();
      const std::scoped_lock lock(state.mutex);
      const auto& user = state.users[session_->user()];
      for (const auto& entry : state.directory[user.user.context]) {
        if (!user.hidden.contains({entry.kind, entry.id})) out.push_back(entry);
      }
    }
    OXB_CO_CHECK(session_->end("address_book.entries"));
    co_return out;
  }

 private:
  std::shared_ptr<Session> session_;
};

class FakeAccount final : public Account {
 public:
  FakeAccount(std::shared_ptr<Session> session, model::Principal principal)
      : session_(session),
        principal_(std::move(principal)),
        mail_(make_mail(session)),
        mail_writer_(make_mail_writer(session)),
        submission_(make_submission(session)),
        groupware_(make_groupware(session)),
        writer_(make_groupware_writer(session)),
        address_book_(session) {}

  const model::Principal& principal() const override { return principal_; }
  MailStore& mail() override { return *mail_; }
  MailWriter& mail_writer() override { return *mail_writer_; }
  Submission* submission() override { return submission_.get(); }
  Groupware& groupware() override { return *groupware_; }
  GroupwareWriter& groupware_writer() override { return *writer_; }
  AddressBook& address_book() override { return address_book_; }
  Task<void> sign_out(Wait) override {
    {
      auto& state = session_->state();
      const std::scoped_lock lock(state.mutex);
      ++state.counters["sign_out"];
    }
    session_->close();
    co_return;
  }

 private:
  std::shared_ptr<Session> session_;
  model::Principal principal_;
  std::unique_ptr<MailStore> mail_;
  std::unique_ptr<MailWriter> mail_writer_;
  std::unique_ptr<Submission> submission_;
  std::unique_ptr<Groupware> groupware_;
  std::unique_ptr<GroupwareWriter> writer_;
  FakeAddressBook address_book_;
};

bool is_login_of(const User& user, std::string_view login) {
  if (login == user.login || login == user.email) return true;
  if (login == user.login + "@" + std::to_string(user.context)) return true;
  const auto is_it = [&](const std::string& s) { return s == login; };
  return std::any_of(user.aliases.begin(), user.aliases.end(), is_it) ||
         std::any_of(user.other_logins.begin(), user.other_logins.end(), is_it);
}

model::Principal principal_of(const User& user) {
  model::Principal p;
  p.backend = "fake";
  p.context = user.context;
  p.user = user.id;
  p.login = user.login;
  p.display_name = user.display_name;
  p.email = user.email;
  p.aliases = user.aliases;
  p.imap_login = user.email;
  p.locale = user.locale;
  p.time_zone = user.time_zone;
  p.server_version = "8.19.0";
  return p;
}

class FakeBackend final : public Backend {
 public:
  explicit FakeBackend(std::shared_ptr<State> state) : state_(std::move(state)) {}

  Task<Result<std::shared_ptr<Account>>> sign_in(const model::Credentials& credentials, Wait wait) override {
    return start(state_, credentials, std::move(wait));
  }

 private:
  static Task<Result<std::shared_ptr<Account>>> start(std::shared_ptr<State> state, model::Credentials credentials,
                                                      Wait wait) {
    OXB_CO_CHECK(co_await enter(state, "sign_in", std::move(wait)));
    std::optional<std::size_t> found;
    model::Principal principal;
    {
      const std::scoped_lock lock(state->mutex);
      for (std::size_t i = 0; i < state->users.size() && !found; ++i) {
        const auto& user = state->users[i].user;
        if (!is_login_of(user, credentials.login) || credentials.secret.reveal() != user.password) continue;
        found = i;
        principal = principal_of(user);
      }
    }
    if (!found) co_return fail(Errc::unauthenticated, "credentials refused");
    OXB_CO_CHECK(leave(*state, "sign_in"));
    auto session = std::make_shared<Session>(state, *found, std::move(credentials));
    co_return std::make_shared<FakeAccount>(std::move(session), std::move(principal));
  }

  std::shared_ptr<State> state_;
};

}  // namespace

std::shared_ptr<Backend> Server::backend() const { return std::make_shared<FakeBackend>(state_); }

}  // namespace oxb::backend::fake
