// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/backend.h"

#include "backend/ox/account.h"
#include "backend/ox/no_mail.h"
#include "backend/ox/writer.h"
#include "net/event_loop.h"

namespace oxb::backend::ox {
namespace {

constexpr std::chrono::seconds kSignOutTime{5};

Task<void> leave(std::shared_ptr<Session> session) { co_await session->sign_out(Wait::upto(kSignOutTime)); }

class OxAccount final : public Account {
 public:
  OxAccount(Executor executor, SignedIn signed_in, Mail mail)
      : executor_(std::move(executor)),
        session_(signed_in.context.session),
        principal_(signed_in.principal),
        mail_(std::move(mail)),
        address_book_(make_address_book(signed_in.context)),
        writer_(make_groupware_writer(signed_in.context)),
        groupware_(make_groupware(std::move(signed_in))) {}
  // Whoever ends the loop signs out first: what is spawned here outlives the account.
  ~OxAccount() override {
    if (!session_->signed_out()) net::spawn(executor_, leave(session_));
  }

  const model::Principal& principal() const override { return principal_; }
  MailStore& mail() override { return *mail_.store; }
  MailWriter& mail_writer() override { return *mail_.writer; }
  Submission* submission() override { return mail_.submission.get(); }
  Groupware& groupware() override { return *groupware_; }
  GroupwareWriter& groupware_writer() override { return *writer_; }
  AddressBook& address_book() override { return *address_book_; }
  Task<void> sign_out(Wait wait) override { return session_->sign_out(std::move(wait)); }

 private:
  Executor executor_;
  std::shared_ptr<Session> session_;
  model::Principal principal_;
  Mail mail_;
  std::unique_ptr<AddressBook> address_book_;
  std::unique_ptr<GroupwareWriter> writer_;
  std::unique_ptr<Groupware> groupware_;
};

class OxBackend final : public Backend {
 public:
  OxBackend(Executor executor, std::shared_ptr<net::HttpClient> http, Options options, MailFactory mail)
      : shared_(std::make_shared<const Shared>(
            Shared{std::move(executor), std::move(http), std::move(options), std::move(mail)})) {}

  Task<Result<std::shared_ptr<Account>>> sign_in(const model::Credentials& credentials, Wait wait) override {
    return start(shared_, credentials, std::move(wait));
  }

 private:
  struct Shared {
    Executor executor;
    std::shared_ptr<net::HttpClient> http;
    Options options;
    MailFactory mail;
  };

  static Task<Result<std::shared_ptr<Account>>> start(std::shared_ptr<const Shared> shared,
                                                      model::Credentials credentials, Wait wait) {
    OXB_CO_TRY(auto signed_in, co_await ox::sign_in(shared->http, shared->options, credentials, std::move(wait)));
    auto mail = shared->mail ? shared->mail({signed_in.principal, credentials, signed_in.mail_folders}) : no_mail();
    co_return std::make_shared<OxAccount>(shared->executor, std::move(signed_in), std::move(mail));
  }

  std::shared_ptr<const Shared> shared_;
};

}  // namespace

std::shared_ptr<Backend> make_backend(Executor executor, std::shared_ptr<net::HttpClient> http, Options options,
                                      MailFactory mail) {
  return std::make_shared<OxBackend>(std::move(executor), std::move(http), std::move(options), std::move(mail));
}

}  // namespace oxb::backend::ox
