// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One session of one user at an Open-Xchange server: its id, its cookies, and how a lost one is replaced.
// Thread-safe; requests may overlap. A session lives at one address with one User-Agent: another one destroys it.
#include "backend/ox/options.h"
#include "format/oxjson/envelope.h"
#include "model/account.h"
#include "net/event.h"
#include "net/http_client.h"

#include <boost/json/value.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oxb::backend::ox {

namespace json = boost::json;

struct Upload {
  std::string file_name;
  std::string mime_type;
  Bytes content;
};

struct Request {
  std::string module;  // "contacts", "chronos/alarm", "config/timezone"
  std::string action;  // empty for config
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<json::value> body;  // makes it a PUT
  // Sent once, even where the connection breaks before the answer.
  bool writes = false;
  // Make it a POST of parts: json_0 (the body) and file_0, file_1 ...; with each_described an element of the body, an
  // array, stands before each file as json_0, json_1 ...
  std::vector<Upload> files = {};
  bool each_described = false;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // unauthenticated: refused. unavailable: the server could not be asked, or is no Open-Xchange.
  static Task<Result<std::shared_ptr<Session>>> sign_in(std::shared_ptr<net::HttpClient> http, Options options,
                                                        model::Credentials credentials, Wait wait);

  // The answer with its error, if the server sent one; failing only where there is no answer.
  Task<Result<oxjson::Answer>> ask(Request request, Wait wait);
  // Data that is good: an error is an Error, and so is a warning, since a list may then be incomplete.
  Task<Result<oxjson::Answer>> call(Request request, Wait wait);
  // Many in as few HTTP requests as the batch size allows; answers in the order asked. What found the session lost in
  // the middle of a batch is asked again, and nothing else.
  Task<Result<std::vector<oxjson::Answer>>> multiple(std::vector<Request> requests, Wait wait);
  // Many that a batch cannot hold, a few at a time.
  Task<Result<std::vector<oxjson::Answer>>> several(std::vector<Request> requests, Wait wait);
  // Bytes as they are. not_found: there is no such attachment or picture.
  Task<Result<Bytes>> download(Request request, Wait wait);
  // Requests that are asked for at about the same time by different callers travel in one batch.
  Task<Result<oxjson::Answer>> ask_together(Request request, Wait wait);
  Task<void> sign_out(Wait wait);
  bool signed_out();

  std::uint32_t context() const { return context_; }
  std::uint32_t user() const { return user_; }
  std::string locale() const { return locale_; }
  const Options& options() const { return options_; }
  const model::Credentials& credentials() const { return credentials_; }

 private:
  struct Ticket {  // what one request is sent with
    std::string id;
    std::string cookies;
    std::uint64_t generation{};
  };
  struct Gathering;  // requests waiting to travel together
  struct Several;    // requests on their way side by side

  Session(std::shared_ptr<net::HttpClient> http, Options options, model::Credentials credentials)
      : http_(std::move(http)), options_(std::move(options)), credentials_(std::move(credentials)) {}

  Task<Result<>> login(Wait wait);
  Task<Result<net::HttpResponse>> login_at(std::string prefix, Wait wait);
  Result<> accept_login(const net::HttpResponse& response);
  // Replaces the session of that generation; one at a time, the others wait for it.
  Task<Result<>> renew(std::uint64_t generation, Wait wait);
  Result<Ticket> ticket();
  Task<Result<net::HttpResponse>> send(Request request, Ticket ticket, Wait wait);
  // send(), and once more after renew() when the answer says that the session is gone.
  Task<Result<net::HttpResponse>> exchange(Request request, Wait wait);
  Task<Result<std::vector<oxjson::Answer>>> batch(std::vector<Request> requests, Wait wait);
  static Task<void> work_off(std::shared_ptr<Session> self, std::shared_ptr<Several> several, Wait wait);
  static Task<void> run_gathering(std::shared_ptr<Session> self, std::shared_ptr<Gathering> gathering);
  std::uint64_t generation();

  std::shared_ptr<net::HttpClient> http_;
  Options options_;
  model::Credentials credentials_;
  std::string prefix_;
  std::uint32_t context_{}, user_{};
  std::string locale_;

  std::mutex mutex_;  // guards what follows; never held across a wait
  net::CookieJar cookies_;
  std::string id_;
  std::uint64_t generation_ = 0;
  bool renewing_ = false, refused_ = false, closed_ = false;
  net::AsyncEvent renewed_;
  std::shared_ptr<Gathering> gathering_;
};

// A request as an element of module multiple.
json::object multiple_element(const Request& request);

}  // namespace oxb::backend::ox
