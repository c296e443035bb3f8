// SPDX-License-Identifier: GPL-3.0-or-later
// Logon and store ROPs [MS-OXCSTOR] 2.2.1.
#include "base/text.h"
#include "proto/mapi/tags.h"
#include "session/rops/handlers.h"
#include "session/session.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using replica::Special;

rop::LogonTime calendar_fields(Instant now) {
  const auto days = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - days));
  rop::LogonTime out;
  out.seconds = static_cast<std::uint8_t>(time.seconds().count());
  out.minutes = static_cast<std::uint8_t>(time.minutes().count());
  out.hour = static_cast<std::uint8_t>(time.hours().count());
  out.day_of_week = static_cast<std::uint8_t>(std::chrono::weekday(days).c_encoding());
  out.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
  out.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
  out.year = static_cast<std::uint16_t>(static_cast<int>(date.year()));
  return out;
}

// Only the mailbox of the signed-in user is open here; another known user's needs rights that are not given out yet.
Answer<void> check_owner(const sync::Mailbox& mailbox, const rop::Logon::Request& request) {
  if ((request.flags & rop::kLogonPrivate) == 0 || (request.open_flags & rop::kOpenPublic) != 0)
    return refuse(EcCode::login_perm);
  if (ascii_iequals(request.essdn, mailbox.owner().legacy_dn)) return {};
  return refuse(mailbox.installation().entity_of(request.essdn) ? EcCode::login_perm : EcCode::unknown_user);
}

}  // namespace

Reply<rop::Logon> handle(Of<rop::Logon>, Call& call, const rop::Logon::Request& request) {
  auto& mailbox = call.mailbox();
  OXB_CO_CHECK(check_owner(mailbox, request));
  OXB_CO_CHECK(co_await mailbox.ensure_folders(call.wait()));
  rop::Logon::Response response;
  OXB_CO_CHECK(call.replica().read([&](replica::ReadTx& tx) -> Result<> {
    for (std::size_t i = 0; i < replica::kLogonFolders; ++i) {
      OXB_TRY(const auto row, tx.special(static_cast<Special>(i)));
      response.folders[i] = mapi::Eid::of(row.id);
    }
    return {};
  }));
  auto logon = std::make_shared<Logon>();
  logon->id = call.logon_id();
  logon->store = call.shared_store();
  logon->code_page = call.session().code_page();
  call.session().put_logon(logon);
  OXB_CO_CHECK(call.open(request.output, logon));
  response.flags = request.flags;
  response.response_flags = rop::kResponseReserved | rop::kResponseOwnerRight | rop::kResponseSendAsRight;
  response.mailbox_guid = call.store().identity().mailbox;
  response.replica_id = mapi::kOwnReplica;
  response.replica_guid = call.store().identity().replica;
  const auto now = system_clock().now();
  response.time = calendar_fields(now);
  response.gwart_time = to_file_time(now);
  co_return response;
}

Reply<rop::GetStoreState> handle(Of<rop::GetStoreState>, Call& call, const rop::GetStoreState::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return refuse(EcCode::not_implemented);  // [MS-OXCSTOR] 3.2.5.5 allows it, and clients expect it
}

Reply<rop::PublicFolderIsGhosted> handle(Of<rop::PublicFolderIsGhosted>, Call& call,
                                         const rop::PublicFolderIsGhosted::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::PublicFolderIsGhosted::Response{};
}

Reply<rop::LongTermIdFromId> handle(Of<rop::LongTermIdFromId>, Call& call,
                                    const rop::LongTermIdFromId::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  if (request.object.counter() == 0) co_return refuse(EcCode::not_found);
  if (request.object.is_own())
    co_return rop::LongTermIdFromId::Response{{call.store().identity().replica, request.object.counter()}};
  OXB_CO_TRY(const auto guid,
             call.replica().read([&](replica::ReadTx& tx) { return tx.replica_guid_of(request.object.replica()); }));
  if (!guid) co_return refuse(EcCode::not_found);
  co_return rop::LongTermIdFromId::Response{{*guid, request.object.counter()}};
}

Reply<rop::IdFromLongTermId> handle(Of<rop::IdFromLongTermId>, Call& call,
                                    const rop::IdFromLongTermId::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  if (request.id.replica.is_zero() || request.id.counter == 0) co_return refuse(EcCode::not_found);
  if (request.id.replica == call.store().identity().replica)
    co_return rop::IdFromLongTermId::Response{mapi::Eid::of(request.id.counter)};
  OXB_CO_TRY(const auto replid,
             call.replica().write([&](replica::WriteTx& tx) { return tx.ensure_replid(request.id.replica); }));
  co_return rop::IdFromLongTermId::Response{mapi::Eid::of(request.id.counter, replid)};
}

// Read state per user exists in public stores only [MS-OXCSTOR] 3.2.5.10 - 3.2.5.13.
Reply<rop::GetPerUserLongTermIds> handle(Of<rop::GetPerUserLongTermIds>, Call& call,
                                         const rop::GetPerUserLongTermIds::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::GetPerUserLongTermIds::Response{};
}

Reply<rop::GetPerUserGuid> handle(Of<rop::GetPerUserGuid>, Call& call, const rop::GetPerUserGuid::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return refuse(EcCode::not_found);
}

Reply<rop::ReadPerUserInformation> handle(Of<rop::ReadPerUserInformation>, Call& call,
                                          const rop::ReadPerUserInformation::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::ReadPerUserInformation::Response{};
}

Reply<rop::WritePerUserInformation> handle(Of<rop::WritePerUserInformation>, Call& call,
                                           const rop::WritePerUserInformation::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::NoFields{};
}

}  // namespace oxb::session
