// SPDX-License-Identifier: GPL-3.0-or-later
// Notifications, permissions, rules, transport: the small families.
#include "proto/mapi/tags.h"
#include "session/list_rows.h"
#include "session/rops/handlers.h"
#include "session/session.h"

namespace oxb::session {
namespace {

namespace tag = mapi::tag;

mapi::PropertyBag member(std::int64_t id, std::string name, Bytes entry_id, std::uint32_t rights) {
  mapi::PropertyBag row;
  row.set(tag::kMemberId, id);
  row.set(tag::kMemberName, std::move(name));
  row.set(tag::kEntryId, std::move(entry_id));
  row.set(tag::kMemberRights, static_cast<std::int32_t>(rights));
  return row;
}

Answer<std::shared_ptr<Table>> list_table(Call& call, rop::HandleIndex index, std::vector<mapi::PropertyBag> rows,
                                          std::vector<mapi::PropTag> columns) {
  OXB_TRY(const auto folder, call.object<Folder>(index));
  auto source = std::make_shared<ListRows>(std::move(rows), std::move(columns));
  auto table = std::make_shared<Table>(std::move(source), Table::Notify::no, folder->logon->code_page);
  table->logon = folder->logon;
  return table;
}

}  // namespace

Reply<rop::RegisterNotification> handle(Of<rop::RegisterNotification>, Call& call,
                                        const rop::RegisterNotification::Request& request) {
  const auto object = call.find(request.input);
  if (!object) co_return refuse(EcCode::null_object);
  auto subscription = std::make_shared<Subscription>();
  subscription->logon =
      std::dynamic_pointer_cast<Logon>(object) ? std::dynamic_pointer_cast<Logon>(object) : object->logon;
  subscription->types = request.types;
  subscription->whole_store = request.whole_store;
  if (!request.whole_store) {
    if (!request.folder.is_own()) co_return refuse(EcCode::not_found);
    subscription->folder = request.folder.folder();
    if (!request.message.is_zero()) subscription->message = request.message.message();
  }
  OXB_CO_CHECK(call.open(request.output, subscription));
  co_return rop::NoFields{};
}

// [MS-OXCPERM] 2.2.1: nobody but the owner has rights that this store knows of.
Reply<rop::GetPermissionsTable> handle(Of<rop::GetPermissionsTable>, Call& call,
                                       const rop::GetPermissionsTable::Request& request) {
  constexpr std::uint32_t kRights = 0x7FB;
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.folder(folder->id); }));
  if (!row) co_return refuse(EcCode::object_deleted);
  const auto& owner = call.store().owner();
  std::vector<mapi::PropertyBag> rows = {
      member(0, "", {}, 0), member(-1, "Anonymous", {}, 0),
      member(1, owner.display_name, call.store().owner_entry_id(), row->rights & kRights)};
  OXB_CO_TRY(auto table, list_table(call, request.input, std::move(rows),
                                    {tag::kMemberId, tag::kMemberName, tag::kEntryId, tag::kMemberRights}));
  OXB_CO_CHECK(call.open(request.output, std::move(table)));
  co_return rop::NoFields{};
}

Reply<rop::GetRulesTable> handle(Of<rop::GetRulesTable>, Call& call, const rop::GetRulesTable::Request& request) {
  OXB_CO_TRY(auto table,
             list_table(call, request.input, {},
                        {tag::kRuleId, tag::kRuleSequence, tag::kRuleState, tag::kRuleName, tag::kRuleProvider,
                         tag::kRuleLevel, tag::kRuleUserFlags, tag::kRuleProviderData}));
  OXB_CO_CHECK(call.open(request.output, std::move(table)));
  co_return rop::NoFields{};
}

Reply<rop::GetAddressTypes> handle(Of<rop::GetAddressTypes>, Call& call, const rop::GetAddressTypes::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  rop::GetAddressTypes::Response response;
  response.types = {"EX", "SMTP"};
  co_return response;
}

Reply<rop::GetTransportFolder> handle(Of<rop::GetTransportFolder>, Call& call,
                                      const rop::GetTransportFolder::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  OXB_CO_TRY(const auto outbox,
             call.replica().read([](replica::ReadTx& tx) { return tx.special(replica::Special::outbox); }));
  co_return rop::GetTransportFolder::Response{mapi::Eid::of(outbox.id)};
}

// Says that this session is the client's mail spooler, which changes nothing here.
Reply<rop::SetSpooler> handle(Of<rop::SetSpooler>, Call& call, const rop::SetSpooler::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::NoFields{};
}

Reply<rop::TransportNewMail> handle(Of<rop::TransportNewMail>, Call& call,
                                    const rop::TransportNewMail::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::NoFields{};
}

Reply<rop::OptionsData> handle(Of<rop::OptionsData>, Call& call, const rop::OptionsData::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::OptionsData::Response{};
}

Reply<rop::TellVersion> handle(Of<rop::TellVersion>, Call&, const rop::TellVersion::Request&) {
  co_return rop::NoFields{};
}

}  // namespace oxb::session
