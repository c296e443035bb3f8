// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridge: tools for administrators.
#include "base/log.h"
#include "cli/decode.h"
#include "cli/password.h"
#include "cli/try_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace oxb;

namespace {

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
  try_command->add_option("--mails", walk.mails, "how many mails are listed")->capture_default_str();

  cli::DecodeOptions decode;
  bool request = false;
  bool response = false;
  bool show_private = false;
  auto* decode_command = app.add_subcommand("decode", "print captured MAPI/HTTP bodies (raw or hexadecimal)");
  auto* request_flag = decode_command->add_flag("--request", request, "the files are request bodies");
  decode_command->add_flag("--response", response, "the files are response bodies")->excludes(request_flag);
  decode_command->add_option("--type", decode.type, "X-RequestType, or rops, or aux")->capture_default_str();
  decode_command->add_flag("--show-private", show_private, "print mail content, names and addresses too");
  decode_command->add_option("files", decode.files, "in the order of the session: requests explain the responses")
      ->required();

  CLI11_PARSE(app, argc, argv);
  if (auto opened = open_log(LogLevel::error, "stderr"); !opened) return fail_with(opened.error());

  if (decode_command->parsed()) {
    using Side = cli::DecodeOptions::Side;
    decode.side = request ? Side::request : response ? Side::response : Side::guess;
    decode.privacy = show_private ? wire::Privacy::show : wire::Privacy::hide;
    return cli::run_decode(decode);
  }
  auto password = cli::find_password(secrets.password_file);
  if (!password) return fail_with(password.error());
  walk.access.password = std::move(*password);
  walk.form = json ? cli::Report::Form::json : cli::Report::Form::text;
  return cli::run_try(walk);
}
