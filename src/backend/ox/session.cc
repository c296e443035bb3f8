// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/session.h"

#include "backend/ox/template.h"
#include "base/guid.h"
#include "format/oxjson/json.h"
#include "net/event_loop.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace oxb::backend::ox {
namespace {

std::string query_of(const Request& request) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}{}={}", out.empty() ? '?' : '&', net::percent_encode(name), net::percent_encode(value));
  };
  if (!request.action.empty()) add("action", request.action);
  for (const auto& [name, value] : request.parameters) add(name, value);
  return out;
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", net::percent_encode(name), net::percent_encode(value));
  }
  return out;
}

// Downloads with a bad session answer 403 and a page that names the code.
bool is_session_page(const net::HttpResponse& response) {
  if (response.status != 401 && response.status != 403) return false;
  return response.status == 401 || as_text(response.body).find("SES-02") != std::string_view::npos;
}

Result<> check_status(const net::HttpResponse& response, const std::string& module) {
  const int status = response.status;
  if (status >= 200 && status < 300) return {};
  const auto what = fmt::format("{}: HTTP {}", module, status);
  // A server that starts has its modules one after the other, and says so until then.
  if (status == 404) return fail(Errc::unavailable, what);
  if (status == 401 || status == 403) return fail(Errc::access_denied, what);
  if (status >= 300 && status < 400) return fail(Errc::unavailable, what + " (redirects are not followed)");
  if (status == 429 || status >= 500) return fail(Errc::unavailable, what);
  return fail(Errc::invalid, what);
}

// Answers to uploads are pages with a script that calls a function: (parent["callback_new"] || ...)({...})
std::string_view inside_page(std::string_view text) {
  constexpr std::string_view kOpen = ")({", kClose = "})</script>";
  const auto open = text.find(kOpen), close = text.rfind(kClose);
  if (!text.starts_with('<') || open == std::string_view::npos || close == std::string_view::npos || close < open)
    return text;
  return text.substr(open + 2, close + 1 - (open + 2));
}

Result<json::value> json_body(const net::HttpResponse& response, const std::string& module) {
  auto value = oxjson::parse(inside_page(as_text(response.body)));
  // Not JSON under status 200: cut short, or a proxy's own page. Either may be better next time.
  if (!value) return fail(Errc::unavailable, module + ": " + value.error().what);
  return value;
}

std::string header_text(std::string_view text) {  // RFC 7578 section 4.2, as browsers write it
  std::string out;
  for (const char c : text) {
    if (c == '"')
      out += "%22";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else
      out += c;
  }
  return out;
}

void add_parts(net::HttpCall& call, const Request& request) {
  const auto boundary = "----oxbridge" + to_hex(random_guid().bytes);
  std::string out;
  const auto add = [&](const std::string& name, const std::string& more, std::string_view type, std::string_view text) {
    out += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"{}\r\nContent-Type: {}\r\n\r\n", boundary,
                       name, more, type);
    out += text;
    out += "\r\n";
  };
  const auto describe = [&](std::size_t i, const json::value& value) {
    add(fmt::format("json_{}", i), "", "text/plain; charset=UTF-8", json::serialize(value));
  };
  if (request.body && !request.each_described) describe(0, *request.body);
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    if (request.body && request.each_described) describe(i, request.body->as_array().at(i));
    const auto& file = request.files[i];
    const auto type = header_text(file.mime_type.empty() ? "application/octet-stream" : file.mime_type);
    add(fmt::format("file_{}", i), fmt::format("; filename=\"{}\"", header_text(file.file_name)), type,
        as_text(file.content));
  }
  out += fmt::format("--{}--\r\n", boundary);
  call.headers.set("Content-Type", "multipart/form-data; boundary=" + boundary);
  call.body = to_bytes(out);
}

bool is_lost_session(const json::value& value) {
  if (!value.is_object()) return false;
  const auto answer = oxjson::answer_of(value);
  return answer && answer->error && oxjson::is_session_error(*answer->error);
}

// Cheap test before an answer is parsed twice: only small answers are session errors.
bool is_lost_session(const net::HttpResponse& response) {
  if (is_session_page(response)) return true;
  const auto text = as_text(response.body);
  if (text.size() > 8192 || text.find("SES-02") == std::string_view::npos) return false;
  const auto value = oxjson::parse(inside_page(text));
  if (!value) return false;
  if (!value->is_array()) return is_lost_session(*value);
  // Of a batch that lost its session in the middle, what was done before must not be done again.
  const auto& array = value->get_array();
  return !array.empty() &&
         std::all_of(array.begin(), array.end(), [](const json::value& v) { return is_lost_session(v); });
}

}  // namespace

