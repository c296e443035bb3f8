// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sandbox/box.h"

#include "sandbox/dispatch.h"
#include "sandbox/setup.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

json::value parsed(const net::HttpResponse& response) {
  boost::system::error_code code;
  auto value = json::parse(as_text(response.body), code);
  return code ? json::value() : value;
}

}  // namespace

Box::Box() {
  SandboxOptions options;
  options.file = ":memory:";
  options.clock = &clock_;
  auto opened = Sandbox::open(options);
  if (!opened) throw std::runtime_error(opened.error().what);
  sandbox_ = std::move(*opened);
  NewContext context{"defaultcontext", "example.test", "oxadmin", "oxadmin-secret"};
  EXPECT_TRUE(create_context(*sandbox_, context));
  add_user("anton", "Anton", "Alpha", "Engineering");
  add_user("berta", "Berta", "Beispiel", "Sales");
  add_user("carl", "Carl", "Cäsar", "Sales");
  const json::object room{{"name", "room1"},
                          {"display_name", "Meeting Room 1"},
                          {"mailaddress", "room1@example.test"},
                          {"availability", true},
                          {"description", "Room with projector"}};
  EXPECT_TRUE(add_resource(*sandbox_, 1, room));
  EXPECT_TRUE(add_group(*sandbox_, 1, "team", "Team", {3, 4}));
}

void Box::add_user(const char* login, const char* first, const char* last, const char* department) {
  NewUser user;
  user.context = 1;
  user.login = login;
  user.password = std::string(login) + "-secret";
  user.first_name = first;
  user.last_name = last;
  user.aliases = {std::string(login) + ".alias@example.test"};
  user.contact = {{"company", "Example Corp"}, {"department", department}};
  ASSERT_TRUE(sandbox::add_user(*sandbox_, user));
}

net::HttpResponse Box::send(Client& client, const std::string& method, const std::string& target,
                            const std::string& body, const std::string& content_type) {
  net::HttpRequest request;
  request.method = method;
  request.target = target;
  const auto mark = target.find('?');
  request.path = net::percent_decode(target.substr(0, mark));
  if (mark != std::string::npos) request.query = form_fields(target.substr(mark + 1));
  request.headers.add("User-Agent", client.user_agent);
  request.headers.add("Host", "127.0.0.1");
  if (!content_type.empty()) request.headers.add("Content-Type", content_type);
  std::string cookies;
  for (const auto& [name, value] : client.cookies) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
  if (!cookies.empty()) request.headers.add("Cookie", cookies);
  request.body = to_bytes(body);
  request.client_address = client.address;
  auto response = dispatch(*sandbox_, request);
  for (const auto header : response.headers.all("Set-Cookie")) {
    const auto equals = header.find('=');
    client.cookies[std::string(header.substr(0, equals))] =
        std::string(header.substr(equals + 1, header.find(';') - equals - 1));
  }
  return response;
}

json::value Box::get(Client& client, const std::string& call) {
  const char* joint = call.find('?') == std::string::npos ? "?" : "&";
  return parsed(send(client, "GET", "/ajax/" + call + joint + "session=" + client.session));
}

json::value Box::put(Client& client, const std::string& call, const json::value& body) {
  const char* joint = call.find('?') == std::string::npos ? "?" : "&";
  return parsed(send(client, "PUT", "/ajax/" + call + joint + "session=" + client.session, json::serialize(body),
                     "text/javascript"));
}

Client Box::log_in(const std::string& name, const std::string& password) {
  Client client;
  const auto secret = password.empty() ? name + "-secret" : password;
  const auto answer =
      parsed(send(client, "POST", "/ajax/login?action=login",
                  "name=" + net::percent_encode(name) + "&password=" + net::percent_encode(secret) + "&client=test",
                  "application/x-www-form-urlencoded"));
  EXPECT_TRUE(answer.is_object() && answer.as_object().contains("session")) << json::serialize(answer);
  if (answer.is_object() && answer.as_object().contains("session"))
    client.session = std::string(answer.at("session").as_string());
  return client;
}

std::string code_of(const json::value& answer) {
  const auto* object = answer.if_object();
  const auto* code = object ? object->if_contains("code") : nullptr;
  return code && code->is_string() ? std::string(code->get_string()) : std::string();
}

const json::value& data_of(const json::value& answer) {
  static const json::value none;
  const auto* object = answer.if_object();
  const auto* data = object ? object->if_contains("data") : nullptr;
  return data ? *data : none;
}

std::int64_t stamp_of(const json::value& answer) {
  const auto* object = answer.if_object();
  const auto* stamp = object ? object->if_contains("timestamp") : nullptr;
  return stamp && stamp->is_number() ? stamp->to_number<std::int64_t>() : -1;
}

}  // namespace oxb::sandbox::test
