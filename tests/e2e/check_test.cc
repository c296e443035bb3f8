// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridge check against the real thing: what it says when all is well, and when one part after the other is broken.
#include "net/http_server.h"
#include "net/tls.h"
#include "tests/e2e/stack.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace oxb::e2e {
namespace {

using oxb::testing::Process;
using oxb::testing::program;

constexpr const char* kAnton = "anton@nordwind.example";

std::string slurp(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// What one run printed (as JSON) and its exit status.
struct Outcome {
  int status = -1;
  std::string raw;
  boost::json::object report;

  // "ok", "warn", "fail", "skip", or "" where there is no such step.
  std::string state(std::string_view step) const { return text(step, "state"); }
  std::string detail(std::string_view step) const { return text(step, "detail"); }
  std::string mend(std::string_view step) const { return text(step, "mend"); }

 private:
  std::string text(std::string_view step, std::string_view key) const {
    const auto* steps = report.if_contains("steps");
    if (!steps) return {};
    for (const auto& each : steps->as_array()) {
      const auto& one = each.as_object();
      if (one.at("step").as_string() == step)
        if (const auto* value = one.if_contains(key)) return std::string(value->as_string());
    }
    return {};
  }
};

Outcome check(std::vector<std::string> arguments, const std::string& directory,
              const std::string& password = Stack::kPassword) {
  const auto output = directory + "/check.out";
  std::filesystem::remove(output);
  ::setenv("OXBRIDGE_PASSWORD", password.c_str(), 1);
  std::vector<std::string> command{program("oxbridge"), "check", "--json"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Outcome outcome;
  outcome.status = Process(std::move(command), output).wait();
  ::unsetenv("OXBRIDGE_PASSWORD");
  outcome.raw = slurp(output);
  boost::system::error_code ec;
  auto value = boost::json::parse(outcome.raw, ec);
  if (!ec && value.is_object()) outcome.report = value.get_object();
  EXPECT_EQ(outcome.raw.find(password), std::string::npos) << "a password was printed";
  return outcome;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

// A server that accepts and says the same to everybody, then waits for the end of the other side, or nothing at all.
class Babbler {
 public:
  explicit Babbler(std::string words)
      : words_(std::move(words)), acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Babbler() {
    context_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& ec, boost::asio::ip::tcp::socket socket) {
      if (ec) return;
      boost::system::error_code ignored;
      boost::asio::write(socket, boost::asio::buffer(words_), ignored);
      sockets_.push_back(std::move(socket));
      accept();
    });
  }
  std::string words_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> sockets_;
  std::thread thread_;
};

// A port that nobody listens on.
std::uint16_t closed_port() {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

// A self-signed certificate for the name, over since yesterday or good for `days`.
void make_certificate(const std::string& directory, const std::string& name, long days) {
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::unique_ptr<X509, void (*)(X509*)> x(X509_new(), X509_free);
  X509_set_version(x.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x.get()), -90 * 86400L);
  X509_gmtime_adj(X509_getm_notAfter(x.get()), days * 86400L);
  X509_set_pubkey(x.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x.get(), X509_get_subject_name(x.get()));
  X509V3_CTX context;
  X509V3_set_ctx(&context, x.get(), x.get(), nullptr, nullptr, 0);
  const auto names = "DNS:" + name;
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
  X509_add_ext(x.get(), extension, -1);
  X509_EXTENSION_free(extension);
  ASSERT_GT(X509_sign(x.get(), key.get(), EVP_sha256()), 0);
  std::unique_ptr<BIO, int (*)(BIO*)> cert_file(BIO_new_file((directory + "/made.pem").c_str(), "w"), BIO_free);
  std::unique_ptr<BIO, int (*)(BIO*)> key_file(BIO_new_file((directory + "/made.key").c_str(), "w"), BIO_free);
  ASSERT_EQ(PEM_write_bio_X509(cert_file.get(), x.get()), 1);
  ASSERT_EQ(PEM_write_bio_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
}

class CheckCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    stack_ = std::make_unique<Stack>();
    if (stack_->usable()) stack_->start_gateway();
  }
  static void TearDownTestSuite() { stack_.reset(); }
  void SetUp() override {
    if (!stack_->usable()) GTEST_SKIP() << stack_->why_not();
  }

  static Outcome run(std::vector<std::string> more = {}, const std::string& password = Stack::kPassword) {
    return with_config(stack_->config_file(), std::move(more), password);
  }
  static Outcome with_config(const std::string& file, std::vector<std::string> more = {},
                             const std::string& password = Stack::kPassword) {
    std::vector<std::string> arguments{"--config", file, "--server", stack_->url(), "--ca", stack_->ca_file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return check(std::move(arguments), stack_->directory(), password);
  }
  // The stack's configuration with one part replaced.
  static std::string changed(const std::string& what, const std::string& by) {
    const auto file = stack_->directory() + "/changed.toml";
    std::ofstream(file) << replaced(slurp(stack_->config_file()), what, by);
    return file;
  }
  static std::string ox_url() {
    const auto text = slurp(stack_->config_file());
    const auto at = text.find("http://127.0.0.1:");
    return text.substr(at, text.find('"', at) - at);
  }
  static std::string imap_port() { return fmt::format("port = {}\ntls", stack_->dovecot().imap()); }

  static inline std::unique_ptr<Stack> stack_;
};

TEST_F(CheckCommand, AllIsWell) {
  const auto outcome = run({"--user", kAnton});
  EXPECT_EQ(outcome.status, 0) << outcome.raw;
  for (const auto* step : {"Configuration: file",
                           "Configuration: store",
                           "OX: name",
                           "OX: connection",
                           "OX: API",
                           "OX: clock",
                           "OX: login",
                           "OX: release",
                           "OX: calendar",
                           "OX: contacts",
                           "OX: tasks",
                           "IMAP: connection",
                           "IMAP: greeting",
                           "IMAP: login",
                           "IMAP: capabilities",
                           "IMAP: Inbox",
                           "IMAP: folders",
                           "Submission: connection",
                           "Submission: login",
                           "Gateway: connection",
                           "Gateway: certificate",
                           "Gateway: HTTP",
                           "Gateway: plain HTTP",
                           "Gateway: Autodiscover (JSON)",
                           "Gateway: Autodiscover (XML)",
                           "Gateway: Connect",
                           "Gateway: Logon",
                           "Gateway: address book"})
    EXPECT_EQ(outcome.state(step), "ok") << step << ": " << outcome.detail(step);
  EXPECT_EQ(outcome.state("Configuration: certificate"), "warn") << "it is self-made";
  EXPECT_EQ(outcome.state("Places: everything"), "skip");
}

TEST_F(CheckCommand, FromADeskWithoutConfiguration) {
  const auto outcome =
      check({"--server", stack_->url(), "--ca", stack_->ca_file(), "--email", kAnton}, stack_->directory());
  EXPECT_EQ(outcome.status, 0) << outcome.raw;
  EXPECT_EQ(outcome.state("Gateway: Logon"), "ok");
  EXPECT_EQ(outcome.state("OX: login"), "");
}

TEST_F(CheckCommand, WithoutAUserNothingSignsIn) {
  const auto outcome = run();
  EXPECT_EQ(outcome.status, 0) << outcome.raw;
  EXPECT_EQ(outcome.state("OX: API"), "ok");
  EXPECT_EQ(outcome.state("OX: login"), "skip");
  EXPECT_EQ(outcome.state("IMAP: greeting"), "ok");
  EXPECT_EQ(outcome.state("Gateway: HTTP"), "ok");
  EXPECT_EQ(outcome.state("Gateway: Autodiscover"), "skip");
}

TEST_F(CheckCommand, WrongPassword) {
  const auto outcome = run({"--user", kAnton}, "not-the-password");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.state("OX: login"), "fail");
  EXPECT_NE(outcome.detail("OX: login").find("wrong"), std::string::npos) << outcome.detail("OX: login");
  EXPECT_NE(outcome.mend("OX: login"), "");
  EXPECT_EQ(outcome.state("IMAP: login"), "skip") << "a wrong password is tried once only";
  EXPECT_EQ(outcome.state("Submission: login"), "skip");
  EXPECT_EQ(outcome.state("Gateway: Autodiscover"), "skip");
}

TEST_F(CheckCommand, UnknownKey) {
  const auto outcome = with_config(changed("port = 0\n", "port = 0\nprot = 8443\n"), {"--user", kAnton});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.state("Configuration: line 4"), "fail") << outcome.raw;
  EXPECT_NE(outcome.detail("Configuration: line 4").find("prot"), std::string::npos);
  EXPECT_EQ(outcome.state("OX: login"), "ok") << "the rest is looked at";
}

