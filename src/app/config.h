// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The daemon's configuration: one TOML file. Every key is described in share/oxbridged.toml.
#include "base/log.h"
#include "base/secret.h"
#include "net/http_client.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::app {

struct ServerConfig {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8443;
  std::string certificate;
  std::string key;
  std::string public_url;  // without a slash at the end; empty: made from listen and port
  std::vector<std::string> trusted_proxies;
  bool development_certificate = false;
  unsigned threads = 0;  // 0: as many as processors
};

struct StoreConfig {
  std::string directory;
};

struct OxConfig {
  std::string url;
  net::ProxySettings proxy;
  std::string ca_file;
  bool verify = true;
  bool allow_plaintext = false;
  std::string login = "{login}";
  std::string source_address;
  std::string installation;  // the key that addresses are computed from; empty: the URL's host
};

enum class MailTls : std::uint8_t { none, starttls, implicit };

struct ImapConfig {
  using Tls = MailTls;
  std::string host;
  std::uint16_t port = 993;
  Tls tls = Tls::implicit;
  std::string ca_file;
  bool verify = true;
  bool allow_plaintext = false;
  std::string login = "{mail_login}";
};

struct SubmissionConfig {
  std::string host;  // empty: mail cannot be sent
  std::uint16_t port = 587;
  MailTls tls = MailTls::starttls;
  std::string ca_file;
  bool verify = true;
  bool allow_plaintext = false;
  bool sign_in = true;
  std::string hello;
};

struct LimitsConfig {
  std::size_t connections = 4096;
  std::size_t connections_per_address = 512;
  std::size_t request_bytes = 4u << 20;
  std::size_t contexts_per_user = 32;
  std::size_t contexts = 20'000;
  std::chrono::seconds context_idle{900};
  unsigned wrong_passwords_per_account = 20;
  unsigned wrong_passwords_per_network = 100;
  std::chrono::seconds wrong_passwords_window{900};
};

struct LogConfig {
  LogLevel level = LogLevel::info;
  std::string target = "stderr";
};

struct SyncConfig {
  std::chrono::seconds refresh_active{10};
  std::chrono::seconds refresh_idle{300};
  std::size_t mail_batch = 500;
  std::uint64_t content_cache_bytes = 512ULL << 20;
  std::chrono::milliseconds pending_period{15'000};
};

struct Config {
  ServerConfig server;
  StoreConfig store;
  OxConfig ox;
  ImapConfig imap;
  SubmissionConfig submission;
  LimitsConfig limits;
  LogConfig log;
  SyncConfig sync;
};

// "line 12: [server] has no key \"prot\""; line 0: the file as a whole.
struct Problem {
  unsigned line{};
  std::string text;
};

struct LoadedConfig {
  Config config;
  std::vector<Problem> problems;  // empty: the configuration may be used
};

LoadedConfig parse_config(std::string_view toml);
LoadedConfig load_config(const std::string& file);
// The machine itself: towards it passwords may travel unencrypted.
bool is_local(const std::string& host);
// Every key there is, as "section.key".
std::vector<std::string> config_keys();

}  // namespace oxb::app
