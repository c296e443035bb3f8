// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/commands.h"

#include "base/log.h"
#include "net/event_loop.h"
#include "sandbox/import.h"
#include "sandbox/mail_commands.h"
#include "sandbox/principals.h"
#include "sandbox/seed.h"
#include "sandbox/server.h"
#include "sandbox/setup.h"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace oxb::sandbox {
namespace {

struct Options {
  std::string data;
  std::string listen = "127.0.0.1";
  std::uint16_t port = 0;
  std::string port_file;
  std::string control_token;
  int submission_port = -1;
  std::uint16_t lmtp_port = 0;
  bool no_address_check = false;
  NewContext context;
  NewUser user;
  std::string group_name;
  std::string group_title;
  std::vector<std::string> members;
  std::string mail;
  std::string description;
  SeedOptions seed;
  std::string import_directory;
  std::string import_user;
  bool import_json = false;
  bool company = false;
};

// The file appears with its whole content or not at all.
Result<> write_file(const std::string& path, const std::string& text) {
  const auto temporary = path + ".new";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << text;
    if (!out.flush()) return fail(Errc::unavailable, "cannot write " + path);
  }
  std::error_code code;
  std::filesystem::permissions(temporary, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               code);
  std::filesystem::rename(temporary, path, code);
  if (code) return fail(Errc::unavailable, "cannot write " + path);
  return {};
}

Result<> serve(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before the loop's threads start
  net::EventLoop loop(2, 1);
  ServerOptions wanted;
  wanted.sandbox.file = options.data;
  wanted.sandbox.sessions.check_address = !options.no_address_check;
  wanted.address = options.listen;
  wanted.port = options.port;
  wanted.control_token = options.control_token;
  if (options.submission_port >= 0) {
    wanted.submission.emplace();
    wanted.submission->address = options.listen;
    wanted.submission->port = static_cast<std::uint16_t>(options.submission_port);
    wanted.submission->lmtp_port = options.lmtp_port;
  }
  OXB_TRY(const auto server, Server::start(loop.executor(), std::move(wanted)));
  if (!options.port_file.empty()) {
    auto lines = fmt::format("{}\n{}\n", server->port(), server->control_token());
    if (server->submission_port() != 0) lines += fmt::format("{}\n", server->submission_port());
    OXB_CHECK(write_file(options.port_file, lines));
  }
  std::printf("oxsandbox: %s\n", server->url().c_str());
  std::fflush(stdout);
  int caught = 0;
  sigwait(&signals, &caught);
  loop.run(server->stop(Wait::upto(std::chrono::seconds(5))));
  loop.stop();
  return {};
}

Result<std::unique_ptr<Sandbox>> open_box(const Options& options) {
  SandboxOptions wanted;
  wanted.file = options.data;
  return Sandbox::open(std::move(wanted));
}

Result<std::int64_t> context_named(Sandbox& box, const std::string& name) {
  const auto id = name.empty()
                      ? box.db().integer("SELECT min(id) FROM context")
                      : box.db().integer("SELECT id FROM context WHERE name = ?1 OR CAST(id AS TEXT) = ?1", name);
  if (!id) return fail(Errc::not_found, "no context " + name);
  return *id;
}

Result<> init(const Options& options) {
  OXB_TRY(const auto box, open_box(options));
  auto wanted = options.context;
  if (wanted.admin_password.empty()) wanted.admin_password = random_token();
  OXB_TRY(const auto id, create_context(*box, wanted));
  std::printf("context %lld %s\n", static_cast<long long>(id), wanted.name.c_str());
  return {};
}

Result<> add_user_command(const Options& options) {
  OXB_TRY(const auto box, open_box(options));
  auto wanted = options.user;
  OXB_TRY(wanted.context, context_named(*box, options.context.name));
  if (wanted.password.empty()) wanted.password = random_token().substr(0, 16);
  OXB_TRY(const auto id, add_user(*box, wanted));
  std::printf("user %lld %s %s\n", static_cast<long long>(id), wanted.login.c_str(), wanted.password.c_str());
  return {};
}

Result<> add_group_command(const Options& options) {
  OXB_TRY(const auto box, open_box(options));
  OXB_TRY(const auto context, context_named(*box, options.context.name));
  std::vector<std::int64_t> members;
  for (const auto& login : options.members) {
    const auto id = box->db().integer("SELECT id FROM user WHERE context = ? AND login = ?", context, login);
    if (!id) return fail(Errc::not_found, "no user " + login);
    members.push_back(*id);
  }
  OXB_TRY(const auto id, add_group(*box, context, options.group_name, options.group_title, members));
  std::printf("group %lld\n", static_cast<long long>(id));
  return {};
}

Result<> add_resource_command(const Options& options) {
  OXB_TRY(const auto box, open_box(options));
  OXB_TRY(const auto context, context_named(*box, options.context.name));
  json::object data{{"name", options.group_name},
                    {"display_name", options.group_title},
                    {"mailaddress", options.mail},
                    {"availability", true},
                    {"description", options.description}};
  OXB_TRY(const auto id, add_resource(*box, context, data));
  std::printf("resource %lld\n", static_cast<long long>(id));
  return {};
}

