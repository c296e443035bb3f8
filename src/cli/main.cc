// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridge: tools for administrators.
#include "base/log.h"
#include "cli/check_command.h"
#include "cli/decode.h"
#include "cli/password.h"
#include "cli/try_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace oxb;

namespace {

constexpr const char* kDecodeHelp =
    "A file holds one request or response: raw bytes, or hexadecimal digits with white space. It may begin with the "
    "HTTP\n"
    "head, which then says what it is; otherwise --type and --request or --response say so, and PROCESSING or DONE at\n"
    "the start gives a response away. Chunked transfer coding, PROCESSING, PENDING and DONE, compression and XOR of "
    "ROP\n"
    "and auxiliary buffers are undone.\n"
    "\n"
    "Rows of tables can only be read with their columns: name the requests before the responses. A response alone is\n"
    "printed as far as it explains itself.\n"
    "\n"
    "Mail content, names, addresses, passwords and cookies are not printed; --show-private shows the first three.\n"
    "\n"
    "  oxbridge decode execute.req execute.resp          what Outlook asked and what it was told\n"
    "  oxbridge decode --type Connect --response body    a Connect response without its HTTP head\n"
    "  oxbridge decode --type GetMatches - < body        an address book request\n"
    "  oxbridge decode --type rops --request buffer      a ROP buffer without anything around it\n"
    "\n"
    "Exit status: 0 everything was understood, 1 something was not, 2 usage.";

struct Secrets {
  std::string password_file;
};

void add_access(CLI::App& command, cli::Access& access, Secrets& secrets) {
  command.add_option("--user", access.user, "login name")->required();
  command.add_option("--email", access.email, "mail address, where it is not the login name");
  command.add_option("--password-file", secrets.password_file,
                     "file whose first line is the password; otherwise OXBRIDGE_PASSWORD, otherwise asked for");
  command.add_option("--ca", access.ca_file, "additional certificate authority (PEM)");
}

void add_check(CLI::App& command, cli::CheckOptions& check, Secrets& secrets) {
  command.add_option("--config", check.config, "configuration of oxbridged on this machine");
  command.add_option("--server", check.server,
                     "https://gateway.example.com; otherwise as configured, or as found by --email");
  command.add_option("--user", check.user, "login name; otherwise the mail address");
  command.add_option("--email", check.email, "mail address, where it is not the login name");
  command.add_option("--password-file", secrets.password_file,
                     "file whose first line is the password; otherwise OXBRIDGE_PASSWORD, otherwise asked for");
  command.add_option("--ca", check.ca_file, "additional certificate authority of the gateway (PEM)");
  command.footer(
      "On the gateway's machine with --config, from a desk with --server or --email. Each step is one line: ok, warn,\n"
      "FAIL or skip, and below it how to mend what is wrong. Exit status: 0 nothing failed, 1 something did, 2 usage.");
}

int fail_with(const Error& error) {
  fmt::print(stderr, "oxbridge: {}\n", error.what);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Tools for administrators of an Oxbridge gateway");
  app.set_version_flag("--version", "oxbridge 0.1.0");
  app.require_subcommand(1);
  Secrets secrets;

  cli::TryOptions walk;
  bool json = false;
  auto* try_command =
      app.add_subcommand("try", "do what Outlook does on its first start, against any server, and show what it sees");
  try_command->add_option("--server", walk.access.server, "https://gateway.example.com")->required();
  add_access(*try_command, walk.access, secrets);
  try_command->add_flag("--json", json, "print one JSON object");
  try_command->add_flag("--check", walk.thorough, "also compare counts, orders and texts with each other");
  try_command->add_flag("--write", walk.write, "also write, send and delete mails, in a folder of its own");
  try_command->add_option("--mails", walk.mails, "how many mails are listed")->capture_default_str();

  cli::CheckOptions check;
  auto* check_command = app.add_subcommand("check", "find what is wrong with an installation, and how to mend it");
  add_check(*check_command, check, secrets);
  check_command->add_flag("--json", json, "print one JSON object");

  cli::DecodeOptions decode;
  bool request = false;
  bool response = false;
  bool show_private = false;
  auto* decode_command = app.add_subcommand("decode", "print captured MAPI/HTTP bodies readably");
  auto* request_flag = decode_command->add_flag("--request", request, "the files are request bodies");
  decode_command->add_flag("--response", response, "the files are response bodies")->excludes(request_flag);
  decode_command->add_option("--type", decode.type, "X-RequestType (Connect, Execute, QueryRows ...), or rops, or aux")
      ->capture_default_str();
  decode_command->add_flag("--show-private", show_private, "print mail content, names and addresses too");
  decode_command->add_option("files", decode.files, "in the order of the session, - for standard input")->required();
  decode_command->footer(kDecodeHelp);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (auto opened = open_log(LogLevel::error, "stderr"); !opened) return fail_with(opened.error());

  if (decode_command->parsed()) {
    using Side = cli::DecodeOptions::Side;
    decode.side = request ? Side::request : response ? Side::response : Side::guess;
    decode.privacy = show_private ? wire::Privacy::show : wire::Privacy::hide;
    return cli::run_decode(decode);
  }
  const auto form = json ? cli::Report::Form::json : cli::Report::Form::text;
  if (check_command->parsed()) {
    if (check.config.empty() && check.server.empty() && check.email.empty())
      return fail_with({Errc::invalid, "check needs --config, --server or --email"});
    if (check.user.empty()) check.user = check.email;
    check.form = form;
    if (!check.user.empty()) {
      auto password = cli::find_password(secrets.password_file);
      if (!password) return fail_with(password.error());
      check.password = std::move(*password);
    }
    return cli::run_check(check);
  }
  auto password = cli::find_password(secrets.password_file);
  if (!password) return fail_with(password.error());
  walk.access.password = std::move(*password);
  walk.form = form;
  return cli::run_try(walk);
}
