// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/e2e/stack.h"

#include "proto/mapi/tags.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

extern char** environ;

namespace oxb::e2e {
namespace {


std::vector<std::string> users_of_the_sample() {
  std::vector<std::string> users;
  for (const char* name : {"anton", "berta", "carla", "david", "emil", "fatima", "greta", "haruki", "ines"})
    users.push_back(fmt::format("{}@nordwind.example", name));
  for (const char* name : {"anton", "berta"}) users.push_back(fmt::format("{}@suedlicht.example", name));
  return users;
}

// Real processes are waited for by looking again; the bound only matters when one hangs.
bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1200; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return false;
}

}  // namespace

std::string program(const std::string& name) { return std::string(OXB_BINARY_DIR) + "/bin/" + name; }

Process::Process(std::vector<std::string> command, const std::string& log_file) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (!running()) return;
  signal(SIGKILL);
  wait();
}

void Process::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

int Process::wait() {
  if (status_ || pid_ < 0) return status_.value_or(127);
  int raw = 0;
  while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
  }
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return *status_;
}

bool Process::running() {
  if (status_ || pid_ < 0) return false;
  int raw = 0;
  if (::waitpid(pid_, &raw, WNOHANG) == 0) return true;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return false;
}

void run_command(const std::vector<std::string>& command, const std::string& log_file) {
  Process process(command, log_file);
  ASSERT_EQ(process.wait(), 0) << command[0] << " " << command[1] << "; see " << log_file;
}

Stack::Stack() {
  for (const char* name : {"oxsandbox", "oxbridged"})
    if (!std::filesystem::exists(program(name))) {
      why_not_ = fmt::format("{} is not built", name);
      return;
    }
  dovecot_ = std::make_unique<oxb::testing::Dovecot>(std::vector<std::string>{}, users_of_the_sample());
  if (!dovecot_->running()) {
    EXPECT_FALSE(dovecot_->failed()) << dovecot_->why_not();
    why_not_ = dovecot_->why_not();
    return;
  }
  std::string pattern = "/var/tmp/oxb-e2e.XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    why_not_ = "cannot make a directory below /var/tmp";
    return;
  }
  directory_ = pattern;
  run_command({program("oxsandbox"), "--data", directory_ + "/box.sqlite", "seed", "--company", "--sample",
               std::string(OXB_SOURCE_DIR) + "/share/sample/ox", "--today", "2026-11-02", "--password", kPassword},
              directory_ + "/seed.log");
  start_box();
}

Stack::~Stack() {
  gateway_.reset();
  box_.reset();
  if (!directory_.empty() && !::testing::Test::HasFailure()) std::filesystem::remove_all(directory_);
}

std::string Stack::wait_for_line(const std::string& file, std::size_t line) const {
  std::string text;
  EXPECT_TRUE(eventually([&] {
    std::ifstream in(file);
    for (std::size_t i = 0; i <= line; ++i)
      if (!std::getline(in, text)) return false;
    return !text.empty();
  })) << file << " was not written";
  return text;
}

void Stack::start_box() {
  const auto ready = directory_ + "/box.port";
  std::filesystem::remove(ready);
  box_ = std::make_unique<Process>(
      std::vector<std::string>{program("oxsandbox"), "--data", directory_ + "/box.sqlite", "serve", "--port", box_port_, "--port-file", ready},
      directory_ + "/box.log");
  box_port_ = wait_for_line(ready, 0);
}

void Stack::stop_box() {
  box_->signal(SIGTERM);
  box_->wait();
}

void Stack::start_gateway() {
  const auto config = directory_ + "/oxbridged.toml";
  std::ofstream(config) << fmt::format(
      "[server]\nlisten = \"127.0.0.1\"\nport = 0\ndevelopment_certificate = true\n[store]\ndirectory = \"{}\"\n"
      "[ox]\nurl = \"http://127.0.0.1:{}\"\ninstallation = \"e2e\"\n[imap]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n"
      "[log]\nlevel = \"info\"\ntarget = \"stderr\"\n",
      store(), box_port_, dovecot_->imap());
  const auto ready = fmt::format("{}/gateway.{}.ready", directory_, ++gateways_);
  gateway_ = std::make_unique<Process>(std::vector<std::string>{program("oxbridged"), "--config", config, "--ready-file", ready},
                                       directory_ + "/gateway.log");
  url_ = wait_for_line(ready, 0);
  ca_file_ = wait_for_line(ready, 1);
}