// A passwd-file for Dovecot: the mail address is the login there, as on the real server. Or everything as JSON, without
// the administrators.
Result<> passdb(const Options& options, const std::string& format) {
  OXB_TRY(const auto box, open_box(options));
  json::array users;
  auto q = box->db().query(
      "SELECT u.context, u.id, u.password, c.name, u.id = c.admin FROM user u JOIN context c ON c.id = u.context "
      "ORDER BY u.context, u.id");
  while (q.next()) {
    const auto user = find_user(box->db(), q.integer(0), q.integer(1));
    if (!user) continue;
    if (format == "dovecot") {
      std::printf("%s:{PLAIN}%s::::::\n", user->mail().c_str(), q.text(2).c_str());
    } else if (q.integer(4) == 0) {
      users.push_back(json::object{{"context", q.text(3)},
                                   {"login", user->login},
                                   {"name", user->name()},
                                   {"email", user->mail()},
                                   {"password", q.text(2)}});
    }
  }
  if (format == "json") std::printf("%s\n", json::serialize(users).c_str());
  return {};
}

Result<> seed(const Options& options) {
  if (!options.company) return fail(Errc::invalid, "say what to seed: --company");
  OXB_TRY(const auto box, open_box(options));
  return seed_company(*box, options.seed);
}

Result<> import_command(const Options& options) {
  OXB_TRY(const auto box, open_box(options));
  return import_tree(*box, options.import_directory, options.import_user,
                     options.import_json ? ImportOutput::json : ImportOutput::text);
}

int finish(const Result<>& result) {
  if (result) return 0;
  std::fprintf(stderr, "oxsandbox: %s\n", result.error().what.c_str());
  return 1;
}

}  // namespace

int run_command(int argc, char** argv) {
  (void)open_log(LogLevel::warning, "stderr");
  if (argc > 1 && is_mail_command(argv[1])) return run_mail_command(argc - 1, argv + 1);
  Options options;
  CLI::App app{"Open-Xchange in a box: for demonstrations, tests and development"};
  app.require_subcommand(1);
  app.add_option("--data", options.data, "SQLite file of the box")->required();
  app.fallthrough();

  auto* serve_command = app.add_subcommand("serve", "answer HTTP requests until SIGTERM");
  serve_command->add_option("--listen", options.listen, "numeric address");
  serve_command->add_option("--port", options.port, "0 picks a free one");
  serve_command->add_option("--port-file", options.port_file,
                            "where to write the port, the control token and the submission port, a line each");
  serve_command->add_option("--control-token", options.control_token, "token for /control; drawn when not given");
  serve_command->add_option("--submission-port", options.submission_port, "take mail there; 0 picks a free one")
      ->check(CLI::Range(0, 65'535));
  serve_command->add_option("--lmtp-port", options.lmtp_port, "of the mail server on loopback, for mail to users here");
  serve_command->add_flag("--no-address-check", options.no_address_check, "sessions may change their client address");

  auto* init_command = app.add_subcommand("init", "make a context");
  init_command->add_option("--context", options.context.name, "name after @ in logins")->required();
  init_command->add_option("--domain", options.context.domain, "of mail addresses")->required();
  init_command->add_option("--admin-password", options.context.admin_password);

  auto* user_command = app.add_subcommand("add-user", "make a user");
  user_command->add_option("--context", options.context.name, "default: the first one");
  user_command->add_option("--login", options.user.login)->required();
  user_command->add_option("--password", options.user.password, "drawn and printed when not given");
  user_command->add_option("--first-name", options.user.first_name)->required();
  user_command->add_option("--last-name", options.user.last_name)->required();
  user_command->add_option("--mail", options.user.mail);
  user_command->add_option("--alias", options.user.aliases);
  user_command->add_option("--time-zone", options.user.time_zone);
  user_command->add_option("--locale", options.user.locale);

  auto* group_command = app.add_subcommand("add-group", "make a group");
  group_command->add_option("--context", options.context.name);
  group_command->add_option("--name", options.group_name)->required();
  group_command->add_option("--display-name", options.group_title)->required();
  group_command->add_option("--member", options.members, "login name");

  auto* resource_command = app.add_subcommand("add-resource", "make a room or another resource");
  resource_command->add_option("--context", options.context.name);
  resource_command->add_option("--name", options.group_name)->required();
  resource_command->add_option("--display-name", options.group_title)->required();
  resource_command->add_option("--mail", options.mail)->required();
  resource_command->add_option("--description", options.description);

  auto* seed_command = app.add_subcommand("seed", "fill a new box with sample data");
  seed_command->add_flag("--company", options.company, "two contexts with users, folders and all kinds of items");
  options.seed.directory = "share/sample/ox";
  seed_command->add_option("--sample", options.seed.directory, "where the sample files are")->capture_default_str();
  seed_command->add_option("--today", options.seed.today,
                           "dates are relative to this day (2026-11-22); default: today");
  seed_command->add_option("--password", options.seed.password, "of every user; drawn when not given");

  auto* import_sub = app.add_subcommand("import", "load a tree of .ics and .vcf files");
  import_sub->add_option("directory", options.import_directory)->required();
  import_sub->add_option("--user", options.import_user, "whose items they become: a login or mail address")->required();

  import_sub->add_flag("--json", options.import_json, "one JSON object for each file, with what was made of it");

  std::string format = "dovecot";
  auto* passdb_command = app.add_subcommand("passdb", "print all users and passwords");
  passdb_command->add_option("--format", format)->check(CLI::IsMember({"dovecot", "json"}));

  CLI11_PARSE(app, argc, argv);
  if (serve_command->parsed()) return finish(serve(options));
  if (init_command->parsed()) return finish(init(options));
  if (user_command->parsed()) return finish(add_user_command(options));
  if (group_command->parsed()) return finish(add_group_command(options));
  if (resource_command->parsed()) return finish(add_resource_command(options));
  if (import_sub->parsed()) return finish(import_command(options));
  if (seed_command->parsed()) return finish(seed(options));
  return finish(passdb(options, format));
}

}  // namespace oxb::sandbox
