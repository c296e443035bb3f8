// SPDX-License-Identifier: GPL-3.0-or-later
// Sample mail: made, read from files, and put into a server.
#include "base/text.h"
#include "sandbox/imap_append.h"
#include "sandbox/mail_load.h"
#include "sandbox/mail_make.h"
#include "tests/convert_mail/mail.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace oxb::sandbox {
namespace {

namespace fs = std::filesystem;
using convert::test::text;
using namespace mapi;

std::vector<std::string> made(std::size_t count, std::uint64_t seed) {
  MakeOptions options;
  options.count = count;
  options.seed = seed;
  options.colleagues = {{"Jörg Groß", "joerg@example.com", {}}, {"原田 春樹", "haruki@example.com", {}}};
  std::vector<std::string> out;
  EXPECT_TRUE(make_mails(options, [&](const std::string&, const std::string& bytes) -> Result<> {
    out.push_back(bytes);
    return {};
  }));
  return out;
}

TEST(MadeMail, TheSameSeedGivesTheSameBytes) {
  EXPECT_EQ(made(40, 3), made(40, 3));
  EXPECT_NE(made(40, 3), made(40, 4));
}

TEST(MadeMail, ConvertsInEveryLanguage) {
  std::size_t pictures = 0, files = 0, japanese = 0;
  std::string before;
  for (const auto& bytes : made(150, 5)) {
    const auto c = convert::test::converted(bytes);
    for (const auto tag : {tag::kSubject, tag::kSenderName, tag::kDisplayTo}) {
      EXPECT_TRUE(is_valid_utf8(text(c.properties, tag)));
      EXPECT_EQ(text(c.properties, tag).find("\uFFFD"), std::string::npos) << text(c.properties, tag);
      EXPECT_EQ(text(c.properties, tag).find("=?"), std::string::npos) << text(c.properties, tag);
    }
    for (const auto& a : c.attachments)
      (convert::test::flag(a.properties, tag::kAttachmentHidden) ? pictures : files) += 1;
    japanese += text(c.properties, tag::kSenderName) == "鈴木 美咲" ? 1 : 0;
    const auto summary = convert::message_summary(convert::test::listing(bytes), convert::test::context());
    EXPECT_EQ(text(summary.properties, tag::kSubject), text(c.properties, tag::kSubject));
  }
  EXPECT_GT(pictures, 0U);
  EXPECT_GT(files, 0U);
  EXPECT_GT(japanese, 0U);
}

TEST(SampleMail, InstructionsAreFollowedAndRemoved) {
  const auto now = from_unix_ms(1'795'500'000'000);  // 2026-11-24 06:00 UTC
  const auto mail = stored_mail(
      "From a@b Mon\nX-Sample-Date: day-3 09:12 +0100\nX-Sample-Flags: \\Seen $Forwarded (bad Kunde\nFrom: "
      "x@example.com\nDate: Mon, 1 Jan 2001 00:00:00 "
      "+0000\n\nbody\n",
      "Ordner", now);
  EXPECT_EQ(mail.bytes, "Date: Sat, 21 Nov 2026 09:12:00 +0100\r\nFrom: x@example.com\r\n\r\nbody\r\n");
  EXPECT_EQ(mail.flags, (std::vector<std::string>{"\\Seen", "$Forwarded", "Kunde"}));
  EXPECT_EQ(to_unix_ms(mail.received), 1'795'500'000'000 - 3 * 86'400'000 + (2 * 60 + 12) * 60'000);
  const auto later = stored_mail("X-Sample-Date: day+0 23:00 +0000\n\nx", "INBOX", now);
  EXPECT_EQ(to_unix_ms(later.received), 1'795'500'000'000 - 7 * 3'600'000) << "nothing arrives in the future";
  const auto plain = stored_mail("Date: Fri, 21 Nov 1997 09:55:06 -0600\n\nx", "INBOX", now);
  EXPECT_EQ(to_unix_ms(plain.received), 880127706000);
  EXPECT_EQ(stored_mail("", "INBOX", now).received, now);
  EXPECT_EQ(stored_mail("From : x@example.com\n\nx", "INBOX", now).bytes, "From : x@example.com\r\n\r\nx");
}

class TemporaryFolder {
 public:
  TemporaryFolder() : path_(fs::temp_directory_path() / ("oxbridge-" + to_text(random_guid()))) {
    fs::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  void write(const std::string& name, std::string_view bytes) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(SampleMail, TreesAndMboxFiles) {
  const TemporaryFolder folder;
  folder.write("b.eml", "Subject: top\n\n1");
  folder.write("Projekte/Prüfung/a.eml", "Subject: deep\n\n2");
  folder.write("old.mbox",
               "From a@b Mon Jan 1\nSubject: one\n\nText\nFrom here it is text\n>From quoted\n\nFrom c@d Tue Jan 2\nSubject: "
               "two\n\nx\n");
  folder.write("ignored.txt", "no");
  std::vector<StoredMail> mails;
  ASSERT_TRUE(read_mails(folder.path(), {}, [&](StoredMail m) -> Result<> {
    mails.push_back(std::move(m));
    return {};
  }));
  ASSERT_EQ(mails.size(), 4U);
  EXPECT_EQ(mails[0].folder, "Projekte/Prüfung");
  EXPECT_EQ(mails[1].folder, "INBOX");
  EXPECT_EQ(mails[2].bytes, "Subject: one\r\n\r\nText\r\nFrom here it is text\r\nFrom quoted\r\n\r\n");
  EXPECT_EQ(mails[3].bytes, "Subject: two\r\n\r\nx\r\n");
  const auto missing = read_mails(folder.path() / "nowhere", {}, [](StoredMail) -> Result<> { return {}; });
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

// Just enough of an IMAP server: knows INBOX, keeps what is appended.
class TinyServer {
 public:
  explicit TinyServer(std::string capabilities)
      : capabilities_(std::move(capabilities)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TinyServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  void finish() {
    thread_.join();
    thread_ = std::thread([] {});
  }

  std::uint16_t port = 0;
  std::vector<std::string> commands, literals;

 private:
  void serve() {
    const int peer = accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    std::string input;
    const auto say = [&](const std::string& text) { (void)!write(peer, text.data(), text.size()); };
    const auto fill = [&] {
      char chunk[4096];
      const auto got = read(peer, chunk, sizeof chunk);
      if (got > 0) input.append(chunk, static_cast<std::size_t>(got));
      return got > 0;
    };
    const auto line = [&](std::string& out) {
      while (input.find("\r\n") == std::string::npos)
        if (!fill()) return false;
      out = input.substr(0, input.find("\r\n"));
      input.erase(0, out.size() + 2);
      return true;
    };
    say("* OK ready\r\n");
    for (std::string text; line(text);) {
      const auto tag = text.substr(0, text.find(' '));
      auto command = text.substr(tag.size() + 1);
      while (text.ends_with("}")) {
        const auto brace = text.rfind('{');
        const auto size = std::stoul(text.substr(brace + 1));
        if (text.find('+', brace) == std::string::npos) say("+ go\r\n");
        while (input.size() < size)
          if (!fill()) break;
        literals.push_back(input.substr(0, size));
        input.erase(0, size);
        if (!line(text)) break;
        command += text;
      }
      commands.push_back(command);
      if (command.starts_with("CAPABILITY")) say("* CAPABILITY IMAP4rev1 " + capabilities_ + "\r\n");
      if (command == "LIST \"\" \"\"") say("* LIST (\\Noselect) \".\" \"\"\r\n");
      say(tag + (command.find("wrong") != std::string::npos ? " NO no\r\n" : " OK done\r\n"));
      if (command == "LOGOUT") break;
    }
    close(peer);
  }

  std::string capabilities_;
  int listener_;
  std::thread thread_;
};

std::vector<StoredMail> two_mails() {
  return {{"Büro/Alt", {"\\Seen", "Kunde"}, from_unix_ms(880127706000), "Subject: 1\r\n\r\nx\r\n"},
          {"Büro/Alt", {}, from_unix_ms(880127706000), "Subject: 2\r\n\r\ny\r\n"}};
}

TEST(ImapAppend, ManyMailsInOneCommand) {
  TinyServer server("LITERAL+ MULTIAPPEND");
  auto client = ImapAppend::sign_in("127.0.0.1", server.port, "us\"er", Secret("p\\w"));
  ASSERT_TRUE(client) << client.error().what;
  ASSERT_TRUE(client->append(two_mails()));
  ASSERT_TRUE(client->sign_out());
  server.finish();
  EXPECT_EQ(server.commands[0], "LOGIN \"us\\\"er\" \"p\\\\w\"");
  EXPECT_EQ(server.literals, (std::vector<std::string>{"Subject: 1\r\n\r\nx\r\n", "Subject: 2\r\n\r\ny\r\n"}));
  const auto count = std::count_if(server.commands.begin(), server.commands.end(),
                                   [](const auto& c) { return c.starts_with("APPEND"); });
  EXPECT_EQ(count, 1);
  EXPECT_EQ(server.commands[4], "CREATE \"B&APw-ro.Alt\"") << "the server's own separator, modified UTF-7";
  EXPECT_EQ(server.commands[6],
            "APPEND \"B&APw-ro.Alt\" (\\Seen Kunde) \"21-Nov-1997 15:55:06 +0000\" {17+} () \"21-Nov-1997 15:55:06 "
            "+0000\" {17+}");
}

TEST(ImapAppend, ServersWithoutExtensions) {
  TinyServer server("");
  auto client = ImapAppend::sign_in("127.0.0.1", server.port, "user", Secret("pw"));
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->append(two_mails()));
  ASSERT_TRUE(client->sign_out());
  server.finish();
  EXPECT_EQ(server.literals.size(), 2U);
  const auto count = std::count_if(server.commands.begin(), server.commands.end(),
                                   [](const auto& c) { return c.starts_with("APPEND"); });
  EXPECT_EQ(count, 2);
}

TEST(ImapAppend, RefusalsAreErrors) {
  TinyServer server("");
  const auto refused = ImapAppend::sign_in("127.0.0.1", server.port, "user", Secret("wrong"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  const auto elsewhere = ImapAppend::sign_in("192.0.2.1", 143, "user", Secret("pw"));
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, Errc::invalid);
}

}  // namespace
}  // namespace oxb::sandbox
