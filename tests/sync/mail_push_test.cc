// SPDX-License-Identifier: GPL-3.0-or-later
// Mail written by Outlook: what the mail server has afterwards, and what the mailbox shows.
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "tests/sync/fixture.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace oxb::sync {
namespace {

namespace tag = mapi::tag;
using replica::Special;
using Transfer = Writer::Transfer;

class MailPush : public SyncTest {
 protected:
  void SetUp() override {
    SyncTest::SetUp();
    open_mailbox();
  }
  RemoteId inbox() { return server_.folder(user_, model::FolderRole::inbox); }
  RemoteId drafts() { return server_.folder(user_, model::FolderRole::drafts); }

  struct Stored {
    std::string raw;
    model::MailFlags flags;
  };
  std::vector<Stored> stored_in(const RemoteId& folder) const {
    std::vector<Stored> out;
    for (const auto uid : server_.uids(user_, folder))
      out.push_back({server_.mail(user_, folder, uid).value(), server_.flags(user_, folder, uid).value()});
    return out;
  }
  static std::vector<MessageId> ids_of(const std::vector<replica::MessageRow>& rows) {
    std::vector<MessageId> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
  }

  template <class R, class... P, class... A>
  R write(Task<R> (Writer::*member)(P...), A... arguments) {
    return loop_.run(writing<R>(mailbox_, member, std::move(arguments)...));
  }
  template <class R, class... P, class... A>
  static Task<R> writing(std::shared_ptr<Mailbox> mailbox, Task<R> (Writer::*member)(P...), A... arguments) {
    co_return co_await boost::asio::co_spawn(mailbox->executor(), (mailbox->writer().*member)(std::move(arguments)...),
                                             boost::asio::use_awaitable);
  }

  static mapi::Content draft(const std::string& subject, const std::string& text) {
    mapi::Content content;
    content.properties.set(tag::kMessageClass, std::string("IPM.Note"));
    content.properties.set(tag::kMessageFlags, std::int32_t{9});
    content.properties.set(tag::kSubject, subject);
    content.properties.set(tag::kNormalizedSubject, subject);
    content.properties.set(tag::kBody, text);
    auto& to = content.recipients.emplace_back().properties;
    to.set(tag::kRecipientType, std::int32_t{1});
    to.set(tag::kDisplayName, std::string("Berta"));
    to.set(tag::kAddressType, std::string("SMTP"));
    to.set(tag::kEmailAddress, std::string("berta@example.test"));
    to.set(tag::kSmtpAddress, std::string("berta@example.test"));
    return content;
  }
  SavedMessage saved(FolderId folder, mapi::Content content) {
    SavedMessage out;
    out.folder = folder;
    for (const auto& property : content.properties.all()) out.changed.insert(property.tag.id());
    out.content = std::make_shared<const mapi::Content>(std::move(content));
    out.recipients_changed = true;
    return out;
  }
  // The stored message with something changed, as a client would save it.
  SavedMessage changed(const replica::MessageRow& row, mapi::PropTag property, mapi::PropertyValue value) {
    SavedMessage out;
    out.id = row.id;
    out.folder = row.folder;
    out.base = row.change;
    auto content = **loop_.run(call(mailbox_, &Mailbox::content, row.id, soon()));
    content.properties.set(property, std::move(value));
    out.changed = {property.id()};
    out.content = std::make_shared<const mapi::Content>(std::move(content));
    return out;
  }
  using Saved = Result<MessageId>;
  static Task<std::pair<Saved, Saved>> both(std::shared_ptr<Mailbox> mailbox, SavedMessage first, SavedMessage second) {
    using namespace boost::asio::experimental::awaitable_operators;
    const auto start = [&](SavedMessage message) {
      return boost::asio::co_spawn(mailbox->executor(), mailbox->writer().save(std::move(message), soon()),
                                   boost::asio::use_awaitable);
    };
    auto [one, two] = co_await (start(std::move(first)) && start(std::move(second)));
    co_return std::pair{std::move(one), std::move(two)};
  }
  Result<MessageId> save(SavedMessage message) { return write(&Writer::save, std::move(message), soon()); }
  std::vector<std::string> subjects(FolderId folder) {
    std::vector<std::string> out;
    for (const auto& row : messages(folder)) {
      const auto* text = row.properties.get<std::string>(tag::kSubject);
      out.push_back(text != nullptr ? *text : "?");
    }
    std::ranges::sort(out);
    return out;
  }
  void restart() {
    mailbox_.reset();
    close_accounts();
    open_accounts();
    open_mailbox();
  }
  std::vector<replica::Intent> intents() {
    return read([](replica::ReadTx& tx) { return tx.intents(); }).value();
  }
};

TEST_F(MailPush, ADraftIsStoredOnceUnderOneId) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  Recorder recorder;
  mailbox_->subscribe(recorder);
  const auto id = save(saved(folder, draft("Offer", "First words")));
  ASSERT_TRUE(id) << id.error().what;
  mailbox_->unsubscribe(recorder);
  const auto stored = stored_in(drafts());
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_NE(stored[0].raw.find("Subject: Offer"), std::string::npos);
  EXPECT_NE(stored[0].raw.find("First words"), std::string::npos);
  EXPECT_TRUE(stored[0].flags.draft);
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(messages(folder)[0].id, *id);
  EXPECT_TRUE(intents().empty());
  EXPECT_EQ(recorder.count(MailboxEvent::Kind::message_created), 1U);
  EXPECT_FALSE(recorder.seen.front().new_mail) << "what the user wrote himself is no news";
  restart();
  ASSERT_TRUE(refresh());
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(messages(folder)[0].id, *id);
}

