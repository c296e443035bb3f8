// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace oxb::app {
namespace {

constexpr std::string_view kLeast = R"([store]
directory = "/var/lib/oxbridge"
[ox]
url = "https://ox.example.com"
[imap]
host = "imap.example.com"
)";

std::vector<std::string> problems(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& problem : parse_config(text).problems)
    lines.push_back(std::to_string(problem.line) + ": " + problem.text);
  return lines;
}

TEST(Config, TheLeastConfigurationIsEnough) {
  const auto loaded = parse_config(kLeast);
  EXPECT_THAT(problems(kLeast), testing::IsEmpty());
  EXPECT_EQ(loaded.config.imap.port, 993);
  EXPECT_EQ(loaded.config.ox.installation, "ox.example.com");
}

TEST(Config, EverythingWrongIsSaidAtOnceWithItsLine) {
  const auto lines = problems(R"([server]
prot = 8443
port = 70000
public_url = "mapi.example.com"
[store]
[ox]
url = "http://ox.example.com"
proxy = "ox:3128"
verify = "yes"
[imap]
host = "imap.example.com"
tls = "maybe"
login = "{name}"
[smtp]
host = "x"
)");
  using testing::HasSubstr;
  using testing::StartsWith;
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("2: "), HasSubstr("[server] has no key \"prot\""))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("3: "), HasSubstr("server.port"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("4: "), HasSubstr("server.public_url"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("5: "), HasSubstr("store.directory is missing"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("7: "), HasSubstr("unencrypted"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("8: "), HasSubstr("ox.proxy"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("9: "), HasSubstr("ox.verify"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("12: "), HasSubstr("imap.tls"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("13: "), HasSubstr("imap.login"))));
  EXPECT_THAT(lines, testing::Contains(testing::AllOf(StartsWith("14: "), HasSubstr("no section [smtp]"))));
  EXPECT_EQ(lines.size(), 10U);
}

TEST(Config, PlaintextToABackendNeedsLoopbackOrPermission) {
  const auto with = [](std::string_view ox, std::string_view imap) {
    return problems(fmt::format("[store]\ndirectory = \"/x\"\n[ox]\n{}\n[imap]\n{}\n", ox, imap)).size();
  };
  const auto* good = "host = \"imap.example.com\"";
  EXPECT_EQ(with("url = \"http://127.0.0.1:8009\"", good), 0U);
  EXPECT_EQ(with("url = \"http://localhost\"", good), 0U);
  EXPECT_EQ(with("url = \"http://127.0.0.1.example.com\"", good), 1U);
  EXPECT_EQ(with("url = \"http://10.0.0.1\"", good), 1U);
  EXPECT_EQ(with("url = \"http://10.0.0.1\"\nallow_plaintext = true", good), 0U);
  EXPECT_EQ(with("url = \"https://10.0.0.1\"", "host = \"10.0.0.2\"\ntls = \"none\""), 1U);
  EXPECT_EQ(with("url = \"https://10.0.0.1\"", "host = \"::1\"\ntls = \"none\""), 0U);
  const auto submission = [&](std::string_view keys) {
    return problems(fmt::format("{}\n[submission]\n{}\n", kLeast, keys)).size();
  };
  EXPECT_EQ(submission(""), 0U);
  EXPECT_EQ(submission("host = \"127.0.0.1\"\ntls = \"none\"\nport = 2525"), 0U);
  EXPECT_EQ(submission("host = \"10.0.0.2\"\ntls = \"none\""), 1U);
  EXPECT_EQ(submission("host = \"10.0.0.2\"\ntls = \"none\"\nallow_plaintext = true"), 0U);
}

TEST(Config, ThePortOfASubmissionServerFollowsItsTls) {
  const auto port = [](std::string_view keys) {
    return parse_config(fmt::format("{}\n[submission]\nhost = \"x\"\n{}\n", kLeast, keys)).config.submission.port;
  };
  EXPECT_EQ(port(""), 587);
  EXPECT_EQ(port("tls = \"implicit\""), 465);
  EXPECT_EQ(port("tls = \"implicit\"\nport = 2465"), 2465);
}

TEST(Config, PlainHttpListensOnLoopbackOnly) {
  const std::string least(kLeast);
  EXPECT_EQ(problems(least + "[server]\nlisten = \"0.0.0.0\"\n").size(), 1U);
  EXPECT_EQ(problems(least + "[server]\nlisten = \"0.0.0.0\"\ndevelopment_certificate = true\n").size(), 0U);
  EXPECT_EQ(problems(least + "[server]\nlisten = \"0.0.0.0\"\ntrusted_proxies = [\"10.0.0.1\"]\n").size(), 0U);
  EXPECT_EQ(problems(least + "[server]\ncertificate = \"x.pem\"\n").size(), 1U);
}

TEST(Config, BrokenTomlNamesItsLine) {
  const auto lines = problems("[server]\nport = = 1\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], testing::StartsWith("2: "));
  EXPECT_THAT(problems("port = 1\n" + std::string(kLeast)),
              testing::ElementsAre("1: the key port stands in no section"));
}

std::string example(bool with_defaults) {
  std::ifstream in(std::string(OXB_SOURCE_DIR) + "/share/oxbridged.toml");
  std::string text;
  for (std::string line; std::getline(in, line);) {
    // "#key = value" is a default, "# words" an explanation.
    if (with_defaults && line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    text += line + "\n";
  }
  return text;
}

TEST(Config, TheExampleIsGoodAndExplainsEveryKey) {
  EXPECT_THAT(problems(example(false)), testing::IsEmpty());
  const auto whole = example(true);
  EXPECT_THAT(problems(whole), testing::IsEmpty());
  std::set<std::string> shown;
  std::string section;
  std::istringstream lines(whole);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
    if (const auto equals = line.find(" = "); equals != std::string::npos && !line.starts_with('#'))
      shown.insert(section + "." + line.substr(0, equals));
  }
  const auto keys = config_keys();
  EXPECT_EQ(shown, std::set<std::string>(keys.begin(), keys.end()));
}

TEST(Config, TheExamplesDefaultsAreTheRealOnes) {
  const auto shown = parse_config(example(true)).config;
  const auto real = parse_config(example(false)).config;
  EXPECT_EQ(shown.server.port, real.server.port);
  EXPECT_EQ(shown.imap.port, real.imap.port);
  EXPECT_EQ(shown.imap.tls, real.imap.tls);
  EXPECT_EQ(shown.imap.login, real.imap.login);
  EXPECT_EQ(shown.ox.login, real.ox.login);
  EXPECT_EQ(shown.submission.port, real.submission.port);
  EXPECT_EQ(shown.submission.tls, real.submission.tls);
  EXPECT_EQ(shown.submission.sign_in, real.submission.sign_in);
  EXPECT_EQ(shown.limits.request_bytes, real.limits.request_bytes);
  EXPECT_EQ(shown.limits.contexts, real.limits.contexts);
  EXPECT_EQ(shown.limits.context_idle, real.limits.context_idle);
  EXPECT_EQ(shown.limits.wrong_passwords_window, real.limits.wrong_passwords_window);
  EXPECT_EQ(shown.log.level, real.log.level);
  EXPECT_EQ(shown.sync.content_cache_bytes, real.sync.content_cache_bytes);
  EXPECT_EQ(shown.sync.pending_period, real.sync.pending_period);
}

TEST(Config, MissingFileIsAProblem) { EXPECT_EQ(load_config("/nonexistent/oxbridged.toml").problems.size(), 1U); }

TEST(Config, ProxyWithLogin) {
  const auto loaded = parse_config(std::string(kLeast) + "[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(loaded.config.log.level, LogLevel::debug);
  auto text = std::string(kLeast);
  text.insert(text.find("[imap]"),
              "proxy = \"http://proxy.example.com:3128\"\nproxy_user = \"u\"\nproxy_password = \"p\"\n");
  const auto proxy = parse_config(text).config.ox.proxy;
  EXPECT_EQ(proxy.mode, net::ProxySettings::Mode::fixed);
  EXPECT_EQ(proxy.host, "proxy.example.com");
  EXPECT_EQ(proxy.port, 3128);
  EXPECT_EQ(proxy.password.reveal(), "p");
}

}  // namespace
}  // namespace oxb::app
