// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Autodiscover: plain old XML [MS-OXDSCLI] 2.2.3, 2.2.4 and the JSON answers of version 2.
#include "base/bytes.h"
#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::autodiscover {

inline constexpr std::string_view kOutlookResponseSchema =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
inline constexpr std::string_view kOutlookRequestSchema =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006";
inline constexpr std::string_view kResponseSchema =
    "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";

struct PoxRequest {
  std::string email_address;  // at least one of these two is there
  std::string legacy_dn;      // wins over the address [MS-OXDSCLI] 3.2.5
  std::string response_schema;
  bool wants_outlook() const { return response_schema == kOutlookResponseSchema; }
};

// [MS-OXDSCLI] 2.2.4.1.1.3.2
enum class PoxError : int {
  address_unknown = 500,
  invalid_request = 600,
  no_provider = 601,  // no provider for the schema
  bad_address = 602,
  internal = 603,
};

struct MapiHttpUrls {
  std::string mail_store;
  std::string address_book;
};
// The EXHTTP node: the web services that Outlook uses beside MAPI/HTTP.
struct WebServices {
  std::string server;  // <mailbox guid>@<domain>
  std::string ews_url;
  std::string oof_url;
  std::string oab_url;
  std::string ecp_url;
  std::string auth_package = "basic";
};
struct AlternativeMailbox {
  std::string type = "Delegate";
  std::string display_name;
  std::string smtp_address;
  std::string owner_smtp_address;
};
struct Settings {
  std::string display_name;
  std::string legacy_dn;
  std::string smtp_address;
  std::string deployment_id;
  std::optional<MapiHttpUrls> mapi_http;  // only when the client announced X-MapiHttpCapability
  std::optional<WebServices> web;
  std::vector<AlternativeMailbox> alternative_mailboxes;
  std::string public_folder_smtp;  // empty: no public folder store
};

// What a client understands of an answer.
struct PoxAnswer {
  enum class Kind { settings, redirect_address, redirect_url, error } kind = Kind::error;
  Settings settings;
  std::string redirect;  // address or URL
  int error_code = 0;
  std::string error_message;
};

// malformed: not XML, or not an Autodiscover request.
Result<PoxRequest> parse_request(ByteView body);
std::string build_request(const PoxRequest& request);

std::string build_settings(const Settings& settings);
std::string build_redirect_address(std::string_view address);
std::string build_redirect_url(std::string_view url);
// Travels inside HTTP 200. `id` is any number that helps to find the event in a log.
std::string build_error(PoxError code, std::string_view message, Instant now, std::uint32_t id);
Result<PoxAnswer> parse_answer(ByteView body);

// Version 2 (JSON): {"Protocol":..., "Url":...} or {"ErrorCode":..., "ErrorMessage":...}.
std::string build_json(std::string_view protocol, std::string_view url);
std::string build_json_error(std::string_view code, std::string_view message);
struct JsonAnswer {
  std::string protocol;
  std::string url;
  std::string error_code;
  std::string error_message;
};
Result<JsonAnswer> parse_json(ByteView body);

}  // namespace oxb::autodiscover
