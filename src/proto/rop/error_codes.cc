// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/error_codes.h"

#include <fmt/format.h>

namespace oxb {
namespace {

struct Row {
  EcCode code;
  std::string_view name;
};
constexpr Row kNames[] = {
    {EcCode::none, "ecNone"},
    {EcCode::warn_with_errors, "ecWarnWithErrors"},
    {EcCode::partial_completion, "ecPartialCompletion"},
    {EcCode::client_change_newer, "SYNC_W_CLIENT_CHANGE_NEWER"},
    {EcCode::unbind_success, "UnbindSuccess"},
    {EcCode::unknown_user, "ecUnknownUser"},
    {EcCode::server_oom, "ecServerOOM"},
    {EcCode::login_perm, "ecLoginPerm"},
    {EcCode::search_folder, "ecSearchFolder"},
    {EcCode::not_search_folder, "ecNotSearchFolder"},
    {EcCode::no_receive_folder, "ecNoReceiveFolder"},
    {EcCode::invalid_recipients, "ecInvalidRecips"},
    {EcCode::wrong_server, "ecWrongServer"},
    {EcCode::buffer_too_small, "ecBufferTooSmall"},
    {EcCode::search_folder_scope_violation, "ecSearchFolderScopeViolation"},
    {EcCode::rpc_format, "ecRpcFormat"},
    {EcCode::null_object, "ecNullObject"},
    {EcCode::quota_exceeded, "ecQuotaExceeded"},
    {EcCode::max_attachment_exceeded, "ecMaxAttachmentExceeded"},
    {EcCode::send_as_denied, "ecSendAsDenied"},
    {EcCode::dst_null_object, "ecDstNullObject"},
    {EcCode::bad_stub_data, "RPC_X_BAD_STUB_DATA"},
    {EcCode::error, "ecError"},
    {EcCode::not_supported, "ecNotSupported"},
    {EcCode::bad_char_width, "ecBadCharwidth"},
    {EcCode::string_too_large, "ecStringTooLarge"},
    {EcCode::unknown_flags, "ecUnknownFlags"},
    {EcCode::invalid_entry_id, "ecInvalidEntryId"},
    {EcCode::invalid_object, "ecInvalidObject"},
    {EcCode::object_modified, "ecObjectModified"},
    {EcCode::object_deleted, "ecObjectDeleted"},
    {EcCode::not_found, "ecNotFound"},
    {EcCode::unconfigured, "ecUnconfigured"},
    {EcCode::unable_to_abort, "ecUnableToAbort"},
    {EcCode::network, "ecRpcFailed"},
    {EcCode::too_complex, "ecTooComplex"},
    {EcCode::computed, "ecComputed"},
    {EcCode::corrupt_data, "ecCorruptData"},
    {EcCode::unknown_code_page, "ecUnknownCodePage"},
    {EcCode::unknown_locale, "ecUnknownLCID"},
    {EcCode::unable_to_complete, "ecUnableToComplete"},
    {EcCode::timeout, "ecTimeout"},
    {EcCode::table_empty, "ecTableEmpty"},
    {EcCode::table_too_big, "ecTableTooBig"},
    {EcCode::invalid_bookmark, "ecInvalidBookmark"},
    {EcCode::data_loss, "ecDataLoss"},
    {EcCode::not_in_queue, "ecNotInQueue"},
    {EcCode::duplicate_name, "ecDuplicateName"},
    {EcCode::not_initialized, "ecNotInitialized"},
    {EcCode::no_recipients, "ecNoRecipients"},
    {EcCode::folder_cycle, "ecRootFolder"},
    {EcCode::store_full, "MAPI_E_STORE_FULL"},
    {EcCode::ambiguous_recipient, "ecAmbiguousRecip"},
    {EcCode::sync_object_deleted, "SYNC_E_OBJECT_DELETED"},
    {EcCode::sync_ignore, "SYNC_E_IGNORE"},
    {EcCode::sync_conflict, "SYNC_E_CONFLICT"},
    {EcCode::sync_no_parent, "SYNC_E_NO_PARENT"},
    {EcCode::named_property_quota_exceeded, "ecNPQuotaExceeded"},
    {EcCode::not_implemented, "ecNotImplemented"},
    {EcCode::access_denied, "ecAccessDenied"},
    {EcCode::not_enough_memory, "ecMAPIOOM"},
    {EcCode::invalid_parameter, "ecInvalidParam"},
};

}  // namespace

std::string ec_text(std::uint32_t code) {
  for (const auto& row : kNames)
    if (static_cast<std::uint32_t>(row.code) == code) return std::string(row.name);
  return fmt::format("0x{:08x}", code);
}

}  // namespace oxb
