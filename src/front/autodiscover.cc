// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/autodiscover.h"

#include "base/log.h"
#include "base/text.h"
#include "proto/autodiscover/pox.h"

#include <openssl/rand.h>

namespace oxb::front {

namespace {

using autodiscover::PoxError;
constexpr std::chrono::seconds kLookUpTime{30};

net::HttpResponse xml(std::string text) {
  auto response = net::HttpResponse::text(200, text, "text/xml; charset=utf-8");
  response.headers.add("Cache-Control", "private, no-store");
  return response;
}

net::HttpResponse json_answer(int status, const std::string& text) {
  auto response = net::HttpResponse::text(status, text, "application/json; charset=utf-8");
  response.headers.add("Cache-Control", "private, no-store");
  return response;
}

bool is_own(const sync::Owner& owner, std::string_view email) {
  if (ascii_iequals(owner.email, email)) return true;
  for (const auto& alias : owner.aliases)
    if (ascii_iequals(alias, email)) return true;
  return false;
}

}  // namespace

// The caller himself, or somebody in the address book that the caller may see: nobody else exists.
Task<Result<Autodiscover::Found>> Autodiscover::find(const std::string& email, const std::string& legacy_dn,
                                                     const MailboxPtr& caller) const {
  const auto& owner = caller->owner();
  if (legacy_dn.empty() ? is_own(owner, email) : ascii_iequals(legacy_dn, owner.legacy_dn))
    co_return Found{owner.entity, owner.display_name, owner.email, owner.legacy_dn};
  OXB_CO_TRY(const auto view, co_await books_.view(caller, Wait::upto(kLookUpTime)));
  const auto* entry = legacy_dn.empty() ? view->by_address(email) : view->by_dn(legacy_dn);
  if (!entry || entry->entity.kind != directory::EntityKind::user || entry->entity.context != owner.entity.context)
    co_return fail(Errc::not_found, "no such mailbox for this caller");
  co_return Found{entry->entity, entry->data.display_name, entry->data.email, entry->dn};
}

std::string Autodiscover::settings(const Found& found, bool mapi_http) const {
  autodiscover::Settings settings;
  settings.display_name = found.display_name;
  settings.legacy_dn = found.legacy_dn;
  settings.smtp_address = found.email;
  settings.deployment_id = to_text(installation_.guid());
  if (mapi_http)
    settings.mapi_http = {urls_.mail_store(found.entity, found.email), urls_.address_book(found.entity, found.email)};
  autodiscover::WebServices web;
  web.server = urls_.server(found.entity, found.email);
  settings.web = std::move(web);
  return autodiscover::build_settings(settings);
}

Task<net::HttpResponse> Autodiscover::pox(const net::HttpRequest& request, const MailboxPtr& caller) const {
  const auto refuse = [this](PoxError code, std::string_view message) {
    std::uint32_t id = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&id), sizeof id);
    log().event("autodiscover.refused").size("code", static_cast<std::uint64_t>(code)).size("id", id);
    return xml(autodiscover::build_error(code, message, clock_.now(), id));
  };
  if (request.method != "POST") co_return refuse(PoxError::invalid_request, "Invalid Request");
  const auto asked = autodiscover::parse_request(request.body);
  if (!asked) co_return refuse(PoxError::invalid_request, "Invalid Request");
  if (!asked->wants_outlook()) co_return refuse(PoxError::no_provider, "Provider is not available");
  const auto found = co_await find(asked->email_address, asked->legacy_dn, caller);
  if (!found && found.error().code == Errc::not_found)
    co_return refuse(PoxError::address_unknown, "The email address can't be found.");
  if (!found) {
    log().warning("autodiscover.failed").err(found.error());
    co_return refuse(PoxError::internal, "An internal error occurred.");
  }
  const auto capability = trim(request.headers.get("X-MapiHttpCapability"));
  co_return xml(settings(*found, !capability.empty() && capability != "0"));
}

net::HttpResponse Autodiscover::json(const net::HttpRequest& request) const {
  std::string protocol;
  bool address = request.path.size() > std::string_view("/autodiscover/autodiscover.json/v1.0/").size();
  for (const auto& [name, value] : request.query) {
    if (ascii_iequals(name, "Protocol")) protocol = value;
    if (ascii_iequals(name, "Email")) address = !value.empty();
  }
  if (protocol.empty())
    return json_answer(
        400, autodiscover::build_json_error("MandatoryParameterMissing",
                                            "A valid value must be provided for the query parameter 'Protocol'"));
  if (!address)
    return json_answer(400,
                       autodiscover::build_json_error("MandatoryParameterMissing", "An e-mail address is missing."));
  if (ascii_iequals(protocol, "AutodiscoverV1"))
    return json_answer(200, autodiscover::build_json("AutodiscoverV1", urls_.autodiscover()));
  return json_answer(
      400, autodiscover::build_json_error(
               "ProtocolNotSupported", "The given protocol value is invalid. Supported values are 'AutodiscoverV1'."));
}

}  // namespace oxb::front