TEST_F(CheckCommand, NoConfigurationFile) {
  const auto outcome = with_config(stack_->directory() + "/none.toml");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.state("Configuration: file"), "fail") << outcome.raw;
}

TEST_F(CheckCommand, OpenStoreIsAWarning) {
  std::filesystem::permissions(stack_->store(), std::filesystem::perms(0755));
  const auto outcome = run();
  std::filesystem::permissions(stack_->store(), std::filesystem::perms(0700));
  EXPECT_EQ(outcome.state("Configuration: store"), "warn");
  EXPECT_EQ(outcome.mend("Configuration: store"), "chmod 700 " + stack_->store());
}

TEST_F(CheckCommand, HostThatDoesNotResolve) {
  const auto outcome =
      with_config(changed(ox_url() + "\"", "http://ox.invalid\"\nallow_plaintext = true"), {"--user", kAnton});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.state("OX: name"), "fail") << outcome.raw;
  EXPECT_EQ(outcome.state("OX: everything further"), "skip");
  EXPECT_EQ(outcome.state("IMAP: greeting"), "ok") << "the other half is looked at";
  EXPECT_EQ(outcome.state("IMAP: login"), "skip");
}

TEST_F(CheckCommand, PlaintextToAnotherMachineIsRefused) {
  const auto outcome = with_config(changed(ox_url() + "\"", "http://ox.invalid\""), {"--user", kAnton});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.state("OX: address"), "fail") << outcome.raw;
  EXPECT_EQ(outcome.state("OX: login"), "");
  const auto gateway = check({"--server", "http://gateway.invalid", "--user", kAnton}, stack_->directory());
  EXPECT_EQ(gateway.status, 1);
  EXPECT_EQ(gateway.state("Gateway: address"), "fail") << gateway.raw;
}

