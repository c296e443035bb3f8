// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/nspi.h"

#include "base/log.h"
#include "base/text.h"
#include "front/nspi_calls.h"
#include "front/pages.h"
#include "front/quirks.h"
#include "net/event_loop.h"

namespace oxb::front {

namespace {

constexpr std::string_view kCookiePath = "/mapi/nspi";

// Nothing lives in an address book session but its cookie: every answer comes from the caller's current view.
struct BookContext final : CookieContext {
  void close() override {}
};

using Outcome = MapiReply::Outcome;

template <class Response>
Outcome encoded(const Response& response) {
  auto body = wire::encode(response);
  if (body) return {ResponseCode::success, std::move(*body)};
  log().error("nspi.encode").err(body.error());
  return {ResponseCode::invalid_response, {}};
}

template <class Rop>
Outcome respond(const BookCall& call, ByteView body) {
  const auto request = wire::decode<typename Rop::Request>(body);
  if (!request) return {ResponseCode::invalid_request_body, {}};
  return encoded(answer(call, *request));
}

template <auto function>
Outcome respond_url(const BookCall& call, ByteView body) {
  const auto request = wire::decode<nspi::GetMailboxUrl::Request>(body);
  if (!request) return {ResponseCode::invalid_request_body, {}};
  return encoded(function(call, *request));
}

using Function = Outcome (*)(const BookCall&, ByteView);
struct Entry {
  std::string_view name;
  Function function;
};
// All request types but Bind, Unbind and PING, which are about the session itself.
constexpr std::array kRequests = {
    Entry{"comparemids", &respond<nspi::CompareMinIds>},
    Entry{"dntomid", &respond<nspi::DnToMinId>},
    Entry{"getmatches", &respond<nspi::GetMatches>},
    Entry{"getproplist", &respond<nspi::GetPropList>},
    Entry{"getprops", &respond<nspi::GetProps>},
    Entry{"getspecialtable", &respond<nspi::GetSpecialTable>},
    Entry{"gettemplateinfo", &respond<nspi::GetTemplateInfo>},
    Entry{"modlinkatt", &respond<nspi::ModLinkAtt>},
    Entry{"modprops", &respond<nspi::ModProps>},
    Entry{"queryrows", &respond<nspi::QueryRows>},
    Entry{"querycolumns", &respond<nspi::QueryColumns>},
    Entry{"resolvenames", &respond<nspi::ResolveNames>},
    Entry{"resortrestriction", &respond<nspi::ResortRestriction>},
    Entry{"seekentries", &respond<nspi::SeekEntries>},
    Entry{"updatestat", &respond<nspi::UpdateStat>},
    Entry{"getmailboxurl", &respond_url<&mailbox_url>},
    Entry{"getaddressbookurl", &respond_url<&address_book_url>},
};

Function function_of(std::string_view type) {
  for (const auto& entry : kRequests)
    if (entry.name == type) return entry.function;
  return nullptr;
}

Task<Outcome> ready(Outcome outcome) { co_return outcome; }

}  // namespace

NspiEndpoint::NspiEndpoint(directory::Installation installation, AddressBooks& books, const Urls& urls,
                           NspiSettings settings)
    : installation_(std::move(installation)),
      books_(books),
      urls_(urls),
      settings_(std::move(settings)),
      contexts_(settings_.contexts, *settings_.clock) {}

Task<> NspiEndpoint::handle(net::HttpExchange& exchange, MailboxPtr caller) {
  const auto& method = exchange.request().method;
  if (method == "GET" || method == "HEAD") {
    co_await exchange.respond(endpoint_page("Oxbridge address book endpoint"));
    co_return;
  }
  MapiReply reply(exchange, settings_.mapi, settings_.contexts.idle, std::string(kCookiePath));
  if (method != "POST") co_return co_await reply.refuse(ResponseCode::invalid_verb);
  const auto type = quirks::kRequestTypeIgnoresCase ? ascii_lower(reply.request_type()) : reply.request_type();
  if (type.empty()) co_return co_await reply.refuse(ResponseCode::missing_header);
  if (type == "bind") co_return co_await bind(reply, caller);
  if (type == "unbind") co_return co_await unbind(reply, caller);
  if (type == "ping") co_return co_await ping(reply, caller);
  if (!function_of(type)) co_return co_await reply.refuse(ResponseCode::invalid_request_type);

  const auto begun = contexts_.begin(reply.cookies(), caller->owner().entity);
  if (begun.code != ResponseCode::success) co_return co_await reply.refuse(begun.code);
  reply.set_context_cookie(reply.cookies().context);
  reply.set_sequence_cookie(begun.sequence);
  co_await reply.answer(run(type, exchange.request().body, caller));
  contexts_.end(begun.context);
}

Task<> NspiEndpoint::bind(MapiReply& reply, const MailboxPtr& caller) {
  const auto& owner = caller->owner();
  if (const auto old = reply.cookies(); !old.context.empty()) contexts_.remove(old, owner.entity);
  const auto request = wire::decode<nspi::Bind::Request>(reply.exchange().request().body);
  if (!request) co_return co_await reply.refuse(ResponseCode::invalid_request_body);
  const directory::View nobody({});
  const BookCall call{nobody, installation_, urls_, owner.entity, owner.email};
  const auto response = answer(call, *request);
  if (response.code == EcCode::none) {
    const auto names = contexts_.add(std::make_shared<BookContext>(), owner.entity);
    if (!names)
      co_return co_await reply.refuse(contexts_.closed() ? ResponseCode::endpoint_shutting_down
                                                         : ResponseCode::unknown_failure);
    reply.set_context_cookie(names->context);
    reply.set_sequence_cookie(names->sequence);
  }
  co_await reply.answer(ready(encoded(response)));
}

Task<> NspiEndpoint::unbind(MapiReply& reply, const MailboxPtr& caller) {
  const auto code = contexts_.remove(reply.cookies(), caller->owner().entity);
  if (code != ResponseCode::success) co_return co_await reply.refuse(code);
  reply.set_context_cookie({});
  reply.set_sequence_cookie({});
  nspi::Unbind::Response response;
  response.code = EcCode::unbind_success;
  co_await reply.answer(ready(encoded(response)));
}

Task<> NspiEndpoint::ping(MapiReply& reply, const MailboxPtr& caller) {
  if (const auto cookies = reply.cookies(); !cookies.context.empty()) {
    const auto code = contexts_.touch(cookies, caller->owner().entity);
    if (code != ResponseCode::success) co_return co_await reply.refuse(code);
    reply.set_context_cookie(cookies.context);
  }
  co_await reply.answer(ready({}));
}

Task<Outcome> NspiEndpoint::run(const std::string& type, ByteView body, MailboxPtr caller) {
  const auto view = co_await books_.view(caller, Wait::upto(settings_.mapi.request_time));
  if (!view) {
    log().warning("nspi.view").err(view.error());
    // The body of any request type that failed as a whole.
    co_return Outcome{ResponseCode::success,
                      mapihttp::failure_body(static_cast<std::uint32_t>(ec_code(view.error().code)))};
  }
  const auto& owner = caller->owner();
  if (!settings_.cpu) co_return compute(type, body, owner, *view);
  co_return co_await net::run_on_cpu(settings_.cpu, [&] { return compute(type, body, owner, *view); });
}

Outcome NspiEndpoint::compute(const std::string& type, ByteView body, const sync::Owner& caller,
                              const ViewPtr& view) const {
  return function_of(type)(BookCall{*view, installation_, urls_, caller.entity, caller.email}, body);
}

}  // namespace oxb::front