TEST_F(MailPush, AChangedDraftTakesThePlaceOfTheOldOne) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  const auto id = save(saved(folder, draft("Offer", "First words"))).value();
  const auto again = save(changed(messages(folder)[0], tag::kBody, std::string("Second words")));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(*again, id);
  const auto stored = stored_in(drafts());
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_NE(stored[0].raw.find("Second words"), std::string::npos);
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(messages(folder)[0].id, id);
}

TEST_F(MailPush, AConflictIsToldAndNothingIsLost) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(save(saved(folder, draft("Offer", "First words"))));
  const auto row = messages(folder)[0];
  auto second = changed(row, tag::kBody, std::string("Mine"));
  ASSERT_TRUE(save(changed(row, tag::kBody, std::string("Theirs"))));
  const auto refused = save(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_NE(stored_in(drafts())[0].raw.find("Theirs"), std::string::npos);
  second.on_conflict = SavedMessage::OnConflict::overwrite;
  ASSERT_TRUE(save(second));
  ASSERT_EQ(stored_in(drafts()).size(), 1U);
  EXPECT_NE(stored_in(drafts())[0].raw.find("Mine"), std::string::npos);
}

// Two connections save the same message at the same time: one wins, the other is told, and one mail remains.
TEST_F(MailPush, SavesOfOneMessageFollowEachOther) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(save(saved(folder, draft("Offer", "First words"))));
  const auto row = messages(folder)[0];
  auto first = changed(row, tag::kBody, std::string("Mine")), second = changed(row, tag::kBody, std::string("Theirs"));
  const auto [one, two] = loop_.run(both(mailbox_, std::move(first), std::move(second)));
  EXPECT_NE(one.has_value(), two.has_value());
  EXPECT_EQ((one ? two : one).error().code, Errc::conflict);
  EXPECT_EQ(stored_in(drafts()).size(), 1U);
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(messages(folder)[0].id, row.id);
}

