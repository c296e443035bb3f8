// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/mail_commands.h"

#include "base/text.h"
#include "sandbox/mail_load.h"
#include "sandbox/mail_make.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace oxb::sandbox {
namespace {

int finish(const Result<>& result) {
  if (result) return 0;
  std::fprintf(stderr, "oxsandbox: %s\n", result.error().what.c_str());
  return 1;
}

Result<std::string> first_line_of(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return fail(Errc::not_found, "cannot read a password from " + path);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

struct LoadArguments {
  std::string server, user, password_file, today;
  std::vector<std::string> paths;
  LoadOptions options;
};

Result<> load(LoadArguments arguments) {
  if (!arguments.today.empty()) {
    const auto date = mime::parse_date(arguments.today);
    if (!date) return fail(Errc::invalid, "--today wants a date such as '24 Nov 2026 16:00:00 +0000'");
    arguments.options.now = date->time;
  }
  const auto colon = arguments.server.rfind(':');
  const auto port = colon == std::string::npos ? 143 : std::atoi(arguments.server.c_str() + colon + 1);
  if (port <= 0 || port > 65535) return fail(Errc::invalid, "--imap wants ADDRESS:PORT");
  auto address = arguments.server.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  OXB_TRY(auto password, first_line_of(arguments.password_file));
  OXB_TRY(auto server,
          ImapAppend::sign_in(address, static_cast<std::uint16_t>(port), arguments.user, Secret(std::move(password))));
  OXB_TRY(const auto count, load_mails(server, {arguments.paths.begin(), arguments.paths.end()}, arguments.options));
  OXB_CHECK(server.sign_out());
  std::printf("%zu mails loaded for %s\n", count, arguments.user.c_str());
  return {};
}

struct MakeArguments {
  std::string out, owner, until;
  std::vector<std::string> colleagues;
  MakeOptions options;
};

Result<mime::Mailbox> mailbox(const std::string& text) {
  const auto found = mime::parse_addresses(text);
  if (found.size() != 1 || found[0].address.find('@') == std::string::npos)
    return fail(Errc::invalid, "not an address: " + text);
  return found[0];
}

Result<> make(MakeArguments arguments) {
  auto& options = arguments.options;
  if (!arguments.owner.empty()) {
    OXB_TRY(options.owner, mailbox(arguments.owner));
  }
  for (const auto& text : arguments.colleagues) {
    OXB_TRY(auto colleague, mailbox(text));
    options.colleagues.push_back(std::move(colleague));
  }
  if (!arguments.until.empty()) {
    const auto date = mime::parse_date(arguments.until);
    if (!date) return fail(Errc::invalid, "--until wants a date such as '24 Nov 2026 16:00:00 +0000'");
    options.until = date->time;
  }
  const std::filesystem::path out(arguments.out);
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) return fail(Errc::unavailable, "cannot make " + arguments.out);
  return make_mails(options, [&](const std::string& name, const std::string& bytes) -> Result<> {
    std::ofstream file(out / name, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) return fail(Errc::unavailable, "cannot write " + (out / name).string());
    return {};
  });
}

}  // namespace

bool is_mail_command(std::string_view name) { return name == "load-mail" || name == "make-mail"; }

int run_mail_command(int argc, char** argv) {
  CLI::App app{"Mail for demonstrations", std::string("oxsandbox ") + argv[0]};
  LoadArguments load_arguments;
  MakeArguments make_arguments;
  const bool loading = std::string_view(argv[0]) == "load-mail";
  if (loading) {
    app.add_option("--imap", load_arguments.server, "ADDRESS:PORT, loopback only")->required();
    app.add_option("--user", load_arguments.user)->required();
    app.add_option("--password-file", load_arguments.password_file, "its first line")->required();
    app.add_option("--folder", load_arguments.options.folder, "for files that lie in no sub-directory");
    app.add_option("--today", load_arguments.today, "date that relative dates of samples count from; default: now");
    app.add_option("path", load_arguments.paths, ".eml or .mbox files, or folders of them")->required();
  } else {
    app.add_option("--count", make_arguments.options.count)->check(CLI::Range(1, 1'000'000));
    app.add_option("--seed", make_arguments.options.seed);
    app.add_option("--out", make_arguments.out, "a folder for the .eml files")->required();
    app.add_option("--owner", make_arguments.owner, "'Name <address>': whose mailbox it is");
    app.add_option("--colleague", make_arguments.colleagues, "'Name <address>'; may be repeated");
    app.add_option("--until", make_arguments.until, "date of the newest mail");
    app.add_option("--days", make_arguments.options.days, "over which the mails are spread")
        ->check(CLI::Range(0, 20'000));
  }
  CLI11_PARSE(app, argc, argv);
  return finish(loading ? load(std::move(load_arguments)) : make(std::move(make_arguments)));
}

}  // namespace oxb::sandbox