TEST_F(CheckCommand, ClosedPorts) {
  const auto outcome = with_config(changed(ox_url(), fmt::format("http://127.0.0.1:{}", closed_port())));
  EXPECT_EQ(outcome.state("OX: name"), "ok");
  EXPECT_EQ(outcome.state("OX: connection"), "fail") << outcome.raw;
  const auto imap = with_config(changed(imap_port(), fmt::format("port = {}\ntls", closed_port())));
  EXPECT_EQ(imap.state("IMAP: connection"), "fail") << imap.raw;
}

TEST_F(CheckCommand, SomethingElseInsteadOfOpenXchange) {
  const Babbler page(
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>");
  const auto outcome = with_config(changed(ox_url(), fmt::format("http://127.0.0.1:{}", page.port())));
  EXPECT_EQ(outcome.state("OX: API"), "fail") << outcome.raw;
  const Babbler moved("HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n");
  const auto redirect = with_config(changed(ox_url(), fmt::format("http://127.0.0.1:{}", moved.port())));
  EXPECT_NE(redirect.detail("OX: API").find("https://elsewhere.example/"), std::string::npos) << redirect.raw;
  const Babbler busy("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  const auto maintenance = with_config(changed(ox_url(), fmt::format("http://127.0.0.1:{}", busy.port())));
  EXPECT_NE(maintenance.detail("OX: API").find("maintenance"), std::string::npos) << maintenance.raw;
  const Babbler noise("\x01\x02garbage\r\n\r\n");
  const auto garbage = with_config(changed(ox_url(), fmt::format("http://127.0.0.1:{}", noise.port())));
  EXPECT_EQ(garbage.state("OX: API"), "fail") << garbage.raw;
}

TEST_F(CheckCommand, SomethingElseInsteadOfImap) {
  const Babbler http("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto other = with_config(changed(imap_port(), fmt::format("port = {}\ntls", http.port())));
  EXPECT_EQ(other.state("IMAP: greeting"), "fail") << other.raw;
  const Babbler full("* BYE too many\r\n");
  const auto bye = with_config(changed(imap_port(), fmt::format("port = {}\ntls", full.port())));
  EXPECT_NE(bye.detail("IMAP: greeting").find("no connections"), std::string::npos) << bye.raw;
  const Babbler endless(std::string(100'000, 'x'));
  const auto flood = with_config(changed(imap_port(), fmt::format("port = {}\ntls", endless.port())));
  EXPECT_EQ(flood.state("IMAP: greeting"), "fail") << flood.raw;
}

TEST_F(CheckCommand, ServerThatSaysNothingCostsSecondsOnly) {
  const Babbler silent("");
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = with_config(changed(imap_port(), fmt::format("port = {}\ntls", silent.port())));
  EXPECT_EQ(outcome.state("IMAP: greeting"), "fail") << outcome.raw;
  EXPECT_NE(outcome.mend("IMAP: greeting").find("imap.tls"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST_F(CheckCommand, ImapOverTlsAndStarttls) {
  const auto config = [&](std::uint16_t port, const std::string& tls, const std::string& more) {
    return changed(fmt::format("host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n", stack_->dovecot().imap()),
                   fmt::format("host = \"localhost\"\nport = {}\ntls = \"{}\"\n{}", port, tls, more));
  };
  const auto trusted = fmt::format("ca_file = \"{}\"\n", stack_->dovecot().ca_file());
  const auto& dovecot = stack_->dovecot();
  const auto starttls = with_config(config(dovecot.imap(), "starttls", trusted), {"--user", kAnton});
  EXPECT_EQ(starttls.state("IMAP: certificate"), "ok") << starttls.raw;
  EXPECT_EQ(starttls.state("IMAP: login"), "ok") << starttls.raw;
  const auto implicit = with_config(config(dovecot.imaps(), "implicit", trusted), {"--user", kAnton});
  EXPECT_EQ(implicit.state("IMAP: certificate"), "ok") << implicit.raw;
  EXPECT_EQ(implicit.state("IMAP: login"), "ok") << implicit.raw;
  const auto unknown = with_config(config(dovecot.imap(), "starttls", ""));
  EXPECT_EQ(unknown.state("IMAP: certificate"), "fail") << unknown.raw;
  EXPECT_NE(unknown.mend("IMAP: certificate").find("imap.ca_file"), std::string::npos) << unknown.raw;
  const auto wrong_way = with_config(config(dovecot.imap(), "implicit", trusted));
  EXPECT_EQ(wrong_way.state("IMAP: TLS"), "fail") << wrong_way.raw;
}

// A gateway's address with a certificate that is not trusted, has expired, or is for another name.
TEST_F(CheckCommand, CertificatesOfTheGateway) {
  const auto untrusted = check({"--server", stack_->url()}, stack_->directory());
  EXPECT_EQ(untrusted.status, 1);
  EXPECT_EQ(untrusted.state("Gateway: certificate"), "fail") << untrusted.raw;
  EXPECT_NE(untrusted.mend("Gateway: certificate").find("--ca"), std::string::npos);
  EXPECT_EQ(untrusted.state("Gateway: everything further"), "skip");

  const auto serve_and_check = [](const std::string& name, long days) {
    make_certificate(stack_->directory(), name, days);
    const auto certificate = stack_->directory() + "/made.pem";
    auto tls = net::load_tls(certificate, stack_->directory() + "/made.key");
    EXPECT_TRUE(tls);
    auto server = net::HttpServer::listen(stack_->loop().executor(), "127.0.0.1", 0, *tls, {},
                                          [](net::HttpExchange& exchange) -> Task<void> {
                                            co_await exchange.respond(net::HttpResponse::text(404, "nothing\n"));
                                          });
    EXPECT_TRUE(server);
    auto outcome = check({"--server", fmt::format("https://localhost:{}", (*server)->port()), "--ca", certificate},
                         stack_->directory());
    stack_->loop().run((*server)->stop(Wait::upto(std::chrono::seconds(5))));
    return outcome;
  };
  const auto expired = serve_and_check("localhost", -1);
  EXPECT_EQ(expired.state("Gateway: certificate"), "fail") << expired.raw;
  EXPECT_NE(expired.detail("Gateway: certificate").find("expired"), std::string::npos) << expired.raw;
  EXPECT_NE(expired.mend("Gateway: certificate").find("renew"), std::string::npos) << expired.raw;
  const auto other = serve_and_check("gateway.example.com", 300);
  EXPECT_NE(other.detail("Gateway: certificate").find("gateway.example.com"), std::string::npos) << other.raw;
  EXPECT_NE(other.mend("Gateway: certificate").find("localhost"), std::string::npos) << other.raw;
  const auto soon = serve_and_check("localhost", 10);
  EXPECT_EQ(soon.state("Gateway: certificate"), "warn") << soon.raw;
  EXPECT_EQ(soon.state("Gateway: HTTP"), "fail") << "it knows no Autodiscover: " << soon.raw;
}

TEST_F(CheckCommand, CertificateFiles) {
  const auto config = [](const std::string& host) {
    return changed("development_certificate = true\n",
                   fmt::format("certificate = \"{0}/made.pem\"\nkey = \"{0}/made.key\"\npublic_url = \"https://{1}\"\n",
                               stack_->directory(), host));
  };
  const auto state = [&](const std::string& name, long days) {
    make_certificate(stack_->directory(), name, days);
    return with_config(config("localhost")).state("Configuration: certificate");
  };
  EXPECT_EQ(state("localhost", 300), "ok");
  EXPECT_EQ(state("localhost", 10), "warn");
  EXPECT_EQ(state("localhost", -1), "fail");
  EXPECT_EQ(state("other.example.com", 300), "fail");
  const auto key = slurp(stack_->directory() + "/made.key");
  make_certificate(stack_->directory(), "localhost", 300);
  std::ofstream(stack_->directory() + "/made.key") << key;  // of another certificate
  const auto outcome = with_config(config("localhost"));
  EXPECT_EQ(outcome.state("Configuration: certificate"), "fail");
  EXPECT_NE(outcome.detail("Configuration: certificate").find("mismatch"), std::string::npos) << outcome.raw;
}

TEST_F(CheckCommand, UsageErrorsAreExitStatusTwo) {
  EXPECT_EQ(check({}, stack_->directory()).status, 2);
  EXPECT_EQ(check({"--no-such-option"}, stack_->directory()).status, 2);
}

TEST_F(CheckCommand, TextTellsHowToMend) {
  const auto output = stack_->directory() + "/text.out";
  ::setenv("OXBRIDGE_PASSWORD", "wrong", 1);
  EXPECT_EQ(Process({program("oxbridge"), "check", "--config", stack_->config_file(), "--user", kAnton}, output).wait(),
            1);
  ::unsetenv("OXBRIDGE_PASSWORD");
  const auto text = slurp(output);
  EXPECT_NE(text.find("ok   OX: API: "), std::string::npos) << text;
  EXPECT_NE(text.find("FAIL OX: login: "), std::string::npos) << text;
  EXPECT_NE(text.find("\n       mend: "), std::string::npos) << text;
  EXPECT_NE(text.find("skip Gateway: everything: "), std::string::npos) << "port 0, and no --server";
}

// Last, because what is stopped stays so.
TEST_F(CheckCommand, ZPartsThatAreDown) {
  stack_->stop_box();
  const auto no_ox = run({"--user", kAnton});
  EXPECT_EQ(no_ox.status, 1);
  EXPECT_EQ(no_ox.state("OX: connection"), "fail") << no_ox.raw;
  EXPECT_EQ(no_ox.state("IMAP: greeting"), "ok");
  EXPECT_EQ(no_ox.state("Gateway: HTTP"), "ok");
  stack_->start_box();
  stack_->stop_mail();
  const auto no_mail = run({"--user", kAnton});
  EXPECT_EQ(no_mail.status, 1);
  EXPECT_EQ(no_mail.state("OX: login"), "ok") << no_mail.raw;
  EXPECT_EQ(no_mail.state("IMAP: connection"), "fail");
  EXPECT_EQ(stack_->stop_gateway(), 0);
  const auto no_gateway = run({"--user", kAnton});
  EXPECT_EQ(no_gateway.state("Gateway: connection"), "fail") << no_gateway.raw;
}

}  // namespace
}  // namespace oxb::e2e
