// SPDX-License-Identifier: GPL-3.0-or-later
// What Outlook writes, through the real processes: read again by another client, and after the gateway was killed.
#include "cli/try_command.h"
#include "proto/mapi/tags.h"
#include "tests/e2e/stack.h"

namespace oxb::e2e {
namespace {

namespace tag = mapi::tag;

constexpr const char* kAnton = "anton@nordwind.example";
constexpr const char* kBerta = "berta@nordwind.example";

class Writing : public ::testing::Test {
 protected:
  void SetUp() override {
    stack_ = std::make_unique<Stack>();
    if (!stack_->usable()) GTEST_SKIP() << stack_->why_not();
    stack_->start_gateway();
  }
  std::unique_ptr<Client> sign_in(const std::string& user) {
    auto client = std::make_unique<Client>(*stack_, user);
    EXPECT_TRUE(client->ready()) << client->error();
    return client;
  }
  static mapi::Eid folder(Client& client, const std::string& name) {
    const auto all = client.mailbox().folders_below(client.mailbox().logon_folder(rop::LogonFolder::ipm_subtree));
    if (all)
      for (const auto& one : *all)
        if (one.name == name) return one.id;
    ADD_FAILURE() << "no folder " << name;
    return {};
  }
  template <class Rop>
  static typename cli::MapiClient::Answer<Rop> must(Client& client, cli::Handle input, typename Rop::Request request) {
    auto answer = client.mailbox().call<Rop>(input, std::move(request));
    EXPECT_TRUE(answer) << Rop::kName << ": " << answer.error().what;
    return answer ? *std::move(answer) : typename cli::MapiClient::Answer<Rop>{};
  }
  static cli::Handle compose(Client& client, mapi::Eid folder, const std::string& subject, const std::string& body,
                             const std::string& to) {
    rop::CreateMessage::Request create;
    create.folder = folder;
    const auto message = must<rop::CreateMessage>(client, client.mailbox().logon(), create).opened;
    set(client, message, {{tag::kSubject, subject}, {tag::kBody, body}});
    namespace flag = mapi::recipient_flag;
    mapi::RecipientRow row;
    row.flags = static_cast<std::uint16_t>(mapi::RecipientAddress::smtp) | flag::kUnicode | flag::kEmailAddress |
                flag::kDisplayName;
    row.email_address = to;
    row.display_name = to;
    rop::ModifyRecipients::Request recipients;
    recipients.rows.push_back({0, 1, std::move(row)});
    must<rop::ModifyRecipients>(client, message, std::move(recipients));
    return message;
  }
  static void set(Client& client, cli::Handle object, std::vector<mapi::Property> properties) {
    rop::SetProperties::Request request;
    request.values.properties = std::move(properties);
    const auto answer = must<rop::SetProperties>(client, object, std::move(request));
    EXPECT_TRUE(answer.response.problems.empty());
  }
  static mapi::Eid save(Client& client, cli::Handle message) {
    rop::SaveChangesMessage::Request request;
    request.flags = rop::SaveChangesMessage::kKeepOpenReadWrite;
    return must<rop::SaveChangesMessage>(client, message, request).response.message;
  }
  static std::string body(Client& client, mapi::Eid folder, mapi::Eid message) {
    const auto opened = client.mailbox().open_message(folder, message, {tag::kBody});
    EXPECT_TRUE(opened) << opened.error().what;
    if (!opened) return {};
    const auto* text = opened->properties.get<std::string>(tag::kBody);
    return text != nullptr ? *text : std::string();
  }
  std::unique_ptr<Stack> stack_;
};

TEST_F(Writing, ADraftIsKeptChangedMovedAndDeleted) {
  auto client = sign_in(kAnton);
  ASSERT_TRUE(client->ready());
  const auto drafts = folder(*client, "Drafts");
  const auto message = compose(*client, drafts, "Quarterly plan", "First words", kBerta);
  const auto id = save(*client, message);
  ASSERT_FALSE(id.is_zero());
  set(*client, message, {{tag::kBody, std::string("Second words")}});
  EXPECT_EQ(save(*client, message), id);
  stack_->kill_gateway();
  stack_->start_gateway();
  auto other = sign_in(kAnton);
  ASSERT_TRUE(other->ready());
  EXPECT_EQ(other->message_ids(drafts), (std::map<std::string, std::uint64_t>{{"Quarterly plan", id.raw}}));
  EXPECT_NE(body(*other, drafts, id).find("Second words"), std::string::npos);

  rop::CreateFolder::Request make;
  make.name = "Projects";
  const auto top = other->mailbox().open_folder(other->mailbox().logon_folder(rop::LogonFolder::ipm_subtree));
  ASSERT_TRUE(top);
  const auto projects = must<rop::CreateFolder>(*other, *top, make);
  const auto source = other->mailbox().open_folder(drafts);
  ASSERT_TRUE(source);
  rop::MoveCopyMessages::Request move;
  move.source = 0;
  move.destination = 1;
  move.messages = {id};
  const auto moved = other->mailbox().execute({rop::RopRequest::of<rop::MoveCopyMessages>(0, move)},
                                              {source->value, projects.opened.value});
  ASSERT_TRUE(moved) << moved.error().what;
  EXPECT_TRUE(other->message_ids(drafts).empty());
  EXPECT_EQ(other->message_ids(projects.response.folder),
            (std::map<std::string, std::uint64_t>{{"Quarterly plan", id.raw}}));
  rop::DeleteMessages::Request remove;
  remove.messages = {id};
  must<rop::DeleteMessages>(*other, projects.opened, remove);
  EXPECT_TRUE(other->message_ids(projects.response.folder).empty());
}

TEST_F(Writing, AMailGoesFromOneUserToTheOther) {
  auto client = sign_in(kAnton);
  ASSERT_TRUE(client->ready());
  const auto outbox = folder(*client, "Outbox");
  const auto message = compose(*client, outbox, "Lunch tomorrow", "At twelve?", kBerta);
  const auto id = save(*client, message);
  must<rop::SubmitMessage>(*client, message, {});
  EXPECT_TRUE(client->message_ids(outbox).empty());
  const auto sent = client->message_ids(folder(*client, "Sent Items"));
  EXPECT_TRUE(sent.contains("Lunch tomorrow"));
  if (sent.contains("Lunch tomorrow")) EXPECT_EQ(sent.at("Lunch tomorrow"), id.raw);
  EXPECT_NE(stack_->outgoing().find(kBerta), std::string::npos);
  auto reader = sign_in(kBerta);
  ASSERT_TRUE(reader->ready());
  ASSERT_TRUE(reader->mailbox().subscribe_store(rop::kNotifyNewMail | rop::kNotifyCreated));
  std::map<std::string, std::uint64_t> arrived;
  for (int attempt = 0; attempt < 10 && !arrived.contains("Lunch tomorrow"); ++attempt) {
    if (attempt > 0) ASSERT_TRUE(reader->mailbox().wait_for_events(std::chrono::seconds(90)));
    arrived = reader->message_ids(reader->inbox());
  }
  ASSERT_TRUE(arrived.contains("Lunch tomorrow"));
  EXPECT_NE(body(*reader, reader->inbox(), mapi::Eid{arrived.at("Lunch tomorrow")}).find("At twelve?"),
            std::string::npos);
}

TEST_F(Writing, TheTrialOfTheCommandLineHolds) {
  cli::TryOptions options;
  options.access.server = stack_->url();
  options.access.user = kAnton;
  options.access.password = Secret(Stack::kPassword);
  options.access.ca_file = stack_->ca_file();
  options.write = true;
  EXPECT_EQ(cli::run_try(options), 0);
}

}  // namespace
}  // namespace oxb::e2e
