// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/dispatch.h"

#include "base/text.h"
#include "sandbox/multipart.h"
#include "sandbox/registry.h"
#include "sandbox/sandbox.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

constexpr std::string_view kPrefixes[] = {"/ajax/", "/appsuite/api/", "/api/"};
constexpr std::size_t kMultipleLimit = 1000;

bool is_multipart(const net::HttpRequest& request) {
  return ascii_lower(request.headers.get("Content-Type")).starts_with("multipart/");
}

bool is_config(std::string_view module) { return module.starts_with("config/"); }

net::HttpResponse empty_404() {
  net::HttpResponse response;
  response.status = 404;
  return response;
}

// Uploads, and whatever names a callback, come back inside a page for a hidden frame.
net::HttpResponse upload_page(const json::value& value, std::string_view callback) {
  const auto text = fmt::format(
      "<!DOCTYPE html><html><head><META http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">"
      "<script type=\"text/javascript\">(parent[\"callback_{0}\"] || window.opener && "
      "window.opener[\"callback_{0}\"])({1})"
      "</script></head></html>",
      callback, json::serialize(value));
  return net::HttpResponse::text(200, text, "text/html;charset=UTF-8");
}

std::string safe_callback(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_') out += c;
  }
  return out;
}

net::HttpResponse rendered(const Call& call, Ox<Answer> result) {
  json::value body;
  if (!result) {
    json::object object;
    result.error().write(object);
    body = std::move(object);
  } else if (result->raw) {
    return std::move(*result->raw);
  } else if (result->bare) {
    body = result->data ? std::move(*result->data) : json::value();
  } else {
    body = envelope(*result);
  }
  const auto* callback = call.param("callback");
  const bool upload =
      call.http && is_multipart(*call.http) && !call.flag("plainJson") && !call.flag("force_json_response");
  if (callback || upload) return upload_page(body, safe_callback(callback ? *callback : call.action));
  return json_response(body);
}

net::HttpResponse bad_session(std::string_view id, const Action* action) {
  OxError error("SES-0203", {json::value(id)});
  if (action && action->kind == ActionKind::download) {
    return page(403, "Forbidden", fmt::format("{} Categories=TRY_AGAIN Message='{}'", error.code, error.description));
  }
  return error_response(error);
}

net::HttpResponse multiple_request(Sandbox& sandbox, const net::HttpRequest& request) {
  const auto bad = [] {
    return page(400, "Bad Request", "The request sent by the client was syntactically incorrect");
  };
  const auto* id = request.parameter("session");
  if (!id) return bad();
  const auto* session = sandbox.sessions().find(*id, request, sandbox.now_ms());
  if (!session) return bad_session(*id, nullptr);
  boost::system::error_code code;
  const auto body = json::parse(as_text(request.body), code, {}, {.max_depth = 64});
  if (code || !body.is_array() || body.get_array().size() > kMultipleLimit) return bad();
  return json_response(run_multiple(sandbox, session, body.get_array(), host_name(request)));
}

void fill_call(Call& call, const net::HttpRequest& request, std::string module) {
  call.module = std::move(module);
  call.method = request.method;
  call.parameters = request.query;
  call.http = &request;
  call.host = host_name(request);
  if (const auto* action = request.parameter("action")) call.action = *action;
  if (is_multipart(request)) {
    call.parts = parse_multipart(request.headers.get("Content-Type"), request.body);
    for (const auto& part : call.parts) {
      if (part.name == "json_0" || part.name == "json") call.set_body(std::string(as_text(part.content)));
    }
  } else {
    call.set_body(std::string(as_text(request.body)));
  }
}

}  // namespace

std::string host_name(const net::HttpRequest& request) {
  const auto host = request.headers.get("Host");
  return std::string(host.substr(0, host.rfind(':')));
}

std::string module_of_path(std::string_view path) {
  for (const auto prefix : kPrefixes) {
    if (path.starts_with(prefix)) return std::string(path.substr(prefix.size()));
  }
  return {};
}

net::HttpResponse json_response(const json::value& value) {
  return net::HttpResponse::text(200, json::serialize(value), "application/json;charset=UTF-8");
}

net::HttpResponse error_response(const OxError& error) {
  json::object object;
  error.write(object);
  return json_response(object);
}