json::object multiple_element(const Request& request) {
  json::object out;
  out["module"] = request.module;
  out["action"] = request.action;
  for (const auto& [name, value] : request.parameters) out[name] = value;
  if (request.body) out["data"] = *request.body;
  return out;
}

Task<Result<std::shared_ptr<Session>>> Session::sign_in(std::shared_ptr<net::HttpClient> http, Options options,
                                                        model::Credentials credentials, Wait wait) {
  if (credentials.kind != model::Credentials::Kind::password) {
    co_return fail(Errc::unsupported, "Open-Xchange sign-in without a password");
  }
  if (credentials.login.empty() || credentials.secret.empty())
    co_return fail(Errc::unauthenticated, "empty credentials");
  std::shared_ptr<Session> session(new Session(std::move(http), std::move(options), std::move(credentials)));
  OXB_CO_CHECK(co_await session->login(std::move(wait)));
  co_return session;
}

Task<Result<net::HttpResponse>> Session::login_at(std::string prefix, Wait wait) {
  net::HttpCall call;
  call.method = "POST";
  call.url = options_.url + prefix + "login?action=login";
  call.headers.set("Content-Type", "application/x-www-form-urlencoded");
  call.headers.set("Accept", "application/json, text/javascript");
  call.answer_bytes = 1U << 20;
  const auto name = expand(options_.login_template, login_values(credentials_.login));
  auto form = form_of({{"name", name}, {"client", options_.client}, {"version", options_.version}});
  form += "&password=" + net::percent_encode(credentials_.secret.reveal());
  call.body = to_bytes(form);
  std::fill(form.begin(), form.end(), '\0');
  co_return co_await http_->call(std::move(call), wait.at_most(options_.call_time));
}

Result<> Session::accept_login(const net::HttpResponse& response) {
  OXB_CHECK(check_status(response, "login"));
  OXB_TRY(const auto value, json_body(response, "login"));
  if (!value.is_object()) return fail(Errc::unavailable, "login: not an Open-Xchange answer");
  if (const auto answer = oxjson::answer_of(value); answer && answer->error) {
    return tl::unexpected(oxjson::to_error(*answer->error, "login"));
  }
  oxjson::Reader in(value.get_object());
  auto id = in.text("session");
  const auto context = in.integer("context_id").value_or(-1), user = in.integer("user_id").value_or(-1);
  if (id.empty() || id.size() > 256 || context < 0 || context > UINT32_MAX || user <= 0 || user > UINT32_MAX) {
    return fail(Errc::unavailable, "login: not an Open-Xchange answer");
  }
  if (in.boolean("multifactor").value_or(false)) {
    return fail(Errc::unauthenticated, "login: the account wants a second factor; use an application password");
  }
  const std::scoped_lock lock(mutex_);
  if (generation_ != 0 && (context != context_ || user != user_)) {
    return fail(Errc::unauthenticated, "login: the same credentials now belong to another user");
  }
  context_ = static_cast<std::uint32_t>(context);
  user_ = static_cast<std::uint32_t>(user);
  if (generation_ == 0) locale_ = in.text("locale");
  cookies_.clear();
  cookies_.accept(response.headers);
  id_ = std::move(id);
  ++generation_;
  return {};
}

Task<Result<>> Session::login(Wait wait) {
  std::vector<std::string> prefixes = {prefix_};
  if (prefix_.empty()) {
    prefixes =
        options_.prefix.empty() ? std::vector<std::string>{"/appsuite/api/", "/ajax/"} : std::vector{options_.prefix};
  }
  for (const auto& prefix : prefixes) {
    OXB_CO_TRY(const auto response, co_await login_at(prefix, wait));
    if (response.status == 404 && &prefix != &prefixes.back()) continue;
    if (response.status == 404)
      co_return fail(Errc::unavailable, "login: no Open-Xchange API at this address (HTTP 404)");
    OXB_CO_CHECK(accept_login(response));
    prefix_ = prefix;
    break;
  }
  co_return Result<>{};
}

