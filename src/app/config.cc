// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config.h"

#include "app/config_reader.h"
#include "base/text.h"
#include "front/networks.h"
#include "net/url_parts.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace oxb::app {

namespace {

constexpr std::int64_t kDay = 86'400;

void strip_slashes(std::string& url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
}

// A login form must name the user, and may use only the words that the backend knows.
void check_login(SectionReader& section, std::string_view name, const std::string& form,
                 const std::vector<std::string>& words) {
  std::string rest = form;
  bool any = false;
  for (const auto& word : words)
    for (auto at = rest.find(word); at != std::string::npos; at = rest.find(word)) {
      rest.erase(at, word.size());
      any = any || (word != "{domain}" && word != "{context}");
    }
  if (!any || rest.find_first_of("{}") != std::string::npos)
    section.problem_at(
        "login", fmt::format("{}.login names no user, or has a word that is none of {}", name, fmt::join(words, " ")));
}

void read_server(SectionReader& section, ServerConfig& server) {
  section.text("listen", server.listen);
  section.number("port", server.port, 0, 65'535);
  section.text("certificate", server.certificate);
  section.text("key", server.key);
  section.text("public_url", server.public_url);
  section.list("trusted_proxies", server.trusted_proxies);
  section.boolean("development_certificate", server.development_certificate);
  section.number("threads", server.threads, 0, 256);

  strip_slashes(server.public_url);
  const bool certificate = !server.certificate.empty() || !server.key.empty();
  if (certificate && (server.certificate.empty() || server.key.empty()))
    section.problem_at("certificate", "server.certificate and server.key are needed together");
  if (certificate && server.development_certificate)
    section.problem_at("development_certificate",
                       "server.development_certificate makes no sense beside server.certificate");
  if (const auto url = net::url_parts(server.public_url);
      !server.public_url.empty() &&
      ((url.scheme != "https" && url.scheme != "http") || url.host.empty() || url.path != "/"))
    section.problem_at("public_url",
                       "server.public_url is not a web address without a path (https://mapi.example.com)");
  const auto proxies = front::Networks::parse(server.trusted_proxies);
  if (!proxies) section.problem_at("trusted_proxies", "server.trusted_proxies: " + proxies.error().what);
  if (!certificate && !server.development_certificate && !is_local(server.listen) && server.trusted_proxies.empty())
    section.problem_at("listen", "without a certificate the gateway listens on loopback only, or for trusted_proxies");
}

// "none", "system" or "http://host:port".
void read_proxy(SectionReader& section, net::ProxySettings& proxy) {
  std::string text = "none";
  std::string password;
  section.text("proxy", text);
  section.text("proxy_user", proxy.user);
  section.text("proxy_password", password);
  proxy.password = Secret(std::move(password));
  if (text == "none") return;
  if (text == "system") {
    proxy.mode = net::ProxySettings::Mode::system;
    return;
  }
  const auto url = net::url_parts(text);
  proxy.mode = net::ProxySettings::Mode::fixed;
  proxy.host = url.host;
  proxy.port = url.port;
  if (url.scheme != "http" || url.host.empty() || url.port == 0)
    section.problem_at("proxy", "ox.proxy is none of \"none\", \"system\", \"http://host:port\"");
}

void read_ox(SectionReader& section, OxConfig& ox) {
  section.text("url", ox.url);
  read_proxy(section, ox.proxy);
  section.text("ca_file", ox.ca_file);
  section.boolean("verify", ox.verify);
  section.boolean("allow_plaintext", ox.allow_plaintext);
  section.text("login", ox.login);
  section.text("source_address", ox.source_address);
  section.text("installation", ox.installation);

  strip_slashes(ox.url);
  const auto url = net::url_parts(ox.url);
  if (ox.url.empty()) {
    section.problem_at("url", "ox.url is missing: the address of the Open-Xchange server");
  } else if ((url.scheme != "https" && url.scheme != "http") || url.host.empty()) {
    section.problem_at("url", "ox.url is not a web address");
  } else if (url.scheme == "http" && !is_local(url.host) && !ox.allow_plaintext) {
    section.problem_at("url", "ox.url: passwords travel unencrypted; use https, or set ox.allow_plaintext = true");
  }
  check_login(section, "ox", ox.login, {"{login}", "{local}", "{domain}"});
  if (ox.installation.empty()) ox.installation = url.host;
}

void read_imap(SectionReader& section, ImapConfig& imap) {
  section.text("host", imap.host);
  section.choice("tls", imap.tls, {"none", "starttls", "implicit"});
  imap.port = imap.tls == ImapConfig::Tls::implicit ? 993 : 143;
  section.number("port", imap.port, 1, 65'535);
  section.text("ca_file", imap.ca_file);
  section.boolean("verify", imap.verify);
  section.boolean("allow_plaintext", imap.allow_plaintext);
  section.text("login", imap.login);

  if (imap.host.empty())
    section.problem_at("host", "imap.host is missing: the mail server");
  else if (imap.tls == ImapConfig::Tls::none && !is_local(imap.host) && !imap.allow_plaintext)
    section.problem_at(
        "tls",
        "imap.tls: passwords travel unencrypted; use \"implicit\" or \"starttls\", or set imap.allow_plaintext = true");
  check_login(section, "imap", imap.login,
              {"{mail_login}", "{login}", "{email}", "{local}", "{domain}", "{ox_login}", "{user}", "{context}"});
}

void read_submission(SectionReader& section, SubmissionConfig& submission) {
  section.text("host", submission.host);
  section.choice("tls", submission.tls, {"none", "starttls", "implicit"});
  submission.port = submission.tls == MailTls::implicit ? 465 : 587;
  section.number("port", submission.port, 1, 65'535);
  section.text("ca_file", submission.ca_file);
  section.boolean("verify", submission.verify);
  section.boolean("allow_plaintext", submission.allow_plaintext);
  section.boolean("sign_in", submission.sign_in);
  section.text("hello", submission.hello);

  if (!submission.host.empty() && submission.tls == MailTls::none && !is_local(submission.host) &&
      !submission.allow_plaintext)
    section.problem_at(
        "tls",
        "submission.tls: passwords and mails travel unencrypted; use \"starttls\" or \"implicit\", or set "
        "submission.allow_plaintext = true");
}

void read_limits(SectionReader& section, LimitsConfig& limits) {
  section.number("connections", limits.connections, 1, 1'000'000);
  section.number("connections_per_address", limits.connections_per_address, 1, 1'000'000);
  section.number("request_bytes", limits.request_bytes, 300'000, 64 << 20);
  section.number("contexts_per_user", limits.contexts_per_user, 1, 1'000);
  section.number("contexts", limits.contexts, 1, 1'000'000);
  section.number("context_idle_seconds", limits.context_idle, 60, kDay);
  section.number("wrong_passwords_per_account", limits.wrong_passwords_per_account, 1, 1'000'000);
  section.number("wrong_passwords_per_network", limits.wrong_passwords_per_network, 1, 1'000'000);
  section.number("wrong_passwords_window_seconds", limits.wrong_passwords_window, 1, kDay);
}

void read_sync(SectionReader& section, SyncConfig& sync) {
  section.number("refresh_active_seconds", sync.refresh_active, 1, kDay);
  section.number("refresh_idle_seconds", sync.refresh_idle, 1, kDay);
  section.number("mail_batch", sync.mail_batch, 10, 10'000);
  std::int64_t megabytes = static_cast<std::int64_t>(sync.content_cache_bytes >> 20);
  section.number("content_cache_megabytes", megabytes, 1, 1 << 20);
  sync.content_cache_bytes = static_cast<std::uint64_t>(megabytes) << 20;
  section.number("pending_period_milliseconds", sync.pending_period, 10, 60'000);
}

void read_all(const toml::table& root, LoadedConfig& loaded, std::vector<std::string>* keys = nullptr) {
  auto& config = loaded.config;
  auto& problems = loaded.problems;
  static const std::set<std::string, std::less<>> kSections = {"server",     "store",  "ox",  "imap",
                                                               "submission", "limits", "log", "sync"};
  for (const auto& [key, node] : root)
    if (kSections.count(key.str()) == 0)
      problems.push_back({static_cast<unsigned>(key.source().begin.line),
                          node.is_table() ? fmt::format("there is no section [{}]", key.str())
                                          : fmt::format("the key {} stands in no section", key.str())});
  const auto section = [&](const char* name, auto read) {
    SectionReader reader(root, name, problems);
    read(reader);
    reader.unknown_keys();
    for (const auto& key : reader.asked())
      if (keys) keys->push_back(fmt::format("{}.{}", name, key));
  };
  section("server", [&](SectionReader& reader) { read_server(reader, config.server); });
  section("store", [&](SectionReader& reader) {
    reader.text("directory", config.store.directory);
    if (config.store.directory.empty())
      reader.problem_at("directory", "store.directory is missing: where the gateway keeps its own data");
  });
  section("ox", [&](SectionReader& reader) { read_ox(reader, config.ox); });
  section("imap", [&](SectionReader& reader) { read_imap(reader, config.imap); });
  section("submission", [&](SectionReader& reader) { read_submission(reader, config.submission); });
  section("limits", [&](SectionReader& reader) { read_limits(reader, config.limits); });
  section("log", [&](SectionReader& reader) {
    reader.choice("level", config.log.level, {"debug", "info", "warning", "error", "off"});
    reader.text("target", config.log.target);
    if (config.log.target.empty()) reader.problem_at("target", "log.target is neither \"stderr\" nor a file");
  });
  section("sync", [&](SectionReader& reader) { read_sync(reader, config.sync); });
}

}  // namespace

bool is_local(const std::string& host) { return ascii_iequals(host, "localhost") || front::is_loopback(host); }

LoadedConfig parse_config(std::string_view text) {
  LoadedConfig loaded;
  const auto parsed = toml::parse(text);
  if (!parsed) {
    const auto& error = parsed.error();
    loaded.problems.push_back({static_cast<unsigned>(error.source().begin.line), std::string(error.description())});
    return loaded;
  }
  read_all(parsed.table(), loaded);
  std::stable_sort(loaded.problems.begin(), loaded.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  return loaded;
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  LoadedConfig ignored;
  read_all(toml::table{}, ignored, &keys);
  return keys;
}

LoadedConfig load_config(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad() || !in.is_open()) {
    LoadedConfig loaded;
    loaded.problems.push_back({0, "cannot be read"});
    return loaded;
  }
  return parse_config(text);
}

}  // namespace oxb::app
