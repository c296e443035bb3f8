// SPDX-License-Identifier: GPL-3.0-or-later
// Recipients of a message [MS-OXCMSG] 2.2.3.4 - 2.2.3.6.
#include "session/draft.h"
#include "session/message_header.h"
#include "session/properties.h"
#include "session/recipients.h"
#include "session/rops/handlers.h"

#include <algorithm>

namespace oxb::session {

Reply<rop::ReadRecipients> handle(Of<rop::ReadRecipients>, Call& call, const rop::ReadRecipients::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  OXB_CO_CHECK(co_await load_content(call, *message));
  const auto& ids = message->recipient_ids();
  const auto first = std::lower_bound(ids.begin(), ids.end(), request.row_id);
  if (first == ids.end()) co_return refuse(EcCode::not_found);
  rop::ReadRecipients::Response response;
  response.rows =
      recipient_rows(*message, static_cast<std::size_t>(first - ids.begin()), call.room() > 1 ? call.room() - 1 : 0);
  if (response.rows.empty()) co_return refuse(EcCode::buffer_too_small);
  call.columns.tags = message->recipient_columns;
  co_return response;
}

Reply<rop::ModifyRecipients> handle(Of<rop::ModifyRecipients>, Call& call,
                                    const rop::ModifyRecipients::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  OXB_CO_CHECK(co_await load_content(call, *message));
  std::vector<RecipientChange> changes;
  for (const auto& row : request.rows) {
    auto& change = changes.emplace_back();
    change.row_id = row.row_id;
    if (row.row)
      change.properties = recipient_properties(call.store(), *row.row, request.columns, row.type, message->code_page);
  }
  OXB_CO_CHECK(apply(call, *message, std::move(changes)));
  // Of a new message the client knows no other columns.
  if (message->recipient_columns.empty()) message->recipient_columns = request.columns;
  co_return rop::NoFields{};
}

Reply<rop::RemoveAllRecipients> handle(Of<rop::RemoveAllRecipients>, Call& call,
                                       const rop::RemoveAllRecipients::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  OXB_CO_CHECK(co_await load_content(call, *message));
  OXB_CO_CHECK(remove_recipients(call, *message));
  co_return rop::NoFields{};
}

}  // namespace oxb::session