Task<Result<>> Session::renew(std::uint64_t generation, Wait wait) {
  while (true) {
    const auto seen = renewed_.generation();
    {
      const std::scoped_lock lock(mutex_);
      if (closed_ || refused_) co_return fail(Errc::unauthenticated, "session ended");
      if (generation_ != generation) co_return Result<>{};
      if (!renewing_) {
        renewing_ = true;
        break;
      }
    }
    if (!co_await renewed_.wait_after(seen, wait)) co_return fail(Errc::unavailable, "session is being renewed");
  }
  auto result = co_await login(std::move(wait));
  {
    const std::scoped_lock lock(mutex_);
    renewing_ = false;
    // Nobody asks again with a secret that was refused: accounts get locked by that.
    if (!result && result.error().code == Errc::unauthenticated) refused_ = true;
  }
  renewed_.notify_all();
  co_return result;
}

Result<Session::Ticket> Session::ticket() {
  const std::scoped_lock lock(mutex_);
  if (closed_ || refused_) return fail(Errc::unauthenticated, "session ended");
  return Ticket{id_, cookies_.header(), generation_};
}

Task<Result<net::HttpResponse>> Session::send(Request request, Ticket ticket, Wait wait) {
  net::HttpCall call;
  call.method = request.body ? "PUT" : "GET";
  request.parameters.emplace_back("session", ticket.id);
  call.url = options_.url + prefix_ + request.module + query_of(request);
  call.headers.set("Accept", "application/json, text/javascript, */*");
  if (!ticket.cookies.empty()) call.headers.set("Cookie", ticket.cookies);
  if (!request.files.empty()) {
    call.method = "POST";
    add_parts(call, request);
  } else if (request.body) {
    call.headers.set("Content-Type", "application/json; charset=UTF-8");
    call.body = to_bytes(json::serialize(*request.body));
  }
  call.once = request.writes;
  call.answer_bytes = options_.answer_bytes;
  auto response = co_await http_->call(std::move(call), wait.at_most(options_.call_time));
  if (response) {
    const std::scoped_lock lock(mutex_);
    if (ticket.generation == generation_) cookies_.accept(response->headers);
  }
  co_return response;
}

Task<Result<net::HttpResponse>> Session::exchange(Request request, Wait wait) {
  for (int attempt = 0;; ++attempt) {
    OXB_CO_TRY(auto now, ticket());
    const auto generation = now.generation;
    auto response = co_await send(request, std::move(now), wait);
    if (!response || !is_lost_session(*response)) co_return response;
    if (attempt != 0) co_return fail(Errc::unavailable, request.module + ": the session ends as soon as it is made");
    OXB_CO_CHECK(co_await renew(generation, wait));
  }
}

Task<Result<oxjson::Answer>> Session::ask(Request request, Wait wait) {
  const auto module = request.module;
  OXB_CO_TRY(const auto response, co_await exchange(std::move(request), std::move(wait)));
  OXB_CO_CHECK(check_status(response, module));
  OXB_CO_TRY(auto value, json_body(response, module));
  auto answer = oxjson::answer_of(std::move(value));
  if (!answer) co_return fail(Errc::unavailable, module + ": " + answer.error().what);
  co_return std::move(*answer);
}

namespace {

Result<> check_answer(const oxjson::Answer& answer, std::string_view doing) {
  if (answer.error) return tl::unexpected(oxjson::to_error(*answer.error, doing));
  if (answer.warning) {
    auto error = oxjson::to_error(*answer.warning, doing);
    error.code = Errc::unavailable;
    return tl::unexpected(std::move(error).in("answered with a warning"));
  }
  return {};
}

}  // namespace

Task<Result<oxjson::Answer>> Session::call(Request request, Wait wait) {
  const auto doing = request.module + " " + request.action;
  OXB_CO_TRY(auto answer, co_await ask(std::move(request), std::move(wait)));
  OXB_CO_CHECK(check_answer(answer, doing));
  co_return answer;
}

namespace {

Result<std::vector<oxjson::Answer>> answers_of(const net::HttpResponse& response, std::size_t wanted) {
  OXB_CHECK(check_status(response, "multiple"));
  OXB_TRY(auto value, json_body(response, "multiple"));
  if (value.is_object()) {
    OXB_TRY(const auto answer, oxjson::answer_of(std::move(value)));
    if (answer.error) return tl::unexpected(oxjson::to_error(*answer.error, "multiple"));
    return fail(Errc::unavailable, "multiple: not an array");
  }
  if (!value.is_array() || value.get_array().size() != wanted) {
    return fail(Errc::unavailable, "multiple: not as many answers as requests");
  }
  std::vector<oxjson::Answer> out;
  for (auto& element : value.get_array()) {
    auto answer = oxjson::answer_of(std::move(element));
    if (!answer) return fail(Errc::unavailable, "multiple: " + answer.error().what);
    out.push_back(std::move(*answer));
  }
  return out;
}

}  // namespace