net::HttpResponse page(int status, std::string_view title, std::string_view text) {
  return net::HttpResponse::text(status,
                                 fmt::format("<!DOCTYPE html>\n<html><head>\n<title>{0} "
                                             "{1}</title>\n</head><body>\n<h1>{1}</h1>\n<p>{2}</p>\n</body></html>\n",
                                             status, title, text),
                                 "text/html;charset=UTF-8");
}

std::vector<std::pair<std::string, std::string>> form_fields(std::string_view body) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto decode = [](std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', ' ');
    return net::percent_decode(plain);
  };
  while (!body.empty() && out.size() < 1000) {
    const auto end = body.find('&');
    const auto field = body.substr(0, end);
    const auto equals = field.find('=');
    if (!field.empty()) {
      out.emplace_back(decode(field.substr(0, equals)),
                       equals == std::string_view::npos ? std::string() : decode(field.substr(equals + 1)));
    }
    if (end == std::string_view::npos) break;
    body.remove_prefix(end + 1);
  }
  return out;
}

json::object envelope(const Answer& answer) {
  json::object out;
  if (answer.data) out["data"] = *answer.data;
  if (answer.timestamp) out["timestamp"] = *answer.timestamp;
  if (answer.warnings.empty()) return out;
  answer.warnings.front().write(out);  // the first one is copied to the top level
  json::array warnings;
  for (const auto& warning : answer.warnings) {
    json::object object;
    warning.write(object);
    warnings.push_back(std::move(object));
  }
  if (warnings.size() == 1) {
    out["warnings"] = std::move(warnings[0]);
  } else {
    out["warnings"] = std::move(warnings);
  }
  return out;
}

Ox<Answer> run_call(Call& call) {
  call.sandbox.faults().count_call(call.module, call.action);
  auto& db = call.db;
  db.begin();
  Ox<Answer> result = [&]() -> Ox<Answer> {
    if (is_config(call.module)) return config_call(call);
    const auto* action = find_action(call.module, call.action);
    if (!action) return ox_fail("SVL-0021", call.action.empty() ? call.method : call.action, call.module);
    return action->handler(call);
  }();
  if (!result && !call.keep_changes) {
    db.rollback();
    return result;
  }
  if (auto stored = db.commit(); !stored) return tl::unexpected(OxError(stored.error()));
  return result;
}

json::array run_multiple(Sandbox& sandbox, const Session* session, const json::array& requests, std::string_view host) {
  json::array answers;
  for (const auto& entry : requests) {
    json::object object;
    const auto* wanted = entry.if_object();
    Call call(sandbox, sandbox.db(), session);
    call.host = std::string(host);
    if (wanted) {
      call.module = as_string(*wanted, "module");
      call.action = as_string(*wanted, "action");
      for (const auto& [name, value] : *wanted) {
        if (name == "data") {
          call.set_body(value);
        } else if (value.is_bool()) {
          call.parameters.emplace_back(name, value.get_bool() ? "true" : "false");
        } else {
          call.parameters.emplace_back(name, as_id(value));
        }
      }
    }
    if (!is_config(call.module) && !is_module(call.module)) {
      OxError("SVL-0007", {}).write(object);
    } else if (auto result = run_call(call); !result) {
      result.error().write(object);
    } else if (result->raw) {
      OxError("SVL-0011", {"no downloads inside multiple"}).write(object);
    } else {
      object = envelope(*result);
    }
    answers.push_back(std::move(object));
  }
  return answers;
}

net::HttpResponse dispatch(Sandbox& sandbox, const net::HttpRequest& request) {
  const auto module = module_of_path(request.path);
  if (module == "login") return login_request(sandbox, request);
  if (module == "multiple") return multiple_request(sandbox, request);
  if (!is_config(module) && !is_module(module)) return empty_404();
  const auto* name = request.parameter("action");
  const auto* action = find_action(module, name ? *name : "");
  const Session* session = nullptr;
  if (const auto* id = request.parameter("session")) {
    session = sandbox.sessions().find(*id, request, sandbox.now_ms());
    if (!session) return bad_session(*id, action);
  } else if (!action || action->kind != ActionKind::open) {
    return error_response(OxError("SVL-0002", {"session"}));
  }
  Call call(sandbox, sandbox.db(), session);
  fill_call(call, request, module);
  return rendered(call, run_call(call));
}

}  // namespace oxb::sandbox
