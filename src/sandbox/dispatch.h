// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// From an HTTP request to its answer: login, session, module, action, envelope, `multiple`.
#include "net/http.h"
#include "sandbox/call.h"

#include <string>

namespace oxb::sandbox {

// "/ajax/contacts" -> "contacts"; empty when the path is not below the API.
std::string module_of_path(std::string_view path);

net::HttpResponse dispatch(Sandbox& sandbox, const net::HttpRequest& request);

// The login module, which has no envelope.
net::HttpResponse login_request(Sandbox& sandbox, const net::HttpRequest& request);

std::string host_name(const net::HttpRequest& request);  // of the Host header, without port
net::HttpResponse json_response(const json::value& value);
net::HttpResponse error_response(const OxError& error);
net::HttpResponse page(int status, std::string_view title, std::string_view text);
std::vector<std::pair<std::string, std::string>> form_fields(std::string_view body);

// Runs the action in one transaction, inside the session given (null: none).
Ox<Answer> run_call(Call& call);
json::object envelope(const Answer& answer);
// The entries of a `multiple` body.
json::array run_multiple(Sandbox& sandbox, const Session* session, const json::array& requests, std::string_view host);

}  // namespace oxb::sandbox