std::uint64_t Session::generation() {
  const std::scoped_lock lock(mutex_);
  return generation_;
}

Task<Result<std::vector<oxjson::Answer>>> Session::batch(std::vector<Request> requests, Wait wait) {
  std::vector<oxjson::Answer> out(requests.size());
  std::vector<std::size_t> open(requests.size());  // places still without an answer
  std::iota(open.begin(), open.end(), 0);
  for (int attempt = 0;; ++attempt) {
    json::array elements;
    for (const auto i : open) elements.push_back(multiple_element(requests[i]));
    Request outer{"multiple", "", {{"continue", "true"}}, json::value(std::move(elements))};
    outer.writes = std::any_of(requests.begin(), requests.end(), [](const auto& r) { return r.writes; });
    const auto before = generation();
    OXB_CO_TRY(const auto response, co_await exchange(std::move(outer), wait));
    OXB_CO_TRY(auto answers, answers_of(response, open.size()));
    std::vector<std::size_t> lost;
    for (std::size_t k = 0; k < open.size(); ++k) {
      if (answers[k].error && oxjson::is_session_error(*answers[k].error)) lost.push_back(open[k]);
      out[open[k]] = std::move(answers[k]);
    }
    if (lost.empty()) co_return out;
    if (attempt != 0) co_return fail(Errc::unavailable, "multiple: the session ends as soon as it is made");
    OXB_CO_CHECK(co_await renew(before, wait));  // it expired in the middle
    open = std::move(lost);
  }
}

Task<Result<std::vector<oxjson::Answer>>> Session::multiple(std::vector<Request> requests, Wait wait) {
  std::vector<oxjson::Answer> out;
  for (std::size_t at = 0; at < requests.size(); at += options_.multiple) {
    const auto end = std::min(requests.size(), at + options_.multiple);
    std::vector<Request> some(std::make_move_iterator(requests.begin() + static_cast<std::ptrdiff_t>(at)),
                              std::make_move_iterator(requests.begin() + static_cast<std::ptrdiff_t>(end)));
    OXB_CO_TRY(auto answers, co_await batch(std::move(some), wait));
    std::move(answers.begin(), answers.end(), std::back_inserter(out));
  }
  co_return out;
}

Task<Result<Bytes>> Session::download(Request request, Wait wait) {
  const auto module = request.module;
  OXB_CO_TRY(auto response, co_await exchange(std::move(request), std::move(wait)));
  // The one module that says so of what is not there; others send an error object.
  if (response.status == 404 && module == "contacts/picture") co_return fail(Errc::not_found, module);
  OXB_CO_CHECK(check_status(response, module));
  // An error comes as JSON where bytes were asked for.
  const auto type = response.headers.get("Content-Type");
  const bool maybe_error =
      type.find("json") != std::string_view::npos || type.find("javascript") != std::string_view::npos;
  if (maybe_error && response.body.size() < 8192 &&
      as_text(response.body).find("\"error\"") != std::string_view::npos) {
    if (const auto value = oxjson::parse(as_text(response.body)); value && value->is_object()) {
      const auto answer = oxjson::answer_of(*value);
      if (answer && answer->error && !answer->error->code.empty()) {
        co_return tl::unexpected(oxjson::to_error(*answer->error, module));
      }
    }
  }
  co_return std::move(response.body);
}

struct Session::Several {
  std::vector<Request> requests;
  std::mutex mutex;
  std::vector<oxjson::Answer> answers;
  std::optional<Error> failed;  // the first failure
  std::size_t next = 0, running = 0;
  net::AsyncEvent done;
};

Task<void> Session::work_off(std::shared_ptr<Session> self, std::shared_ptr<Several> several, Wait wait) {
  while (true) {
    std::size_t mine = 0;
    {
      const std::scoped_lock lock(several->mutex);
      mine = several->next++;
      if (mine >= several->requests.size()) {
        --several->running;
        break;
      }
    }
    auto answer = co_await self->ask(several->requests[mine], wait);
    const std::scoped_lock lock(several->mutex);
    if (answer) {
      several->answers[mine] = std::move(*answer);
    } else {
      several->next = several->requests.size();  // the rest would fail as well
      if (!several->failed) several->failed = std::move(answer).error();
    }
  }
  several->done.notify_all();
}