void Stack::kill_gateway() {
  gateway_->signal(SIGKILL);
  gateway_->wait();
}

int Stack::stop_gateway() {
  gateway_->signal(SIGTERM);
  return gateway_->wait();
}

void Stack::remove_store() const {
  // The development certificate stays: the client keeps trusting it.
  for (const auto& entry : std::filesystem::directory_iterator(store()))
    if (entry.path().filename() != "tls") std::filesystem::remove_all(entry.path());
}

void Stack::load_mail(const std::string& user, const std::string& directory) {
  const auto password = directory_ + "/password";
  std::ofstream(password) << oxb::testing::Dovecot::kPassword << "\n";
  run_command({program("oxsandbox"), "load-mail", "--imap", fmt::format("127.0.0.1:{}", dovecot_->imap()), "--user", user,
               "--password-file", password, directory},
              directory_ + "/load.log");
}

void Stack::deliver(const std::string& user, const std::string& subject) {
  const auto file = directory_ + "/new.eml";
  std::ofstream(file) << "From: Berta Brandt <berta@nordwind.example>\r\nTo: " << user << "\r\nSubject: " << subject
                      << "\r\nMessage-ID: <" << subject
                      << "@nordwind.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
                         "Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n";
  load_mail(user, file);
}

Client::Client(Stack& stack, const std::string& login, const std::string& password, const std::string& email) {
  cli::Access access;
  access.server = stack.url();
  access.user = login;
  access.email = email;
  access.password = Secret(password);
  access.ca_file = stack.ca_file();
  const auto step = [this](auto result) {
    if (!result && error_.empty()) error_ = result.error().what;
    return result;
  };
  if (auto web = step(cli::Web::create(stack.loop(), std::move(access)))) web_ = *std::move(web);
  if (!ready()) return;
  if (auto settings = step(web_->autodiscover())) settings_ = *std::move(settings);
  if (!ready()) return;
  mailbox_ = std::make_unique<cli::MapiClient>(*web_, settings_.mapi_http->mail_store);
  address_book_ = std::make_unique<cli::AddressBookClient>(*web_, settings_.mapi_http->address_book);
  if (!step(mailbox_->connect(settings_.legacy_dn))) return;
  if (auto answer = step(mailbox_->log_on(settings_.legacy_dn))) logon_ = *answer;
}

mapi::Eid Client::inbox() { return mailbox_->logon_folder(rop::LogonFolder::inbox); }

std::map<std::string, std::uint64_t> Client::folder_ids() {
  std::map<std::string, std::uint64_t> ids;
  const auto folders = mailbox_->folders_below(mailbox_->logon_folder(rop::LogonFolder::ipm_subtree));
  EXPECT_TRUE(folders) << folders.error().what;
  if (!folders) return ids;
  std::vector<std::string> path;
  for (const auto& folder : *folders) {
    path.resize(folder.depth - 1);
    path.push_back(folder.name);
    ids.emplace(fmt::format("{}", fmt::join(path, "/")), folder.id.raw);
  }
  return ids;
}

std::map<std::string, std::uint64_t> Client::message_ids(mapi::Eid folder) {
  std::map<std::string, std::uint64_t> ids;
  const auto opened = mailbox_->open_folder(folder);
  EXPECT_TRUE(opened) << opened.error().what;
  if (!opened) return ids;
  cli::MapiClient::Query query;
  query.columns = {mapi::tag::kMid, mapi::tag::kSubject};
  query.most = 5000;
  const auto rows = mailbox_->contents(*opened, std::move(query));
  EXPECT_TRUE(rows) << rows.error().what;
  mailbox_->release(*opened);
  if (!rows) return ids;
  for (const auto& row : rows->rows) {
    const auto* id = row.get<std::int64_t>(mapi::tag::kMid);
    const auto* subject = row.get<std::string>(mapi::tag::kSubject);
    if (id) EXPECT_TRUE(ids.emplace(subject ? *subject : std::string(), static_cast<std::uint64_t>(*id)).second || !subject || subject->empty());
  }
  return ids;
}

}  // namespace oxb::e2e
