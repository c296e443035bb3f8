// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/front/gateway_fixture.h"

namespace oxb::front {

Task<MapiAnswer> MapiClient::call(std::string type, Bytes body) {
  net::HttpCall call;
  call.method = "POST";
  call.url = url_;
  call.body = std::move(body);
  if (!login_.empty()) call.basic.emplace(login_, Secret(password_));
  call.cookies = &cookies_;
  call.headers.add("Content-Type", "application/mapi-http");
  if (!type.empty()) call.headers.add("X-RequestType", type);
  call.headers.add("X-RequestId", "{C715155F-2BE8-44E0-BD34-2960067874C8}:1");
  call.headers.add("X-ClientInfo", "{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}:123");
  auto http = co_await http_.call(std::move(call), net::soon());
  MapiAnswer answer;
  if (!http) {
    ADD_FAILURE() << http.error().what;
    co_return answer;
  }
  answer.http = std::move(*http);
  const auto code = answer.http.headers.get("X-ResponseCode");
  answer.code = code.empty() ? -1 : std::stoi(std::string(code));
  if (answer.code != 0) co_return answer;
  auto envelope = mapihttp::parse_envelope(answer.http.body);
  if (!envelope) {
    ADD_FAILURE() << envelope.error().what;
    co_return answer;
  }
  answer.envelope = std::move(*envelope);
  if (const auto last = answer.envelope.header("X-ResponseCode"); !last.empty())
    answer.code = std::stoi(std::string(last));
  co_return answer;
}

Task<MapiAnswer> MapiClient::connect(std::string user_dn, std::uint32_t flags) {
  mapihttp::Connect::Request request;
  request.user_dn = std::move(user_dn);
  request.flags = flags;
  request.code_page = 1252;
  request.sort_locale = request.string_locale = 0x0409;
  return call("Connect", request);
}

Task<MapiAnswer> MapiClient::execute(rop::RequestBuffer buffer) {
  mapihttp::Execute::Request request;
  const auto bytes = rop::encode_request_buffer(buffer);
  request.rop_buffer = *mapihttp::frame({*bytes}, mapihttp::Compression::none, mapihttp::Obfuscation::xor_magic);
  request.max_rop_out = 0x10008;
  return call("Execute", request);
}

rop::RequestBuffer logon_request(const std::string& dn) {
  rop::Logon::Request logon;
  logon.open_flags = 0x0100'0004;  // USE_PER_MDB_REPLID_MAPPING, HOME_LOGON
  logon.essdn = dn;
  rop::RequestBuffer buffer;
  buffer.rops.push_back(rop::RopRequest::of<rop::Logon>(0, logon));
  buffer.handles = {0xFFFF'FFFF};
  return buffer;
}

GatewayTest::GatewayTest() = default;

GatewayTest::~GatewayTest() {
  if (gateway_) run(gateway_->stop(net::soon()));
}

void GatewayTest::start() {
  app::Config config;
  config.server.port = 0;
  config.server.development_certificate = true;
  config.store.directory = directory_.path() + "/store";
  config.ox.installation = "front-test";
  config.sync.pending_period = std::chrono::milliseconds(20);
  configure(config);
  auto gateway = app::Gateway::start(loop_, config, fake_.backend());
  ASSERT_TRUE(gateway) << gateway.error().what;
  gateway_ = std::move(*gateway);
  net::HttpClientOptions options;
  options.ca_file = gateway_->ca_file();
  auto http = net::HttpClient::create(loop_.executor(), options);
  ASSERT_TRUE(http) << http.error().what;
  http_ = std::move(*http);
}

net::HttpResponse GatewayTest::send(std::string method, std::string path, std::string body, std::string login,
                                    std::string password, net::HttpHeaders headers) {
  net::HttpCall call;
  call.method = std::move(method);
  call.url = gateway_->url() + path;
  call.body = to_bytes(body);
  call.headers = std::move(headers);
  if (!login.empty()) call.basic.emplace(std::move(login), Secret(std::move(password)));
  auto response = run(http_->call(std::move(call), net::soon()));
  EXPECT_TRUE(response) << response.error().what;
  return response ? std::move(*response) : net::HttpResponse{};
}

}  // namespace oxb::front