// Decision 4 of the design: flags and properties never render a received mail anew.
TEST_F(MailPush, AReceivedMailKeepsItsBytesWhenPropertiesChange) {
  server_.deliver(user_, inbox(), mail("signed"));
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  const auto before = stored_in(inbox())[0].raw;
  const auto row = messages(folder)[0];
  ASSERT_TRUE(save(changed(row, tag::kSubject, std::string("My own subject"))));
  ASSERT_TRUE(save(changed(messages(folder)[0], tag::kFlagStatus, std::int32_t{2})));
  const auto after = stored_in(inbox());
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].raw, before);
  EXPECT_TRUE(after[0].flags.flagged);
  EXPECT_EQ(subjects(folder), std::vector<std::string>{"My own subject"});
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(folder)[0].id, row.id);
  EXPECT_EQ(subjects(folder), std::vector<std::string>{"My own subject"});
}

// F16 and F22: the server did it, and the answer was lost.
TEST_F(MailPush, ALostAnswerMakesNoSecondMail) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  server_.cut_next("write.append");
  const auto first = save(saved(folder, draft("Offer", "First words")));
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, Errc::unavailable);
  const auto second = save(saved(folder, draft("Offer", "First words")));
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ(stored_in(drafts()).size(), 1U);
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(messages(folder)[0].id, *second);
  EXPECT_TRUE(intents().empty());
}

TEST_F(MailPush, ARestartFindsWhatWasUploaded) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  const auto id = save(saved(folder, draft("Offer", "First words"))).value();
  server_.cut_next("write.append");
  ASSERT_FALSE(save(changed(messages(folder)[0], tag::kBody, std::string("Second words"))));
  EXPECT_EQ(stored_in(drafts()).size(), 2U) << "both are there until somebody looks";
  restart();
  ASSERT_TRUE(refresh());
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(messages(folder)[0].id, id);
  ASSERT_TRUE(save(saved(folder, draft("Another", "x"))));
  EXPECT_EQ(stored_in(drafts()).size(), 2U);
  EXPECT_TRUE(intents().empty());
}

TEST_F(MailPush, ARefusedUploadLeavesNothing) {
  const auto folder = special(Special::drafts).id;
  ASSERT_TRUE(list(folder));
  server_.fail_next("write.append", Errc::quota);
  const auto refused = save(saved(folder, draft("Offer", "First words")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::quota);
  EXPECT_TRUE(intents().empty());
  EXPECT_TRUE(messages(folder).empty());
  EXPECT_TRUE(stored_in(drafts()).empty());
}

TEST_F(MailPush, MovedMailsKeepTheirIdsAndCopiesGetNewOnes) {
  for (const auto* name : {"one", "two", "three"}) server_.deliver(user_, inbox(), mail(name));
  const auto from = special(Special::inbox).id;
  const auto to = special(Special::deleted_items).id;
  ASSERT_TRUE(list(from));
  ASSERT_TRUE(list(to));
  const auto rows = messages(from);
  ASSERT_EQ(rows.size(), 3U);
  const auto moved =
      write(&Writer::transfer, std::vector<MessageId>{rows[0].id, rows[1].id}, to, Transfer::move, soon());
  ASSERT_TRUE(moved) << moved.error().what;
  EXPECT_TRUE(moved->complete());
  EXPECT_EQ(messages(from).size(), 1U);
  ASSERT_EQ(messages(to).size(), 2U);
  std::set<MessageId> ids;
  for (const auto& row : messages(to)) ids.insert(row.id);
  EXPECT_EQ(ids, (std::set<MessageId>{rows[0].id, rows[1].id}));
  const auto copied = write(&Writer::transfer, std::vector<MessageId>{rows[2].id}, to, Transfer::copy, soon());
  ASSERT_TRUE(copied) << copied.error().what;
  EXPECT_EQ(messages(to).size(), 3U);
  EXPECT_EQ(messages(from).size(), 1U);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(to).size(), 3U);
  EXPECT_EQ(messages(from).size(), 1U);
  const auto gone = write(&Writer::remove, ids_of(messages(to)), Writer::Removal::hard, soon());
  ASSERT_TRUE(gone) << gone.error().what;
  EXPECT_TRUE(gone->complete());
  EXPECT_TRUE(messages(to).empty());
  EXPECT_EQ(stored_in(inbox()).size(), 1U);
  ASSERT_TRUE(refresh());
  EXPECT_TRUE(messages(to).empty());
}

