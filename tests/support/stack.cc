// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/stack.h"

#include "base/bytes.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

namespace oxb::testing {
namespace {

std::vector<std::string> users_of_the_sample() {
  std::vector<std::string> users;
  for (const char* name : {"anton", "berta", "carla", "david", "emil", "fatima", "greta", "haruki", "ines"})
    users.push_back(fmt::format("{}@nordwind.example", name));
  for (const char* name : {"anton", "berta"}) users.push_back(fmt::format("{}@suedlicht.example", name));
  return users;
}

}  // namespace

Stack::Stack(Options options) : options_(std::move(options)) {
  for (const char* name : {"oxsandbox", "oxbridged"})
    if (!std::filesystem::exists(program(name))) {
      why_not_ = fmt::format("{} is not built", name);
      return;
    }
  auto users = users_of_the_sample();
  for (int i = 1; i <= options_.more_users; ++i) users.push_back(fmt::format("user{}@nordwind.example", i));
  dovecot_ = std::make_unique<Dovecot>(std::vector<std::string>{}, users);
  if (!dovecot_->running()) {
    if (dovecot_->failed()) fail(dovecot_->why_not());
    why_not_ = dovecot_->why_not();
    return;
  }
  if (options_.imap_through_relay) relay_ = std::make_unique<Relay>(dovecot_->imap());
  std::string pattern = "/var/tmp/oxb-stack.XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    why_not_ = "cannot make a directory below /var/tmp";
    return;
  }
  directory_ = pattern;
  seed();
  start_box();
}

Stack::~Stack() {
  gateway_.reset();
  box_.reset();
  if (!directory_.empty() && !keep_files_) std::filesystem::remove_all(directory_);
}

void Stack::fail(const std::string& text) const {
  if (options_.failed) options_.failed(text);
}

void Stack::seed() {
  const std::vector<std::string> box = {program("oxsandbox"), "--data", directory_ + "/box.sqlite"};
  auto command = box;
  for (const char* word : {"seed", "--company", "--sample"}) command.emplace_back(word);
  command.push_back(std::string(OXB_SOURCE_DIR) + "/share/sample/ox");
  for (const char* word : {"--today", "2026-11-02", "--password", kPassword}) command.emplace_back(word);
  run(command, directory_ + "/seed.log");
  for (int i = 1; i <= options_.more_users; ++i) {
    command = box;
    for (const auto& word :
         {std::string("add-user"), std::string("--login"), fmt::format("user{}", i), std::string("--first-name"),
          std::string("User"), std::string("--last-name"), std::to_string(i), std::string("--mail"),
          fmt::format("user{}@nordwind.example", i), std::string("--password"), std::string(kPassword)})
      command.push_back(word);
    run(command, directory_ + "/seed.log");
  }
}

void Stack::run(const std::vector<std::string>& command, const std::string& log) const {
  Process process(command, log);
  if (const int status = process.wait(); status != 0)
    fail(fmt::format("{} ended with {}; see {}", command[0], status, log));
}

std::string Stack::wait_for_line(const std::string& file, std::size_t line) const {
  std::string text;
  const bool written = eventually([&] {
    std::ifstream in(file);
    for (std::size_t i = 0; i <= line; ++i)
      if (!std::getline(in, text) || in.eof()) return false;
    return !text.empty();
  });
  if (!written) fail(file + " was not written");
  return text;
}

void Stack::start_box() {
  const auto ready = directory_ + "/box.port";
  std::filesystem::remove(ready);
  box_ = std::make_unique<Process>(
      std::vector<std::string>{program("oxsandbox"), "--data", directory_ + "/box.sqlite", "serve", "--port", box_port_,
                               "--port-file", ready, "--submission-port", std::to_string(submission_port_),
                               "--lmtp-port", std::to_string(dovecot_->lmtp())},
      directory_ + "/box.log");
  box_port_ = wait_for_line(ready, 0);
  box_token_ = wait_for_line(ready, 1);
  submission_port_ = static_cast<std::uint16_t>(std::atoi(wait_for_line(ready, 2).c_str()));
}

void Stack::stop_box() {
  box_->signal(SIGTERM);
  box_->wait();
}

std::string Stack::box_command(std::vector<std::string> arguments) const {
  const auto output = directory_ + "/command.log";
  std::filesystem::remove(output);
  arguments.insert(arguments.begin(), {program("oxsandbox"), "--data", directory_ + "/box.sqlite"});
  run(arguments, output);
  std::ifstream in(output);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Stack::start_gateway() {
  const auto config = directory_ + "/oxbridged.toml";
  std::ofstream(config) << fmt::format(
      "[server]\nlisten = \"127.0.0.1\"\nport = 0\ndevelopment_certificate = true\n[store]\ndirectory = \"{}\"\n"
      "[ox]\nurl = \"http://127.0.0.1:{}\"\ninstallation = \"e2e\"\n[imap]\nhost = \"127.0.0.1\"\nport = {}\ntls = "
      "\"none\"\n[submission]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n"
      "[log]\nlevel = \"info\"\ntarget = \"stderr\"\n",
      store(), box_port_, imap_port(), submission_port_);
  const auto ready = fmt::format("{}/gateway.{}.ready", directory_, ++gateways_);
  gateway_ = std::make_unique<Process>(
      std::vector<std::string>{program("oxbridged"), "--config", config, "--ready-file", ready}, gateway_log());
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
  std::ofstream(password) << Dovecot::kPassword << "\n";
  run({program("oxsandbox"), "load-mail", "--imap", fmt::format("127.0.0.1:{}", dovecot_->imap()), "--user", user,
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

std::string Stack::control(const std::string& method, const std::string& what, const std::string& body) {
  if (!http_) {
    auto made = net::HttpClient::create(loop_.executor(), {});
    if (!made) {
      fail(made.error().what);
      return {};
    }
    http_ = *std::move(made);
  }
  net::HttpCall call;
  call.method = method;
  call.url = fmt::format("http://127.0.0.1:{}/control/{}", box_port_, what);
  call.headers.set("X-Control-Token", box_token_);
  call.body = to_bytes(body);
  const auto answer = loop_.run(http_->call(std::move(call), Wait::upto(std::chrono::seconds(10))));
  if (!answer || answer->status != 200) {
    fail(fmt::format("control {}: {}", what, answer ? std::to_string(answer->status) : answer.error().what));
    return {};
  }
  return std::string(as_text(answer->body));
}

void Stack::set_round_trip(std::chrono::milliseconds time) {
  if (!relay_) {
    fail("a round trip needs the relay");
    return;
  }
  relay_->set_round_trip(time);
  control("POST", "clear-faults");
  if (time.count() > 0) control("POST", "faults", fmt::format(R"({{"kind":"latency","delay_ms":{}}})", time.count()));
}

Stack::Traffic Stack::traffic() {
  Traffic out;
  if (relay_) out.imap = relay_->turns();
  boost::system::error_code error;
  const auto counters = boost::json::parse(control("GET", "counters"), error);
  if (error) return out;
  const auto* total = counters.as_object().at("requests").as_object().if_contains("total");
  if (total != nullptr) out.ox = static_cast<std::uint64_t>(total->to_number<std::int64_t>());
  return out;
}

}  // namespace oxb::testing
