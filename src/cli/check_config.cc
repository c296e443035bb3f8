// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/check.h"
#include "net/tls.h"
#include "net/url_parts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace oxb::cli {
namespace {

constexpr std::uint64_t kLittleSpace = 1ULL << 30;
constexpr std::uint64_t kNoSpace = 100ULL << 20;

// Whether somebody beside the owner (and his group) may read a file.
bool readable_by_others(const std::string& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
}

bool writable(const std::string& directory) {
  return ::faccessat(AT_FDCWD, directory.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) == 0;
}

}  // namespace

void Check::configuration() {
  auto loaded = app::load_config(options_.config);
  if (loaded.problems.size() == 1 && loaded.problems[0].line == 0 && loaded.config.ox.url.empty()) {
    list_.failure("Configuration: file", fmt::format("{} {}", options_.config, loaded.problems[0].text),
                  "correct the path, or run this as the account of the service");
    list_.skipped("everything further", "there is no configuration");
    return;
  }
  for (const auto& problem : loaded.problems)
    list_.failure(fmt::format("Configuration: line {}", problem.line), problem.text,
                  fmt::format("correct {}; oxbridged.toml explains every key", options_.config));
  if (loaded.problems.empty()) list_.good("Configuration: file", options_.config + " is understood");
  if (loaded.config.ox.url.empty()) {
    list_.skipped("everything further", "the configuration is not usable");
    return;
  }
  config_ = std::move(loaded.config);
  if (!config_->ox.proxy.password.empty() && readable_by_others(options_.config))
    list_.warning("Configuration: permissions", "everybody on this machine can read the proxy password",
                  fmt::format("chmod 640 {}, owned by root and the group of the service", options_.config));
  certificate_files();
  store_directory();
}

void Check::certificate_files() {
  constexpr auto kStep = "Configuration: certificate";
  const auto& server = config_->server;
  if (server.development_certificate) {
    list_.warning(kStep, "self-made for development",
                  "for more than a trial set server.certificate and server.key to one that Outlook trusts");
    return;
  }
  if (server.certificate.empty()) {
    list_.good(kStep, "none: plain HTTP on loopback, or behind a proxy that does TLS");
    return;
  }
  if (const auto loaded = net::load_tls(server.certificate, server.key); !loaded) {
    list_.failure(
        kStep, loaded.error().what,
        "server.certificate is the certificate with its chain, server.key the private key to it, both PEM and "
        "readable for the service");
    return;
  }
  const auto certificate = net::read_certificate(server.certificate);
  if (!certificate) return list_.failure(kStep, certificate.error().what, "correct server.certificate");
  const auto host = net::url_parts(server.public_url).host;
  const auto now = system_clock().now();
  if (certificate->not_after() < now) {
    list_.failure(kStep, "expired on " + date_text(certificate->not_after()), kRenewCertificate);
  } else if (certificate->not_before() > now) {
    list_.failure(kStep, certificate_text(*certificate), "set the clock, or wait until the certificate is valid");
  } else if (!host.empty() && !certificate->covers(host)) {
    list_.failure(kStep, fmt::format("is not for {}: {}", host, certificate_text(*certificate)),
                  fmt::format("get a certificate that names {}, or correct server.public_url", host));
  } else if (const auto soon = expiry_warning(*certificate); !soon.empty()) {
    list_.warning(kStep, soon, kRenewCertificate);
  } else {
    list_.good(kStep, certificate_text(*certificate));
  }
  if (readable_by_others(server.key))
    list_.warning("Configuration: key", "everybody on this machine can read the private key",
                  fmt::format("chmod 640 {}, owned by root and the group of the service", server.key));
}

void Check::store_directory() {
  constexpr auto kStep = "Configuration: store";
  const auto& directory = config_->store.directory;
  if (directory.empty()) return;  // said already
  struct stat info {};
  const bool there = ::stat(directory.c_str(), &info) == 0;
  if (!there && errno != ENOENT)
    return list_.failure(kStep, fmt::format("{}: {}", directory, std::strerror(errno)),
                         "run this as the account of the service, which must reach the directory");
  if (there && !S_ISDIR(info.st_mode))
    return list_.failure(kStep, directory + " is not a directory", "correct store.directory");
  const auto place = there ? directory : std::filesystem::path(directory).parent_path().string();
  if (!writable(place))
    return list_.failure(
        kStep, fmt::format("cannot write in {}: {}", place, std::strerror(errno)),
        fmt::format("install -d -m 700 -o ACCOUNT {}, with the account of the service; and run this as "
                    "that account",
                    directory));
  struct statvfs space {};
  const bool known = ::statvfs(place.c_str(), &space) == 0;
  const auto left = known ? static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize : kLittleSpace;
  const auto text = fmt::format("{} has {} MB left", directory, left >> 20);
  constexpr auto kMakeRoom = "make room: one mailbox takes up to sync.content_cache_megabytes and 100 bytes per item";
  if (left < kNoSpace) return list_.failure(kStep, text, kMakeRoom);
  if (left < kLittleSpace) return list_.warning(kStep, text, kMakeRoom);
  if (there && (info.st_mode & 077) != 0)
    return list_.warning(kStep, fmt::format("{} is open to other accounts (mode {:o})", directory, info.st_mode & 0777),
                         fmt::format("chmod 700 {}", directory));
  if (there && ::geteuid() == 0 && info.st_uid != 0)
    return list_.good(kStep, fmt::format("{}; belongs to account number {}", text, info.st_uid));
  list_.good(kStep, there ? text : text + ", and will be made");
}

}  // namespace oxb::cli