TEST_F(MailPush, FoldersAreMadeMovedAndDeletedWithTheirMails) {
  const auto top = special(Special::ipm_subtree).id;
  const auto made = write(&Writer::create_folder, top, std::string("Projects"), std::string("IPF.Note"), soon());
  ASSERT_TRUE(made) << made.error().what;
  const auto below = write(&Writer::create_folder, *made, std::string("Alpha"), std::string(), soon());
  ASSERT_TRUE(below) << below.error().what;
  ASSERT_TRUE(list(*below));
  const auto id = save(saved(*below, draft("Plan", "text"))).value();
  const auto moved = write(&Writer::move_folder, *made, top, std::string("Work"), soon());
  ASSERT_TRUE(moved) << moved.error().what;
  ASSERT_TRUE(refresh());
  const auto row = read([&](replica::ReadTx& tx) { return tx.folder(*made); }).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->name, "Work");
  ASSERT_EQ(messages(*below).size(), 1U);
  EXPECT_EQ(messages(*below)[0].id, id);
  const auto twice = write(&Writer::create_folder, top, std::string("Work"), std::string("IPF.Note"), soon());
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Errc::exists);
  ASSERT_TRUE(write(&Writer::delete_folder, *made, Writer::Removal::hard, soon()));
  ASSERT_TRUE(refresh());
  EXPECT_FALSE(read([&](replica::ReadTx& tx) { return tx.folder(*made); }).value());
  EXPECT_FALSE(read([&](replica::ReadTx& tx) { return tx.folder(*below); }).value());
}

TEST_F(MailPush, TheOutboxLivesAtTheMailServer) {
  const auto outbox = special(Special::outbox).id;
  const auto id = save(saved(outbox, draft("Unsent", "text")));
  ASSERT_TRUE(id) << id.error().what;
  ASSERT_EQ(messages(outbox).size(), 1U);
  EXPECT_EQ(special(Special::outbox).id, outbox);
  EXPECT_EQ(special(Special::outbox).source, replica::Source::mail);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(outbox).size(), 1U);
  // Another store of the same user finds it again.
  mailbox_.reset();
  close_accounts();
  std::filesystem::remove_all(store_);
  open_accounts();
  open_mailbox();
  const auto again = special(Special::outbox);
  ASSERT_TRUE(list(again.id));
  EXPECT_EQ(subjects(again.id), std::vector<std::string>{"Unsent"});
}

TEST_F(MailPush, ASentMailLeavesOneCopyUnderItsId) {
  backend::fake::User other;
  other.id = 4;
  other.login = "berta";
  other.email = "berta@example.test";
  const auto berta = server_.add_user(other);
  const auto outbox = special(Special::outbox).id;
  const auto sent_items = special(Special::sent_items).id;
  auto message = draft("Hello", "text");
  auto& hidden = message.recipients.emplace_back().properties;
  hidden.set(tag::kRecipientType, std::int32_t{3});
  hidden.set(tag::kDisplayName, std::string("Carla"));
  hidden.set(tag::kSmtpAddress, std::string("carla@elsewhere.test"));
  const auto id = save(saved(outbox, std::move(message))).value();
  const auto outcome = write(&Writer::submit, id, soon());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->outcome, SubmitOutcome::Outcome::sent);
  ASSERT_EQ(server_.sent().size(), 1U);
  EXPECT_EQ(server_.sent()[0].envelope.recipients.size(), 2U);
  EXPECT_EQ(server_.sent()[0].message.find("carla"), std::string::npos) << "blind copies stay hidden";
  EXPECT_EQ(server_.uids(berta, server_.folder(berta, model::FolderRole::inbox)).size(), 1U);
  EXPECT_TRUE(messages(outbox).empty());
  ASSERT_EQ(messages(sent_items).size(), 1U);
  EXPECT_EQ(messages(sent_items)[0].id, id);
  EXPECT_TRUE(messages(sent_items)[0].read);
  EXPECT_TRUE(intents().empty());
  const auto copy = stored_in(server_.folder(user_, model::FolderRole::sent));
  ASSERT_EQ(copy.size(), 1U);
  EXPECT_NE(copy[0].raw.find("carla"), std::string::npos);
  EXPECT_FALSE(copy[0].flags.draft);
  ASSERT_TRUE(refresh());
  EXPECT_TRUE(messages(outbox).empty());
}

