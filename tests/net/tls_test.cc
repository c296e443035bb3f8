// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/loopback.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace oxb::net {
namespace {

using testing::HasSubstr;

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(DevelopmentCertificate, IsKeptWhileItFits) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(ensure_development_certificate(directory.path(), {"localhost", "127.0.0.1", "::1"}));
  const auto first = read_file(directory.path() + "/cert.pem");
  ASSERT_TRUE(ensure_development_certificate(directory.path(), {"127.0.0.1"}));
  EXPECT_EQ(read_file(directory.path() + "/cert.pem"), first);
  ASSERT_TRUE(ensure_development_certificate(directory.path(), {"mail.example.com"}));
  EXPECT_NE(read_file(directory.path() + "/cert.pem"), first);
}

TEST(DevelopmentCertificate, KeyIsPrivate) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(ensure_development_certificate(directory.path(), {"localhost"}));
  struct stat info {};
  ASSERT_EQ(::stat((directory.path() + "/key.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST(DevelopmentCertificate, RefusesNamesThatAreNone) {
  const TemporaryDirectory directory;
  EXPECT_EQ(ensure_development_certificate(directory.path(), {}).error().code, Errc::invalid);
  EXPECT_EQ(ensure_development_certificate(directory.path(), {"a,DNS:b"}).error().code, Errc::invalid);
}

TEST(LoadTls, SaysWhichFileIsWrong) {
  const TemporaryDirectory a;
  const TemporaryDirectory b;
  ASSERT_TRUE(ensure_development_certificate(a.path(), {"localhost"}));
  ASSERT_TRUE(ensure_development_certificate(b.path(), {"localhost"}));
  const auto missing = load_tls(a.path() + "/none.pem", a.path() + "/key.pem");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::invalid);
  EXPECT_THAT(missing.error().what, HasSubstr("none.pem"));
  const auto mixed = load_tls(a.path() + "/cert.pem", b.path() + "/key.pem");
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().what, HasSubstr("key.pem"));
}

TEST(LoadTls, ReloadKeepsTheOldCertificateOnFailure) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(ensure_development_certificate(directory.path(), {"localhost"}));
  const auto tls = load_tls(directory.path() + "/cert.pem", directory.path() + "/key.pem");
  ASSERT_TRUE(tls);
  EXPECT_TRUE(reload_tls(**tls));
  std::ofstream(directory.path() + "/cert.pem") << "nonsense";
  EXPECT_FALSE(reload_tls(**tls));
}

// The HTTP server is the TLS peer of the stream here.
class StreamTest : public testing::Test {
 protected:
  void serve(const std::vector<std::string>& names) {
    ASSERT_TRUE(ensure_development_certificate(directory_.path(), names));
    auto tls = load_tls(directory_.path() + "/cert.pem", directory_.path() + "/key.pem");
    ASSERT_TRUE(tls);
    auto server = HttpServer::listen(loop_.executor(), "127.0.0.1", 0, *tls, {}, [](HttpExchange& exchange) {
      return answer_with(exchange, HttpResponse::text(200, "over TLS"));
    });
    ASSERT_TRUE(server);
    server_ = std::move(*server);
  }
  static Task<Result<std::string>> ask(std::uint16_t port, TlsClientOptions options) {
    OXB_CO_TRY(auto stream, co_await Stream::connect("localhost", port, soon()));
    EXPECT_FALSE(stream->secure());
    OXB_CO_CHECK(co_await stream->start_tls(std::move(options), soon()));
    EXPECT_TRUE(stream->secure());
    OXB_CO_CHECK(co_await stream->write(as_bytes("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), soon()));
    co_return co_await read_all(*stream, soon());
  }

  const TemporaryDirectory directory_;
  EventLoop loop_{2, 1};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(StreamTest, TalksOverTls) {
  serve({"localhost"});
  const auto answer = loop_.run(ask(server_->port(), {"localhost", directory_.path() + "/ca.pem", true}));
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_THAT(*answer, testing::EndsWith("over TLS"));
}

TEST_F(StreamTest, CertificateProblemsAreAccessDenied) {
  serve({"localhost"});
  const auto ca = directory_.path() + "/ca.pem";
  const auto untrusted = loop_.run(ask(server_->port(), {"localhost", "", true}));
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().code, Errc::access_denied);
  EXPECT_THAT(untrusted.error().what, HasSubstr("not trusted"));
  const auto other = loop_.run(ask(server_->port(), {"imap.example.com", ca, true}));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::access_denied);
  EXPECT_EQ(other.error().what, "the certificate of imap.example.com was issued for another name");
  EXPECT_EQ(loop_.run(ask(server_->port(), {"127.0.0.1", ca, true})).error().code, Errc::access_denied);
  EXPECT_TRUE(loop_.run(ask(server_->port(), {"imap.example.com", "", false})));
}

Task<std::string> quiet_peer(std::uint16_t port) {
  auto stream = co_await Stream::connect("127.0.0.1", port, soon());
  std::byte buffer[16];
  CancelSource source;
  const auto late = co_await (*stream)->read(buffer, Wait::upto(std::chrono::milliseconds(5)));
  EXPECT_EQ(late.error().code, Errc::unavailable);
  source.cancel();
  const auto cancelled = co_await (*stream)->read(buffer, Wait::upto(std::chrono::hours(1), source.token()));
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
  // A read that gave up harms nothing: the next one still works.
  co_await (*stream)->write(as_bytes("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), soon());
  co_return co_await read_all(**stream, soon());
}

TEST_F(StreamTest, ReadCanBeGivenUpAndRepeated) {
  auto server = HttpServer::listen(loop_.executor(), "127.0.0.1", 0, nullptr, {}, [](HttpExchange& exchange) {
    return answer_with(exchange, HttpResponse::text(200, "still here"));
  });
  EXPECT_THAT(loop_.run(quiet_peer((*server)->port())), testing::EndsWith("still here"));
}

TEST_F(StreamTest, ConnectFailuresNameHostAndPort) {
  const auto unknown = loop_.run(Stream::connect("no-such-host.invalid", 143, soon()));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().what, "the host name no-such-host.invalid cannot be found");
  auto server = HttpServer::listen(loop_.executor(), "127.0.0.1", 0, nullptr, {}, nullptr);
  const auto port = (*server)->port();
  loop_.run((*server)->stop(soon()));
  const auto refused = loop_.run(Stream::connect("127.0.0.1", port, soon()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_THAT(refused.error().what, HasSubstr(fmt::format("127.0.0.1:{}", port)));
}

}  // namespace
}  // namespace oxb::net
