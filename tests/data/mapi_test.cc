// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of the real test data goes into a groupware and a mail server, and a MAPI client reads all of it back:
// each item is readable, or set aside with a reason. With OXB_DATA_REPORT set the account is printed (./dev
// data-report).
#include "proto/mapi/value.h"
#include "tests/data/account.h"
#include "tests/e2e/stack.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>

namespace oxb::data {
namespace {

constexpr const char* kUser = "user1@example.test";
constexpr const char* kZone = "Europe/Berlin";

std::string text_of(const std::vector<Account::Line>& lines) {
  std::string out;
  for (const auto& line : lines) out += fmt::format("\n  {}: {}: {}", line.file, line.item, line.reason);
  return out;
}

class DataThroughMapi : public ::testing::Test {
 protected:
  // An account with nothing in it, in a context of its own; the groupware is not serving yet.
  bool start(const std::filesystem::path& data) {
    stack_ = std::make_unique<e2e::Stack>();
    if (!stack_->usable()) return false;
    stack_->stop_box();
    stack_->box_command({"init", "--context", "data", "--domain", "example.test"});
    stack_->box_command({"add-user", "--context", "data", "--login", "user1", "--password", e2e::Stack::kPassword,
                         "--first-name", "Data", "--last-name", "Reader", "--time-zone", kZone});
    const auto imports = read_import(stack_->box_command({"import", "--json", "--user", kUser, data.string()}));
    EXPECT_TRUE(imports) << imports.error().what;
    if (imports) imports_ = *imports;
    stack_->start_box();
    stack_->load_mail(kUser, data.string());
    stack_->start_gateway();
    return true;
  }

  // All of it, through a client that signs in as Outlook does; then the gateway ends.
  void read() {
    {
      e2e::Client client(*stack_, kUser);
      ASSERT_TRUE(client.ready()) << client.error();
      auto all = read_mailbox(client.mailbox());
      ASSERT_TRUE(all) << all.error().what;
      seen_ = *std::move(all);
    }
    EXPECT_TRUE(stack_->gateway_running());
    EXPECT_EQ(stack_->stop_gateway(), 0);
    const auto quarantine = read_quarantine(stack_->store());
    ASSERT_TRUE(quarantine) << quarantine.error().what;
    quarantine_ = *quarantine;
  }

  // What the log says is about ids and sizes.
  void expect_silent_log() const {
    const auto log = content_of(stack_->gateway_log());
    for (const auto& item : seen_)
      for (const auto* text : {&item.subject, &item.from_address, &item.display_name})
        if (text->size() > 8) EXPECT_EQ(log.find(*text), std::string::npos) << *text;
  }