TEST_F(MailPush, ARefusedMailStaysAndARefusedRecipientIsNamed) {
  const auto outbox = special(Special::outbox).id;
  const auto first = save(saved(outbox, draft("Refused", "text"))).value();
  server_.refuse_next_submission(554);
  const auto refused = write(&Writer::submit, first, soon());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  ASSERT_EQ(messages(outbox).size(), 1U);
  EXPECT_TRUE(intents().empty());
  server_.refuse_recipient("berta@example.test", 550);
  auto message = draft("Two", "text");
  auto& other = message.recipients.emplace_back().properties;
  other.set(tag::kRecipientType, std::int32_t{1});
  other.set(tag::kSmtpAddress, std::string("dora@elsewhere.test"));
  const auto second = save(saved(outbox, std::move(message))).value();
  const auto outcome = write(&Writer::submit, second, soon());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->outcome, SubmitOutcome::Outcome::bounced);
  bool named = false;
  for (const auto& mail : stored_in(inbox())) named = named || mail.raw.find("berta@example.test") != std::string::npos;
  EXPECT_TRUE(named);
}

// F17: sent or not, nobody knows; it is never sent twice by itself.
TEST_F(MailPush, AnUnknownOutcomeIsLeftToTheUser) {
  const auto outbox = special(Special::outbox).id;
  const auto id = save(saved(outbox, draft("Perhaps", "text"))).value();
  server_.cut_next("write.submit");
  const auto outcome = write(&Writer::submit, id, soon());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->outcome, SubmitOutcome::Outcome::unknown);
  ASSERT_EQ(messages(outbox).size(), 1U);
  EXPECT_EQ(messages(outbox)[0].id, id);
  const auto marked = messages(outbox)[0];
  const auto* flag = marked.properties.get<std::int32_t>(tag::kFlagStatus);
  ASSERT_NE(flag, nullptr);
  EXPECT_EQ(*flag, 2);
  EXPECT_EQ(stored_in(inbox()).size(), 1U) << "a notice";
  restart();
  ASSERT_TRUE(refresh());
  EXPECT_EQ(server_.sent().size(), 1U);
}

// The mail was sent, and the copy could not be stored at once.
TEST_F(MailPush, ALateCopyComesOnce) {
  const auto outbox = special(Special::outbox).id;
  const auto id = save(saved(outbox, draft("Late copy", "text"))).value();
  server_.cut_next("write.append");
  const auto outcome = write(&Writer::submit, id, soon());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(intents().size(), 1U);
  restart();
  const auto sent_items = special(Special::sent_items).id;
  ASSERT_TRUE(list(sent_items));
  // The next thing that is written finishes what was left.
  ASSERT_TRUE(save(saved(special(Special::drafts).id, draft("Next", "text"))));
  ASSERT_TRUE(refresh());
  EXPECT_EQ(server_.sent().size(), 1U);
  EXPECT_EQ(stored_in(server_.folder(user_, model::FolderRole::sent)).size(), 1U);
  ASSERT_EQ(messages(sent_items).size(), 1U);
  EXPECT_EQ(messages(sent_items)[0].id, id);
  EXPECT_TRUE(messages(special(Special::outbox).id).empty());
  EXPECT_TRUE(intents().empty());
}

}  // namespace
}  // namespace oxb::sync
