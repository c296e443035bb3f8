// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/emsmdb.h"

#include "base/log.h"
#include "base/text.h"
#include "front/merged_cancel.h"
#include "front/pages.h"
#include "front/quirks.h"
#include "proto/mapihttp/aux.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/frame.h"

namespace oxb::front {

namespace {

using mapihttp::Connect;
using mapihttp::Disconnect;
using mapihttp::Execute;
using mapihttp::NotificationWait;

constexpr std::string_view kCookiePath = "/mapi/emsmdb";

// [MS-OXCRPC] 3.1.4.1: what Outlook is told about polling and repeating.
constexpr std::uint32_t kPollsMaxMs = 60'000;
constexpr std::uint32_t kRetryCount = 6;
constexpr std::uint32_t kRetryDelayMs = 10'000;
constexpr std::uint32_t kConnectFlagAdmin = 1;
constexpr std::uint32_t kControlExpiryMs = 604'800'000;
// Below this size compression costs more than it saves.
constexpr std::size_t kWorthCompressing = 1024;
constexpr std::size_t kLeastOutput = 64;

struct MailboxContext final : CookieContext {
  explicit MailboxContext(std::shared_ptr<session::Context> made) : session(std::move(made)) {}
  void close() override { session->close(); }
  const std::shared_ptr<session::Context> session;
};

session::Context& session_of(const CookieContextPtr& context) {
  return *static_cast<MailboxContext&>(*context).session;
}

template <class Response>
MapiReply::Outcome encoded(const Response& response) {
  auto body = wire::encode(response);
  if (body) return {ResponseCode::success, std::move(*body)};
  log().error("emsmdb.encode").err(body.error());
  return {ResponseCode::invalid_response, {}};
}

MapiReply::Outcome execute_failed(EcCode code) {
  Execute::Response response;
  response.code = code;
  return encoded(response);
}

Bytes connect_aux() {
  // No Exchange public folders: those of the groupware server stand in the mailbox's own tree.
  auto aux = mapihttp::encode_aux_buffer(
      {mapihttp::ex_org_info(0),
       mapihttp::client_control(mapihttp::kEnableCompression | mapihttp::kEnableHttpTunneling, kControlExpiryMs),
       mapihttp::endpoint_capabilities(mapihttp::kEndpointSingle)});
  return aux ? std::move(*aux) : Bytes{};
}

Task<MapiReply::Outcome> ready(MapiReply::Outcome outcome) { co_return outcome; }

}  // namespace

EmsmdbEndpoint::EmsmdbEndpoint(directory::Installation installation, EmsmdbSettings settings)
    : installation_(std::move(installation)),
      settings_(std::move(settings)),
      contexts_(settings_.contexts, *settings_.clock) {}

Task<> EmsmdbEndpoint::handle(net::HttpExchange& exchange, MailboxPtr caller) {
  const auto& method = exchange.request().method;
  if (method == "GET" || method == "HEAD") {
    co_await exchange.respond(endpoint_page("Oxbridge mailbox endpoint"));
    co_return;
  }
  MapiReply reply(exchange, settings_.mapi, settings_.contexts.idle, std::string(kCookiePath));
  if (method != "POST") co_return co_await reply.refuse(ResponseCode::invalid_verb);
  const auto type = quirks::kRequestTypeIgnoresCase ? ascii_lower(reply.request_type()) : reply.request_type();
  if (type.empty()) co_return co_await reply.refuse(ResponseCode::missing_header);
  if (type == "connect") co_return co_await connect(reply, caller);
  if (type == "execute") co_return co_await execute(reply, caller);
  if (type == "notificationwait") co_return co_await notification_wait(reply, caller);
  if (type == "disconnect") co_return co_await disconnect(reply, caller);
  if (type == "ping") co_return co_await ping(reply, caller);
  co_await reply.refuse(ResponseCode::invalid_request_type);
}

// [MS-OXCRPC] 3.1.4.1: who may connect as whom.
EcCode EmsmdbEndpoint::connect_error(const std::string& user_dn, std::uint32_t flags, const sync::Owner& caller) const {
  if (user_dn.empty()) return EcCode::access_denied;
  if (!ascii_iequals(user_dn, caller.legacy_dn)) {
    // A name of ours that stands for somebody else, against no name of ours at all.
    return installation_.entity_of(user_dn) ? EcCode::access_denied : EcCode::unknown_user;
  }
  return (flags & kConnectFlagAdmin) != 0 ? EcCode::login_perm : EcCode::none;
}

Task<> EmsmdbEndpoint::connect(MapiReply& reply, const MailboxPtr& caller) {
  const auto& owner = caller->owner();
  // [MS-OXCMAPIHTTP] 3.2.5.6: an old context that the client still names goes first.
  if (const auto old = reply.cookies(); !old.context.empty()) contexts_.remove(old, owner.entity);
  const auto request = wire::decode<Connect::Request>(reply.exchange().request().body);
  if (!request) co_return co_await reply.refuse(ResponseCode::invalid_request_body);

  Connect::Response response;
  response.code = connect_error(request->user_dn, request->flags, owner);
  if (response.code == EcCode::none) {
    const auto context = std::make_shared<MailboxContext>(session::Context::create(
        caller, settings_.session, {.code_page = request->code_page, .locale = request->string_locale}));
    const auto names = contexts_.add(context, owner.entity);
    if (!names) {
      context->close();
      co_return co_await reply.refuse(contexts_.closed() ? ResponseCode::endpoint_shutting_down
                                                         : ResponseCode::unknown_failure);
    }
    reply.set_context_cookie(names->context);
    reply.set_sequence_cookie(names->sequence);
    response.polls_max = kPollsMaxMs;
    response.retry_count = kRetryCount;
    response.retry_delay = kRetryDelayMs;
    response.display_name = owner.display_name;
    response.aux = connect_aux();
  }
  co_await reply.answer(ready(encoded(response)));
}

Task<> EmsmdbEndpoint::execute(MapiReply& reply, const MailboxPtr& caller) {
  const auto begun = contexts_.begin(reply.cookies(), caller->owner().entity);
  if (begun.code != ResponseCode::success) co_return co_await reply.refuse(begun.code);
  reply.set_context_cookie(reply.cookies().context);
  reply.set_sequence_cookie(begun.sequence);
  co_await reply.answer(run_execute(reply.exchange().request().body, begun.context));
  contexts_.end(begun.context);
}

Task<MapiReply::Outcome> EmsmdbEndpoint::run_execute(ByteView body, CookieContextPtr context) {
  const auto request = wire::decode<Execute::Request>(body);
  if (!request) co_return Outcome{ResponseCode::invalid_request_body, {}};
  // [MS-OXCRPC] 3.1.4.2
  if (request->rop_buffer.size() > mapihttp::kMaxInput) co_return execute_failed(EcCode::bad_stub_data);
  if (request->rop_buffer.size() < mapihttp::kFrameHeader) co_return execute_failed(EcCode::network);
  const auto payloads = mapihttp::unframe(request->rop_buffer);
  // Several payloads come only from clients that were told of packing (AUX_SERVER_CAPABILITIES); we do not tell.
  if (!payloads || payloads->size() != 1) co_return execute_failed(EcCode::rpc_format);
  if (request->max_rop_out < mapihttp::kFrameHeader + kLeastOutput) co_return execute_failed(EcCode::buffer_too_small);
  const auto room = std::min<std::size_t>(request->max_rop_out - mapihttp::kFrameHeader, mapihttp::kMaxPayload);

  // Not given up when the client goes: what it asked for is finished, as it would be a moment earlier.
  auto answered = co_await session_of(context).execute(payloads->front(), static_cast<std::uint32_t>(room),
                                                       Wait::upto(settings_.mapi.request_time));
  if (!answered) {
    const auto code = answered.error().code;
    log().warning("emsmdb.execute").err(answered.error());
    if (code == Errc::malformed) co_return execute_failed(EcCode::rpc_format);
    if (code == Errc::cancelled || code == Errc::not_found) co_return Outcome{ResponseCode::context_not_found, {}};
    co_return execute_failed(ec_code(code));
  }
  const bool compress = (request->flags & Execute::kNoCompression) == 0 && answered->size() >= kWorthCompressing;
  Execute::Response response;
  std::vector<Bytes> out;
  out.push_back(std::move(*answered));
  auto framed = mapihttp::frame(out, compress ? mapihttp::Compression::when_smaller : mapihttp::Compression::none,
                                mapihttp::Obfuscation::none);
  if (!framed) {
    log().error("emsmdb.frame").err(framed.error());
    co_return Outcome{ResponseCode::invalid_response, {}};
  }
  response.rop_buffer = std::move(*framed);
  co_return encoded(response);
}

Task<> EmsmdbEndpoint::notification_wait(MapiReply& reply, const MailboxPtr& caller) {
  const auto parked = contexts_.park(reply.cookies(), caller->owner().entity);
  if (parked.code != ResponseCode::success) co_return co_await reply.refuse(parked.code);
  // Only the context cookie: this answer may overtake or follow an Execute's, whose sequence must stay the last word.
  reply.set_context_cookie(reply.cookies().context);
  const auto request = wire::decode<NotificationWait::Request>(reply.exchange().request().body);
  if (request)
    co_await reply.answer(run_wait(parked.context, parked.cancel, reply.exchange().gone()));
  else
    co_await reply.refuse(ResponseCode::invalid_request_body);
  contexts_.unpark(parked.context);
}

Task<MapiReply::Outcome> EmsmdbEndpoint::run_wait(CookieContextPtr context, CancelToken cancelled, CancelToken gone) {
  const EitherCancel either(cancelled, gone);
  NotificationWait::Response response;
  const bool pending =
      co_await session_of(context).wait_for_events(Wait::upto(settings_.mapi.notification_wait, either.token()));
  response.event_pending = pending ? 1 : 0;
  co_return encoded(response);
}

Task<> EmsmdbEndpoint::disconnect(MapiReply& reply, const MailboxPtr& caller) {
  const auto code = contexts_.remove(reply.cookies(), caller->owner().entity);
  if (code != ResponseCode::success) co_return co_await reply.refuse(code);
  reply.set_context_cookie({});
  reply.set_sequence_cookie({});
  co_await reply.answer(ready(encoded(Disconnect::Response{})));
}

// [MS-OXCMAPIHTTP] 2.2.6: no body; keeps a context alive where a cookie names one.
Task<> EmsmdbEndpoint::ping(MapiReply& reply, const MailboxPtr& caller) {
  if (const auto cookies = reply.cookies(); !cookies.context.empty()) {
    const auto code = contexts_.touch(cookies, caller->owner().entity);
    if (code != ResponseCode::success) co_return co_await reply.refuse(code);
    reply.set_context_cookie(cookies.context);
  }
  co_await reply.answer(ready({}));
}

}  // namespace oxb::front
