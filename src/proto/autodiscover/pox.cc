// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/autodiscover/pox.h"

#include "base/text.h"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pugixml.hpp>

#include <sstream>

namespace oxb::autodiscover {
namespace {

constexpr std::size_t kMaxDocument = 256 * 1024;
constexpr std::size_t kMaxText = 2048;
constexpr int kMaxDepth = 32;

// Element names without namespace prefix: real clients use none, others do.
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const auto& each : node.children())
    if (ascii_iequals(local_name(each), name)) return each;
  return {};
}

std::string text(const pugi::xml_node& node, std::string_view name) {
  const std::string value(trim(child(node, name).child_value()));
  return value.size() > kMaxText ? std::string{} : value;
}

Result<> load(pugi::xml_document& document, ByteView body) {
  if (body.size() > kMaxDocument) return fail(Errc::limit, fmt::format("document of {} bytes", body.size()));
  // Deep nesting is refused before a tree is built of it.
  const auto raw = as_text(body);
  int depth = 0;
  bool opening = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char next = i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (raw[i] == '<' && next == '/') {
      --depth;
    } else if (raw[i] == '<' && next != '?' && next != '!') {
      opening = true;
      if (++depth > kMaxDepth) return fail(Errc::limit, "document nested too deeply");
    } else if (raw[i] == '>') {
      if (opening && raw[i - 1] == '/') --depth;
      opening = false;
    }
  }
  const auto result = document.load_buffer(raw.data(), raw.size(), pugi::parse_default);
  if (!result) return fail(Errc::malformed, fmt::format("not well-formed XML at byte {}", result.offset));
  return {};
}

std::string to_string(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
  return out.str();
}

void add(pugi::xml_node parent, const char* name, std::string_view value) {
  parent.append_child(name).text().set(std::string(value).c_str());
}
void add_if(pugi::xml_node parent, const char* name, std::string_view value) {
  if (!value.empty()) add(parent, name, value);
}

// The two nested namespaces must not be mixed up: Outlook then ignores the whole answer.
pugi::xml_node begin_response(pugi::xml_document& document, std::string_view inner_schema) {
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  auto root = document.append_child("Autodiscover");
  root.append_attribute("xmlns") = std::string(kResponseSchema).c_str();
  auto response = root.append_child("Response");
  if (!inner_schema.empty()) response.append_attribute("xmlns") = std::string(inner_schema).c_str();
  return response;
}

void add_mapi_http(pugi::xml_node account, const MapiHttpUrls& urls) {
  auto protocol = account.append_child("Protocol");
  protocol.append_attribute("Type") = "mapiHttp";
  protocol.append_attribute("Version") = "1";
  auto store = protocol.append_child("MailStore");
  add(store, "InternalUrl", urls.mail_store);
  add(store, "ExternalUrl", urls.mail_store);
  auto book = protocol.append_child("AddressBook");
  add(book, "InternalUrl", urls.address_book);
  add(book, "ExternalUrl", urls.address_book);
}

void add_web(pugi::xml_node account, const WebServices& web) {
  auto protocol = account.append_child("Protocol");
  add(protocol, "Type", "EXHTTP");
  add(protocol, "Server", web.server);
  add(protocol, "SSL", "On");
  add(protocol, "AuthPackage", web.auth_package);
  add_if(protocol, "ASUrl", web.ews_url);
  add_if(protocol, "EwsUrl", web.ews_url);
  add_if(protocol, "EmwsUrl", web.ews_url);
  add_if(protocol, "EcpUrl", web.ecp_url);
  add_if(protocol, "OOFUrl", web.oof_url);
  add_if(protocol, "OABUrl", web.oab_url);
  add(protocol, "CertPrincipalName", "None");
  add(protocol, "ServerExclusiveConnect", "on");
}

}  // namespace

Result<PoxRequest> parse_request(ByteView body) {
  pugi::xml_document document;
  OXB_CHECK(load(document, body));
  const auto request = child(child(document, "Autodiscover"), "Request");
  if (!request) return fail(Errc::malformed, "no Autodiscover request");
  PoxRequest out;
  out.email_address = text(request, "EMailAddress");
  out.legacy_dn = text(request, "LegacyDN");
  out.response_schema = text(request, "AcceptableResponseSchema");
  if (out.email_address.empty() && out.legacy_dn.empty()) return fail(Errc::malformed, "request names no mailbox");
  return out;
}

std::string build_request(const PoxRequest& request) {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  auto root = document.append_child("Autodiscover");
  root.append_attribute("xmlns") = std::string(kOutlookRequestSchema).c_str();
  auto node = root.append_child("Request");
  add_if(node, "EMailAddress", request.email_address);
  add_if(node, "LegacyDN", request.legacy_dn);
  add(node, "AcceptableResponseSchema",
      request.response_schema.empty() ? kOutlookResponseSchema : std::string_view(request.response_schema));
  return to_string(document);
}

std::string build_settings(const Settings& settings) {
  pugi::xml_document document;
  auto response = begin_response(document, kOutlookResponseSchema);
  auto user = response.append_child("User");
  add(user, "DisplayName", settings.display_name);
  add(user, "LegacyDN", settings.legacy_dn);
  add(user, "AutoDiscoverSMTPAddress", settings.smtp_address);
  add(user, "DeploymentId", settings.deployment_id);
  auto account = response.append_child("Account");
  add(account, "AccountType", "email");
  add(account, "Action", "settings");
  add(account, "MicrosoftOnline", "False");
  add(account, "ConsumerMailbox", "False");
  if (settings.web) add_web(account, *settings.web);
  if (settings.mapi_http) add_mapi_http(account, *settings.mapi_http);
  for (const auto& mailbox : settings.alternative_mailboxes) {
    auto node = account.append_child("AlternativeMailbox");
    add(node, "Type", mailbox.type);
    add(node, "DisplayName", mailbox.display_name);
    add(node, "SmtpAddress", mailbox.smtp_address);
    add(node, "OwnerSmtpAddress", mailbox.owner_smtp_address);
  }
  if (!settings.public_folder_smtp.empty())
    add(account.append_child("PublicFolderInformation"), "SmtpAddress", settings.public_folder_smtp);
  return to_string(document);
}