Task<Result<std::vector<oxjson::Answer>>> Session::several(std::vector<Request> requests, Wait wait) {
  constexpr std::size_t kAtOnce = 6;
  auto state = std::make_shared<Several>();
  state->requests = std::move(requests);
  state->answers.resize(state->requests.size());
  state->running = std::min(kAtOnce, state->requests.size());
  const auto executor = co_await boost::asio::this_coro::executor;
  for (std::size_t i = 0, count = state->running; i < count; ++i) {
    net::spawn(executor, work_off(shared_from_this(), state, wait));
  }
  // Each request has its own deadline inside the caller's, so this ends.
  while (true) {
    const auto seen = state->done.generation();
    {
      const std::scoped_lock lock(state->mutex);
      if (state->running == 0) break;
    }
    if (!co_await state->done.wait_after(seen, wait)) {
      co_return fail(wait.cancel.cancelled() ? Errc::cancelled : Errc::unavailable, "several requests timed out");
    }
  }
  if (state->failed) co_return tl::unexpected(*state->failed);
  co_return std::move(state->answers);
}

struct Session::Gathering {
  struct Entry {
    Request request;
    std::optional<Result<oxjson::Answer>> answer;
  };
  std::vector<std::shared_ptr<Entry>> entries;
  net::AsyncEvent done;
  bool finished = false;  // guarded by the session's mutex
};

Task<void> Session::run_gathering(std::shared_ptr<Session> self, std::shared_ptr<Gathering> gathering) {
  // Callers that are about to ask do so while this coroutine sleeps. Its deadline is its own: one caller that gives up
  // does not take the others with it.
  const auto wait = Wait::upto(self->options_.call_time);
  co_await net::sleep(wait.at_most(std::chrono::milliseconds(2)));
  std::vector<Request> requests;
  {
    const std::scoped_lock lock(self->mutex_);
    if (self->gathering_ == gathering) self->gathering_.reset();
    for (const auto& entry : gathering->entries) requests.push_back(entry->request);
  }
  std::vector<Result<oxjson::Answer>> answers;
  if (requests.size() == 1) {
    answers.push_back(co_await self->ask(std::move(requests.front()), wait));
  } else {
    auto all = co_await self->multiple(std::move(requests), wait);
    for (std::size_t i = 0; i < gathering->entries.size(); ++i) {
      if (all) {
        answers.emplace_back(std::move((*all)[i]));
      } else {
        answers.emplace_back(tl::unexpected(all.error()));
      }
    }
  }
  {
    const std::scoped_lock lock(self->mutex_);
    for (std::size_t i = 0; i < answers.size(); ++i) gathering->entries[i]->answer = std::move(answers[i]);
    gathering->finished = true;
  }
  gathering->done.notify_all();
}

Task<Result<oxjson::Answer>> Session::ask_together(Request request, Wait wait) {
  auto entry = std::make_shared<Gathering::Entry>();
  entry->request = std::move(request);
  std::shared_ptr<Gathering> gathering;
  bool leads = false;
  {
    const std::scoped_lock lock(mutex_);
    if (!gathering_ || gathering_->entries.size() >= options_.multiple) {
      gathering_ = std::make_shared<Gathering>();
      leads = true;
    }
    gathering = gathering_;
    gathering->entries.push_back(entry);
  }
  if (leads) net::spawn(co_await boost::asio::this_coro::executor, run_gathering(shared_from_this(), gathering));
  while (true) {
    const auto seen = gathering->done.generation();
    {
      const std::scoped_lock lock(mutex_);
      if (gathering->finished) co_return std::move(*entry->answer);
    }
    if (!co_await gathering->done.wait_after(seen, wait)) {
      const auto code = wait.cancel.cancelled() ? Errc::cancelled : Errc::unavailable;
      co_return fail(code, entry->request.module + " timed out");
    }
  }
}

bool Session::signed_out() {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

Task<void> Session::sign_out(Wait wait) {
  Ticket last;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) co_return;
    closed_ = true;
    credentials_.secret = Secret{};
    last = {id_, cookies_.header(), generation_};
  }
  if (!last.id.empty()) (void)co_await send({"login", "logout", {}, {}}, std::move(last), std::move(wait));
}

}  // namespace oxb::backend::ox
