// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridged: the gateway as a daemon. In the foreground, as systemd wants it; SIGTERM and SIGINT end it, SIGHUP
// reloads.
#include "app/backends.h"
#include "app/gateway.h"
#include "net/tls.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

namespace {

using namespace oxb;

constexpr std::chrono::seconds kStopTime{20};

struct Options {
  std::string config;
  std::string ready_file;
  bool check = false;
  bool help = false;
  std::string wrong;
};

Options parse_options(int count, char** words) {
  Options options;
  for (int i = 1; i < count && options.wrong.empty(); ++i) {
    const std::string_view word = words[i];
    const bool more = i + 1 < count;
    if (word == "--config" && more)
      options.config = words[++i];
    else if (word == "--ready-file" && more)
      options.ready_file = words[++i];
    else if (word == "--check-config")
      options.check = true;
    else if (word == "--help" || word == "-h")
      options.help = true;
    else if (options.check && options.config.empty() && !word.empty() && word.front() != '-')
      options.config = word;
    else
      options.wrong = word;
  }
  return options;
}

constexpr std::string_view kUsage =
    "Usage: oxbridged --config FILE [--ready-file FILE]\n"
    "       oxbridged --check-config [--config] FILE\n"
    "\n"
    "  --config FILE       the configuration (TOML; every key is explained in oxbridged.toml)\n"
    "  --check-config      say everything that is wrong with the configuration, and end\n"
    "  --ready-file FILE   written (address, and a line with the authority's file) once requests are answered\n";

void print_problems(const std::string& file, const std::vector<app::Problem>& problems) {
  for (const auto& problem : problems) {
    if (problem.line > 0)
      fmt::print(stderr, "{}:{}: {}\n", file, problem.line, problem.text);
    else
      fmt::print(stderr, "{}: {}\n", file, problem.text);
  }
}

int check(const std::string& file, app::LoadedConfig loaded) {
  const auto& server = loaded.config.server;
  if (loaded.problems.empty() && !server.certificate.empty())
    if (const auto tls = net::load_tls(server.certificate, server.key); !tls)
      loaded.problems.push_back({0, tls.error().what});
  print_problems(file, loaded.problems);
  if (loaded.problems.empty()) fmt::print("{}: the configuration is good\n", file);
  return loaded.problems.empty() ? 0 : 1;
}

// Written beside and renamed, so that nobody reads half of it.
bool write_ready_file(const std::string& file, const app::Gateway& gateway) {
  const auto fresh = file + ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << gateway.url() << '\n' << gateway.ca_file() << '\n';
    out.flush();
    if (!out) return false;
  }
  return ::rename(fresh.c_str(), file.c_str()) == 0;
}

// Blocks until SIGTERM or SIGINT.
void wait_for_the_end(app::Gateway& gateway) {
  boost::asio::io_context context;
  boost::asio::signal_set end(context, SIGTERM, SIGINT);
  boost::asio::signal_set again(context, SIGHUP);
  end.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
  std::function<void()> listen = [&] {
    again.async_wait([&](const boost::system::error_code& ec, int) {
      if (ec) return;
      gateway.reload();
      listen();
    });
  };
  listen();
  context.run();
}

int serve(const Options& options, const app::Config& config) {
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto opened = open_log(config.log.level, config.log.target); !opened) {
    fmt::print(stderr, "oxbridged: {}\n", opened.error().what);
    return 1;
  }
  net::EventLoop loop(config.server.threads);
  auto backend = app::make_backend(loop, config);
  if (!backend) {
    fmt::print(stderr, "oxbridged: {}\n", backend.error().what);
    return 1;
  }
  auto gateway = app::Gateway::start(loop, config, std::move(*backend));
  if (!gateway) {
    fmt::print(stderr, "oxbridged: {}\n", gateway.error().what);
    return 1;
  }
  if (!options.ready_file.empty() && !write_ready_file(options.ready_file, **gateway)) {
    fmt::print(stderr, "oxbridged: cannot write {}\n", options.ready_file);
    return 1;
  }
  fmt::print("oxbridged ready on {}\n", (*gateway)->url());
  std::fflush(stdout);
  wait_for_the_end(**gateway);
  loop.run((*gateway)->stop(Wait::upto(kStopTime)));
  if (!options.ready_file.empty()) ::unlink(options.ready_file.c_str());
  gateway->reset();
  loop.stop();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const auto options = parse_options(count, words);
  if (options.help) {
    fmt::print("{}", kUsage);
    return 0;
  }
  if (!options.wrong.empty() || options.config.empty()) {
    if (!options.wrong.empty()) fmt::print(stderr, "oxbridged: \"{}\" is not understood\n", options.wrong);
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  auto loaded = app::load_config(options.config);
  if (options.check) return check(options.config, std::move(loaded));
  if (!loaded.problems.empty()) {
    print_problems(options.config, loaded.problems);
    return 1;
  }
  return serve(options, loaded.config);
}
