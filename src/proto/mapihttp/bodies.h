// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Mailbox request types [MS-OXCMAPIHTTP] 2.2.4. PING has no body in either direction.
#include "proto/nspi/requests.h"

namespace oxb::mapihttp {

// X-ResponseCode [MS-OXCMAPIHTTP] 2.2.3.3.3
enum class ResponseCode : std::uint8_t {
  success = 0,
  unknown_failure = 1,
  invalid_verb = 2,
  invalid_path = 3,
  invalid_header = 4,
  invalid_request_type = 5,
  invalid_context_cookie = 6,
  missing_header = 7,
  anonymous_not_allowed = 8,
  too_large = 9,
  context_not_found = 10,
  no_privilege = 11,
  invalid_request_body = 12,
  missing_cookie = 13,
  reserved = 14,
  invalid_sequence = 15,
  endpoint_disabled = 16,
  invalid_response = 17,
  endpoint_shutting_down = 18,
};
std::string_view name(ResponseCode code);

struct Connect {
  static constexpr std::string_view kName = "Connect";
  struct Request {
    static constexpr std::string_view kName = "ConnectRequest";
    std::string user_dn;  // ASCII
    std::uint32_t flags{};
    std::uint32_t code_page{};
    std::uint32_t sort_locale{};
    std::uint32_t string_locale{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("UserDn", wire::priv(wire::string8z(m.user_dn)));
      v("Flags", m.flags);
      v("DefaultCodePage", m.code_page);
      v("LcidSort", m.sort_locale);
      v("LcidString", m.string_locale);
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : nspi::Answer {
    static constexpr std::string_view kName = "ConnectResponse";
    std::uint32_t polls_max{};
    std::uint32_t retry_count{};
    std::uint32_t retry_delay{};
    std::string dn_prefix;  // ASCII
    std::string display_name;
    static void describe(auto& v, auto& m) {
      if (!nspi::detail::begin(v, m)) return;
      v("PollsMax", m.polls_max);
      v("RetryCount", m.retry_count);
      v("RetryDelay", m.retry_delay);
      v("DnPrefix", wire::string8z(m.dn_prefix));
      v("DisplayName", wire::priv(wire::utf16z(m.display_name)));
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct Execute {
  static constexpr std::string_view kName = "Execute";
  static constexpr std::uint32_t kNoCompression = 1;
  static constexpr std::uint32_t kNoXorMagic = 2;
  static constexpr std::uint32_t kChain = 4;
  struct Request {
    static constexpr std::string_view kName = "ExecuteRequest";
    std::uint32_t flags{};
    Bytes rop_buffer;  // framed: proto/mapihttp/frame.h
    std::uint32_t max_rop_out{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      v("RopBuffer", wire::priv(wire::blob<std::uint32_t>(m.rop_buffer)));
      v("MaxRopOut", m.max_rop_out);
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : nspi::Answer {
    static constexpr std::string_view kName = "ExecuteResponse";
    std::uint32_t flags{};
    Bytes rop_buffer;
    static void describe(auto& v, auto& m) {
      if (!nspi::detail::begin(v, m)) return;
      v("Flags", m.flags);
      v("RopBuffer", wire::priv(wire::blob<std::uint32_t>(m.rop_buffer)));
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct Disconnect {
  static constexpr std::string_view kName = "Disconnect";
  struct Request {
    static constexpr std::string_view kName = "DisconnectRequest";
    Bytes aux;
    static void describe(auto& v, auto& m) { nspi::detail::aux(v, m.aux); }
    bool operator==(const Request&) const = default;
  };
  struct Response : nspi::Answer {
    static constexpr std::string_view kName = "DisconnectResponse";
    static void describe(auto& v, auto& m) {
      if (!nspi::detail::begin(v, m)) return;
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

struct NotificationWait {
  static constexpr std::string_view kName = "NotificationWait";
  struct Request {
    static constexpr std::string_view kName = "NotificationWaitRequest";
    std::uint32_t flags{};
    Bytes aux;
    static void describe(auto& v, auto& m) {
      v("Flags", m.flags);
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response : nspi::Answer {
    static constexpr std::string_view kName = "NotificationWaitResponse";
    std::uint32_t event_pending{};
    static void describe(auto& v, auto& m) {
      if (!nspi::detail::begin(v, m)) return;
      v("EventPending", m.event_pending);
      nspi::detail::aux(v, m.aux);
    }
    bool operator==(const Response&) const = default;
  };
};

// Any request type's failure body [MS-OXCMAPIHTTP] 2.2.4.1.3: StatusCode and an auxiliary buffer.
Bytes failure_body(std::uint32_t status);

}  // namespace oxb::mapihttp
