// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The whole gateway over the in-memory groupware server, spoken to as Outlook does: TLS, Basic, MAPI/HTTP.
#include "app/gateway.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"
#include "tests/front/fixture.h"

namespace oxb::front {

// What came back from one MAPI/HTTP request.
struct MapiAnswer {
  net::HttpResponse http;
  int code = -1;  // X-ResponseCode: of the head, or behind DONE
  mapihttp::Envelope envelope;
};

// One client process: a login and its cookies.
class MapiClient {
 public:
  MapiClient(net::HttpClient& http, std::string url, std::string login, std::string password)
      : http_(http), url_(std::move(url)), login_(std::move(login)), password_(std::move(password)) {}

  Task<MapiAnswer> call(std::string type, Bytes body);
  template <class Message>
  Task<MapiAnswer> call(std::string type, const Message& message) {
    return call(std::move(type), *wire::encode(message));
  }
  Task<MapiAnswer> connect(std::string user_dn, std::uint32_t flags = 0);
  // One ROP buffer; the cookies move on.
  Task<MapiAnswer> execute(rop::RequestBuffer buffer);
  net::CookieJar& cookies() { return cookies_; }

 private:
  net::HttpClient& http_;
  std::string url_;
  std::string login_;
  std::string password_;
  net::CookieJar cookies_;
};

rop::RequestBuffer logon_request(const std::string& dn);

class GatewayTest : public testing::Test {
 protected:
  GatewayTest();
  ~GatewayTest() override;
  void start();
  virtual void configure(app::Config&) {}

  MapiClient mailbox(std::string login = "anton", std::string password = "secret") {
    return {*http_, gateway_->url() + "/mapi/emsmdb/?MailboxId=x@example.test", std::move(login), std::move(password)};
  }
  MapiClient address_book(std::string login = "anton", std::string password = "secret") {
    return {*http_, gateway_->url() + "/mapi/nspi/?MailboxId=x@example.test", std::move(login), std::move(password)};
  }
  net::HttpResponse send(std::string method, std::string path, std::string body = {}, std::string login = "anton",
                         std::string password = "secret", net::HttpHeaders headers = {});
  std::string dn(std::uint32_t id = 3, std::uint32_t context = 1) const {
    return installation_.legacy_dn({directory::EntityKind::user, context, id});
  }
  template <class T>
  T run(Task<T> task) {
    return loop_.run(std::move(task));
  }

  const net::TemporaryDirectory directory_;
  const directory::Installation installation_{"front-test"};
  backend::fake::Server fake_;
  net::EventLoop loop_{2, 1};
  std::unique_ptr<app::Gateway> gateway_;
  std::unique_ptr<net::HttpClient> http_;
};

}  // namespace oxb::front
