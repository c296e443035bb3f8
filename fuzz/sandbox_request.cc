// parts: sandbox
// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a client sends, the box answers and its file stays usable. The input is "<method> <target>\n<content
// type>\n<body>".
#include "sandbox/dispatch.h"
#include "sandbox/sandbox.h"
#include "sandbox/setup.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace oxb;

struct World {
  std::unique_ptr<sandbox::Sandbox> box;
  std::string session;
  std::string cookie;
  World() {
    sandbox::SandboxOptions options;
    options.file = ":memory:";
    auto opened = sandbox::Sandbox::open(options);
    if (!opened || !sandbox::create_context(**opened, {"c", "c.test", "oxadmin", "x"})) std::abort();
    box = std::move(*opened);
    sandbox::NewUser user;
    user.context = 1;
    user.login = "anton";
    user.password = "p";
    user.first_name = "Anton";
    if (!sandbox::add_user(*box, user)) std::abort();
    sandbox::Session wanted;
    wanted.client = "c";
    wanted.context = 1;
    wanted.user = 3;
    wanted.used = box->now_ms();
    const auto* opened_session = box->sessions().open(std::move(wanted));
    if (!opened_session) std::abort();
    session = opened_session->id;
    cookie = "open-xchange-secret-" + sandbox::cookie_hash("", "c") + "=" + opened_session->secret;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  static unsigned runs = 0;
  if (++runs % 2000 == 0) world = World();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const auto head = text.substr(0, line);
  const auto rest = line == std::string_view::npos ? std::string_view() : text.substr(line + 1);
  const auto second = rest.find('\n');
  net::HttpRequest request;
  const auto blank = head.find(' ');
  request.method = head.substr(0, blank);
  const auto target = blank == std::string_view::npos ? std::string_view() : head.substr(blank + 1);
  const auto mark = target.find('?');
  request.path = "/ajax/" + net::percent_decode(target.substr(0, mark));
  if (mark != std::string_view::npos) request.query = sandbox::form_fields(target.substr(mark + 1));
  request.query.emplace_back("session", world.session);
  request.headers.add("Cookie", world.cookie);
  request.headers.add("Content-Type", std::string(rest.substr(0, second)));
  if (second != std::string_view::npos) request.body = to_bytes(rest.substr(second + 1));
  const auto response = sandbox::dispatch(*world.box, request);
  if (response.status < 200 || response.status > 599) std::abort();
  // The session may have ended by a logout; everything else has to go on working.
  if (world.box->sessions().all().empty()) {
    world = World();
  } else if (world.box->db().integer("SELECT count(*) FROM user") != 2) {
    std::abort();
  }
  return 0;
}
