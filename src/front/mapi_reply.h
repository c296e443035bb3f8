// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The common shape of every MAPI/HTTP request and answer, for emsmdb and nspi [MS-OXCMAPIHTTP] 2.2.2, 2.2.3, 2.2.7.
#include "base/bytes.h"
#include "front/contexts.h"
#include "front/response_code.h"
#include "net/http_server.h"

#include <functional>
#include <string>

namespace oxb::front {

struct MapiSettings {
  std::chrono::milliseconds pending_period{15'000};
  std::chrono::milliseconds whole_answer_within{150};  // what is ready so soon travels without chunks
  std::chrono::seconds request_time{300};              // deadline of one request
  std::chrono::seconds notification_wait{300};
  std::string server_application = "Exchange/15.20.5000.0000";
};

// One request being answered. The endpoint's cookies carry its path.
class MapiReply {
 public:
  MapiReply(net::HttpExchange& exchange, const MapiSettings& settings, std::chrono::seconds idle,
            std::string cookie_path);

  std::string request_type() const;  // as sent
  Cookies cookies() const;
  // Cookies of the answer; before the answer begins. An empty value takes the cookie away.
  void set_context_cookie(std::string_view value) { set_cookie(kContextCookie, value); }
  void set_sequence_cookie(std::string_view value) { set_cookie(kSequenceCookie, value); }

  // X-ResponseCode other than 0, with words for people.
  Task<> refuse(ResponseCode code);
  struct Outcome {
    ResponseCode code = ResponseCode::success;
    Bytes body;
  };
  // Runs work and sends its outcome: at once when it is ready soon, else PROCESSING, PENDING ..., DONE. Returns when
  // work has ended, even if the client has gone meanwhile.
  Task<> answer(Task<Outcome> work);

  net::HttpExchange& exchange() { return exchange_; }

  static constexpr std::string_view kContextCookie = "MapiContext";
  static constexpr std::string_view kSequenceCookie = "MapiSequence";

 private:
  struct Running;
  void set_cookie(std::string_view name, std::string_view value);
  net::HttpHeaders headers(ResponseCode code, std::string_view content_type) const;
  std::string trailer(ResponseCode first, ResponseCode last) const;
  static Task<> run(Task<Outcome> work, std::shared_ptr<Running> running);

  net::HttpExchange& exchange_;
  const MapiSettings& settings_;
  const std::chrono::seconds idle_;
  const std::string cookie_path_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  const std::string start_time_;
  std::vector<std::string> set_cookies_;
};

}  // namespace oxb::front