  std::unique_ptr<e2e::Stack> stack_;
  std::map<std::string, ImportedFile> imports_;
  std::vector<SeenItem> seen_;
  Quarantine quarantine_;
};

// What a person reads in mails that readers get wrong.
struct HardMail {
  const char* file;
  const char* subject;
  const char* from;
  const char* address;
  const char* sent;   // empty: the mail does not say
  const char* files;  // names of the attachments that are shown, a comma after each
  const char* text;   // somewhere in the plain text
};

constexpr HardMail kHardMails[] = {
    {"attachment_pdf_non_ascii.eml", "Another PDF with 🎉 Unicode chars in it 🍿", "Test Tester", "xxxx@xxxx.com",
     "2005-05-10T17:26:39Z", "broken.pdf,", "Just attaching another PDF"},
    {"attachment_nonascii_filename.eml", "testing", "foo@example.com", "foo@example.com", "2005-06-06T20:21:22Z",
     "ciële.txt,", "This is the first part."},
    {"attachment_with_quoted_filename.eml", "Eelanalüüsi päring", "Jeffrey Hardy", "jeff@37signals.com",
     "2009-05-13T15:42:01Z", "Eelanalüüsi päring.jpg,", ""},
    {"attachment_message_rfc822.eml", "testing", "foo@example.com", "foo@example.com", "2005-06-06T20:21:22Z",
     "Another PDF,", "This is the first part."},
    {"raw_email7.eml", "testing", "foo@example.com", "foo@example.com", "2005-06-06T20:21:22Z",
     "test.rb,test.pdf,smime.p7s,", "This is the first part."},
    {"raw_email_with_binary_encoded.eml", "Testing outlook", "Mikel Lindsaar", "email_test@me.nowhere",
     "2007-10-21T09:38:13Z", "2013-08-13_19-08-28-1.jpg,", ""},
    {"raw_email_with_illegal_boundary.eml", "Testing outlook", "Mikel Lindsaar", "email_test@me.nowhere",
     "2007-10-21T09:38:13Z", "", "This is an outlook test"},
    {"multi_address_bounce1.eml", "Undelivered Mail Returned to Sender", "Mail Delivery System",
     "MAILER-DAEMON@lvmail01.LL.com", "2010-02-24T06:16:41Z", "Test of bounce email,", "This is the mail system"},
    {"japanese.eml", "まみむめも", "Mikel Lindsaar", "raasdnil@gmail.com", "", "", "かきくえこ"},
    {"japanese_iso_2022.eml", "まみむめも", "Mikel Lindsaar", "raasdnil@gmail.com", "", "", "すみません"},
    {"japanese_shift_jis.eml", "test", "xxxxxxx@docomo.ne.jp", "xxxxxxx@docomo.ne.jp", "2014-05-28T08:18:19Z", "",
     "あいうえお"},
    {"japanese_attachment.eml", "testing", "Mikel Lindsaar", "raasdnil@gmail.com", "2009-10-16T12:39:34Z",
     "てすと.txt,", "testing"},
    {"ks_c_5601-1987.eml", "test", "from@example.com", "from@example.com", "2014-05-28T08:18:19Z", "", "스티해"},
    {"raw_email.eml", "NOTE: 한국말로 하는 것", "Jamis Buck", "jamis@37signals.com", "2005-05-02T22:07:05Z", "",
     "대부분의 마찬가지로"},
    {"raw_email_with_partially_quoted_subject.eml", "Re: Test: \"漢字\" mid \"漢字\" tail", "Jamis Buck",
     "jamis@37signals.com", "2005-05-02T22:07:05Z", "", "대부분의"},
    {"raw_email_bad_time.eml", "[0]: XXXXXXX XXXXX XXXXX !", "Атиковa", "yusuf75thu@auracom.net",
     "3609-06-30T09:33:50Z", "", ""},
    {"raw_email_string_in_date_field.eml", "NOTE: 한국말로 하는 것", "mikel@me.com", "mikel@me.com",
     "2008-09-20T17:04:30Z", "", "대부분의"},
    {"raw_email_incorrect_header.eml", "Stop adware/spyware once and for all.", "xxx xxx", "xxx@xxx.xxx",
     "2005-02-23T22:20:17Z", "", "You are infected with"},
    {"mix_caps_content_type.eml", "undef method parameter bug", "Big Bug", "bb@bug.com", "2010-02-19T07:08:29Z", "",
     "foo bar"},
    {"example13.eml", "Saying Hello", "John Doe", "jdoe@machine.example", "1997-11-21T15:55:06Z", "", "say hello"},
    {"utf8_headers.eml", "Säying Hello", "Jöhn Doe", "jdöe@mächine.example", "", "", "body"},
};

void check_hard_mails(const std::vector<SourceFile>& files, const std::vector<SeenItem>& seen) {
  for (const auto& file : files) {
    const auto name = file.path.filename().string();
    const auto* hard =
        std::find_if(std::begin(kHardMails), std::end(kHardMails), [&](const auto& each) { return each.file == name; });
    if (file.kind != FileKind::mail || hard == std::end(kHardMails)) continue;
    const auto* mail = find_mail(seen, file);
    ASSERT_NE(mail, nullptr) << name;
    EXPECT_EQ(mail->subject, hard->subject) << name;
    EXPECT_EQ(mail->from_name, hard->from) << name;
    EXPECT_EQ(mail->from_address, hard->address) << name;
    if (*hard->sent != '\0')
      EXPECT_EQ(mail->submitted ? mapi::time_text(mapi::file_time(*mail->submitted)) : "", hard->sent) << name;
    std::string shown;
    for (const auto& each : mail->files)
      if (!each.hidden) shown += each.name + ",";
    EXPECT_EQ(shown, hard->files) << name;
    EXPECT_NE(mail->body.find(hard->text), std::string::npos) << name << ": " << mail->body.substr(0, 200);
  }
}

TEST_F(DataThroughMapi, EveryItemIsReadableOrSetAsideWithAReason) {
  if (!std::filesystem::is_directory(data_directory())) GTEST_SKIP() << "no test data in " << data_directory();
  if (!start(data_directory())) GTEST_SKIP() << stack_->why_not();
  ASSERT_NO_FATAL_FAILURE(read());
  const auto files = read_tree(data_directory(), kZone);
  const auto account = account_for(files, imports_, seen_, quarantine_);
  if (std::getenv("OXB_DATA_REPORT") != nullptr) std::cout << account << std::flush;
  EXPECT_TRUE(account.missing.empty()) << text_of(account.missing);
  EXPECT_TRUE(account.extra.empty()) << text_of(account.extra);
  EXPECT_TRUE(account.wrong.empty()) << text_of(account.wrong);
  for (const auto* list : {&account.quarantined, &account.refused, &account.nothing, &account.ignored})
    for (const auto& line : *list) EXPECT_FALSE(line.reason.empty()) << line.file;
  check_hard_mails(files, seen_);
  // The file describes its nameless zone as UTC.
  for (const auto& item : seen_)
    if (item.uid == "t21ocubdt9jagerldbkak7uhcg@google.com") {
      ASSERT_TRUE(item.start);
      EXPECT_EQ(mapi::time_text(mapi::file_time(*item.start)), "2015-08-26T09:00:00Z");
    }
  expect_silent_log();
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("oxbridge-" + to_text(random_guid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  void write(const char* name, std::string_view bytes) const { std::ofstream(path_ / name, std::ios::binary) << bytes; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// One item of each kind that the gateway cannot show, among others that it can.
TEST_F(DataThroughMapi, PoisonedItemsAreSetAsideAndStopNobody) {
  const Folder folder;
  std::string bomb =
      "Subject: Too much\r\nFrom: Ada <ada@example.com>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\n"
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 3000; ++i) bomb += "--b\r\n\r\nx\r\n";
  folder.write("bomb.eml", bomb);
  folder.write("plain.eml",
               "Subject: Fine\r\nFrom: ada@example.com\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\n\r\nHello\r\n");
  folder.write("hours.ics",
               "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
               "BEGIN:VEVENT\r\nUID:every-hour\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20261102T090000Z\r\n"
               "DTEND:20261102T091000Z\r\nRRULE:FREQ=HOURLY;INTERVAL=5\r\nSUMMARY:Pill\r\nEND:VEVENT\r\n"
               "BEGIN:VEVENT\r\nUID:once\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20261102T090000Z\r\n"
               "DTEND:20261102T091000Z\r\nSUMMARY:Fine too\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  if (!start(folder.path())) GTEST_SKIP() << stack_->why_not();
  ASSERT_NO_FATAL_FAILURE(read());
  const auto account = account_for(read_tree(folder.path(), kZone), imports_, seen_, quarantine_);
  EXPECT_TRUE(account.missing.empty()) << text_of(account.missing);
  EXPECT_TRUE(account.extra.empty()) << text_of(account.extra);
  EXPECT_TRUE(account.wrong.empty()) << text_of(account.wrong);
  ASSERT_EQ(account.quarantined.size(), 2U) << text_of(account.quarantined);
  EXPECT_EQ(account.quarantined[0].file, "bomb.eml");  // found by its original, which is attached unchanged
  EXPECT_NE(account.quarantined[0].reason.find("too many parts"), std::string::npos) << account.quarantined[0].reason;
  EXPECT_EQ(account.quarantined[1].item, "VEVENT Pill");
  EXPECT_NE(account.quarantined[1].reason.find("more often than daily"), std::string::npos)
      << account.quarantined[1].reason;
  const auto& mails = account.counts[static_cast<std::size_t>(FileKind::mail)];
  const auto& events = account.counts[static_cast<std::size_t>(FileKind::calendar)];
  EXPECT_EQ(mails.readable, 1U);
  EXPECT_EQ(events.readable, 1U);
  expect_silent_log();
}

}  // namespace
}  // namespace oxb::data
