// SPDX-License-Identifier: GPL-3.0-or-later
// Module `login`: sessions begin and end here. Its answers have no envelope.
#include "base/text.h"
#include "sandbox/dispatch.h"
#include "sandbox/principals.h"
#include "sandbox/sandbox.h"
#include "sandbox/setup.h"

#include <boost/json/parse.hpp>

#include <ctime>

namespace oxb::sandbox {
namespace {

constexpr std::int64_t kWeek = 604'800'000;

std::string cookie_date(std::int64_t utc_ms) {
  const auto seconds = static_cast<std::time_t>(utc_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof text, "%a, %d-%b-%Y %H:%M:%S GMT", &parts));
}

void set_cookie(net::HttpResponse& response, std::string_view name, std::string_view value,
                std::optional<std::int64_t> expires) {
  auto text = fmt::format("{}={}", name, value);
  if (expires) text += "; Expires=" + cookie_date(*expires);
  response.headers.add("Set-Cookie", text + "; Path=/; HttpOnly; SameSite=Lax");
}

void set_session_cookies(net::HttpResponse& response, const Session& session, std::int64_t now) {
  const auto hash = cookie_hash(session.user_agent, session.client);
  const auto public_hash = public_cookie_hash(session.user_agent, session.context, session.user);
  const auto expires = session.stay_signed_in ? std::optional(now + kWeek) : std::nullopt;
  set_cookie(response, "JSESSIONID", fmt::format("{}.OX0", session.login_time % 1'000'000'000'000 + 1'000'000'000'000),
             now + kWeek);
  set_cookie(response, "open-xchange-secret-" + hash, session.secret, expires);
  set_cookie(response, "open-xchange-public-session-" + public_hash, session.public_id, expires);
  set_cookie(response, "open-xchange-session-" + hash, session.id, expires);
}

void drop_session_cookies(net::HttpResponse& response, const Session& session) {
  const auto hash = cookie_hash(session.user_agent, session.client);
  set_cookie(response, "open-xchange-secret-" + hash, "", 0);
  set_cookie(response, "open-xchange-session-" + hash, "", 0);
  set_cookie(response,
             "open-xchange-public-session-" + public_cookie_hash(session.user_agent, session.context, session.user), "",
             0);
}

net::HttpResponse no_content(std::string_view content_type) {
  return net::HttpResponse::text(200, "", std::string(content_type));
}

json::object session_object(Sandbox& sandbox, const Session& session) {
  const auto user = find_user(sandbox.db(), session.context, session.user);
  return {{"session", session.id},
          {"user", session.login},
          {"user_id", session.user},
          {"context_id", session.context},
          {"locale", user ? as_string(user->data, "locale") : std::string("en_US")}};
}

class Form {
 public:
  explicit Form(const net::HttpRequest& request) : fields_(form_fields(as_text(request.body))), request_(request) {}
  const std::string* get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
      if (key == name) return &value;
    }
    return request_.parameter(name);
  }
  std::string get_or(std::string_view name, std::string_view otherwise) const {
    const auto* value = get(name);
    return value ? *value : std::string(otherwise);
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
  const net::HttpRequest& request_;
};

net::HttpResponse log_in(Sandbox& sandbox, const net::HttpRequest& request) {
  if (request.parameter("password")) return error_response(OxError("SVL-0030", {"[password]"}));
  const Form form(request);
  for (const auto* name : {"name", "password"}) {
    if (!form.get(name)) return error_response(OxError("SVL-0002", {name}));
  }
  Session session;
  session.client = form.get_or("client", "open-xchange-appsuite");
  session.user_agent = std::string(request.headers.get("User-Agent"));
  if (session.client == session.user_agent) return error_response(OxError("LGI-0021", {}));
  session.login = std::string(trim(*form.get("name")));
  session.address = form.get_or("clientIP", request.client_address);
  session.stay_signed_in = is_true(form.get_or("staySignedIn", ""));
  session.login_time = session.used = sandbox.now_ms();
  auto& db = sandbox.db();
  db.begin();
  const auto identity = check_login(db, session.login, *form.get("password"));
  if (identity) prepare_user(sandbox, identity->context, identity->user);
  if (auto stored = db.commit(); !stored) return error_response(OxError(stored.error()));
  if (!identity) return error_response(OxError("LGI-0006", {}));
  session.context = identity->context;
  session.user = identity->user;
  const auto* opened = sandbox.sessions().open(std::move(session));
  if (!opened) return error_response(OxError("SES-0007", {identity->user, identity->context}));
  auto object = session_object(sandbox, *opened);
  if (const auto* batch = form.get("multiple")) {
    boost::system::error_code code;
    const auto requests = json::parse(*batch, code, {}, {.max_depth = 64});
    if (!code && requests.is_array()) {
      object["multiple"] = run_multiple(sandbox, opened, requests.get_array(), host_name(request));
    }
  }
  auto response = json_response(object);
  set_session_cookies(response, *opened, sandbox.now_ms());
  return response;
}

net::HttpResponse log_out(Sandbox& sandbox, const net::HttpRequest& request) {
  const auto* id = request.parameter("session");
  if (!id) return page(400, "Bad Request", "Bad Request");
  const auto* session = sandbox.sessions().find(*id, request, sandbox.now_ms());
  if (!session) return page(403, "Forbidden", "Forbidden");
  auto response = no_content("application/json;charset=UTF-8");
  drop_session_cookies(response, *session);
  sandbox.sessions().close(*id);
  return response;
}

net::HttpResponse auto_login(Sandbox& sandbox, const net::HttpRequest& request) {
  const Form form(request);
  const auto* session =
      sandbox.sessions().by_cookie(request, form.get_or("client", "open-xchange-appsuite"), sandbox.now_ms());
  if (!session) return error_response(OxError("SVL-0015", {"autologin"}));
  auto response = json_response(session_object(sandbox, *session));
  set_session_cookies(response, *session, sandbox.now_ms());
  return response;
}

net::HttpResponse with_session(Sandbox& sandbox, const net::HttpRequest& request, std::string_view action) {
  const Form form(request);
  const auto* id = form.get("session");
  if (!id) return error_response(OxError("SVL-0002", {"session"}));
  const auto* session = sandbox.sessions().find(*id, request, sandbox.now_ms());
  if (!session) return error_response(OxError("SES-0203", {json::value(*id)}));
  if (action == "store") {
    auto response = no_content("application/json; charset=UTF-8");
    response.headers.add("Deprecation", "version=\"v7.10.3\"");
    return response;
  }
  auto response = json_response(json::object{{"data", "1"}});
  if (action == "changeip") {
    const auto* address = form.get("clientIP");
    if (!address) return error_response(OxError("SVL-0002", {"clientIP"}));
    sandbox.sessions().rebind(*id, *address);
  } else {
    set_session_cookies(response, *session, sandbox.now_ms());
  }
  return response;
}

}  // namespace

net::HttpResponse login_request(Sandbox& sandbox, const net::HttpRequest& request) {
  const auto* given = request.parameter("action");
  const std::string action = given ? *given : "";
  sandbox.faults().count_call("login", action);
  if (action == "login") return log_in(sandbox, request);
  if (action == "logout") return log_out(sandbox, request);
  if (action == "autologin") return auto_login(sandbox, request);
  if (action == "store" || action == "refreshSecret" || action == "changeip")
    return with_session(sandbox, request, action);
  return error_response(OxError("SVL-0021", {json::value(action.empty() ? request.method : action), "login"}));
}

}  // namespace oxb::sandbox