std::string build_redirect_address(std::string_view address) {
  pugi::xml_document document;
  auto account = begin_response(document, kOutlookResponseSchema).append_child("Account");
  add(account, "Action", "redirectAddr");
  add(account, "RedirectAddr", address);
  return to_string(document);
}

std::string build_redirect_url(std::string_view url) {
  pugi::xml_document document;
  auto account = begin_response(document, kOutlookResponseSchema).append_child("Account");
  add(account, "Action", "redirectUrl");
  add(account, "RedirectUrl", url);
  return to_string(document);
}

std::string build_error(PoxError code, std::string_view message, Instant now, std::uint32_t id) {
  pugi::xml_document document;
  auto error = begin_response(document, {}).append_child("Error");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto of_day = ((seconds % 86400) + 86400) % 86400;
  error.append_attribute("Time") =
      fmt::format("{:02}:{:02}:{:02}.{:07}", of_day / 3600, of_day / 60 % 60, of_day % 60,
                  ((now.time_since_epoch().count() % 10'000'000) + 10'000'000) % 10'000'000)
          .c_str();
  error.append_attribute("Id") = id;
  add(error, "ErrorCode", fmt::format("{}", static_cast<int>(code)));
  add(error, "Message", message);
  error.append_child("DebugData");
  return to_string(document);
}

namespace {

void read_protocol(const pugi::xml_node& node, Settings& settings) {
  if (ascii_iequals(node.attribute("Type").value(), "mapiHttp")) {
    const auto url = [&](std::string_view name) {
      const auto element = child(node, name);
      auto external = text(element, "ExternalUrl");
      return external.empty() ? text(element, "InternalUrl") : external;
    };
    settings.mapi_http = MapiHttpUrls{url("MailStore"), url("AddressBook")};
  } else if (ascii_iequals(text(node, "Type"), "EXHTTP")) {
    WebServices web;
    web.server = text(node, "Server");
    web.ews_url = text(node, "EwsUrl");
    web.oof_url = text(node, "OOFUrl");
    web.oab_url = text(node, "OABUrl");
    web.ecp_url = text(node, "EcpUrl");
    web.auth_package = text(node, "AuthPackage");
    settings.web = std::move(web);
  }
}

}  // namespace

Result<PoxAnswer> parse_answer(ByteView body) {
  pugi::xml_document document;
  OXB_CHECK(load(document, body));
  const auto response = child(child(document, "Autodiscover"), "Response");
  if (!response) return fail(Errc::malformed, "no Autodiscover response");
  PoxAnswer out;
  if (const auto error = child(response, "Error")) {
    out.kind = PoxAnswer::Kind::error;
    out.error_code = child(error, "ErrorCode").text().as_int();
    out.error_message = text(error, "Message");
    return out;
  }
  const auto user = child(response, "User");
  const auto account = child(response, "Account");
  const auto action = text(account, "Action");
  if (ascii_iequals(action, "redirectAddr")) {
    out.kind = PoxAnswer::Kind::redirect_address;
    out.redirect = text(account, "RedirectAddr");
    return out;
  }
  if (ascii_iequals(action, "redirectUrl")) {
    out.kind = PoxAnswer::Kind::redirect_url;
    out.redirect = text(account, "RedirectUrl");
    return out;
  }
  if (!ascii_iequals(action, "settings")) return fail(Errc::malformed, "response without settings");
  out.kind = PoxAnswer::Kind::settings;
  out.settings.display_name = text(user, "DisplayName");
  out.settings.legacy_dn = text(user, "LegacyDN");
  out.settings.smtp_address = text(user, "AutoDiscoverSMTPAddress");
  out.settings.deployment_id = text(user, "DeploymentId");
  for (const auto& node : account.children()) {
    if (local_name(node) == "Protocol") read_protocol(node, out.settings);
    if (local_name(node) == "AlternativeMailbox")
      out.settings.alternative_mailboxes.push_back(
          {text(node, "Type"), text(node, "DisplayName"), text(node, "SmtpAddress"), text(node, "OwnerSmtpAddress")});
    if (local_name(node) == "PublicFolderInformation") out.settings.public_folder_smtp = text(node, "SmtpAddress");
  }
  return out;
}

std::string build_json(std::string_view protocol, std::string_view url) {
  boost::json::object object;
  object["Protocol"] = protocol;
  object["Url"] = url;
  return boost::json::serialize(object);
}

std::string build_json_error(std::string_view code, std::string_view message) {
  boost::json::object object;
  object["ErrorCode"] = code;
  object["ErrorMessage"] = message;
  return boost::json::serialize(object);
}

Result<JsonAnswer> parse_json(ByteView body) {
  if (body.size() > kMaxDocument) return fail(Errc::limit, fmt::format("document of {} bytes", body.size()));
  boost::system::error_code error;
  const auto value = boost::json::parse(as_text(body), error);
  if (error || !value.is_object()) return fail(Errc::malformed, "not a JSON object");
  const auto member = [&](std::string_view name) {
    const auto* found = value.as_object().if_contains(name);
    return found && found->is_string() ? std::string(found->as_string()) : std::string{};
  };
  return JsonAnswer{member("Protocol"), member("Url"), member("ErrorCode"), member("ErrorMessage")};
}

}  // namespace oxb::autodiscover
