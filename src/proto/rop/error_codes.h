// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Return values of ROPs, NSPI and MAPI/HTTP calls [MS-OXCDATA] 2.4, and the one table from our errors to them.
#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace oxb {

enum class EcCode : std::uint32_t {
  none = 0,
  warn_with_errors = 0x0004'0380,     // MAPI_W_ERRORS_RETURNED
  partial_completion = 0x0004'0680,   // MAPI_W_PARTIAL_COMPLETION
  client_change_newer = 0x0004'0821,  // SYNC_W_CLIENT_CHANGE_NEWER
  unbind_success = 1,                 // NSPI Unbind answers this
  unknown_user = 0x3EB,
  server_oom = 0x3F0,
  login_perm = 0x3F2,
  search_folder = 0x460,
  not_search_folder = 0x461,
  no_receive_folder = 0x463,
  invalid_recipients = 0x467,
  wrong_server = 0x478,
  buffer_too_small = 0x47D,
  search_folder_scope_violation = 0x490,
  rpc_format = 0x4B6,
  null_object = 0x4B9,
  quota_exceeded = 0x4D9,
  max_attachment_exceeded = 0x4DB,
  send_as_denied = 0x4DC,
  dst_null_object = 0x503,
  bad_stub_data = 0x6F7,        // RPC_X_BAD_STUB_DATA
  error = 0x8000'4005,          // MAPI_E_CALL_FAILED
  not_supported = 0x8004'0102,  // MAPI_E_NO_SUPPORT
  bad_char_width = 0x8004'0103,
  string_too_large = 0x8004'0105,
  unknown_flags = 0x8004'0106,
  invalid_entry_id = 0x8004'0107,
  invalid_object = 0x8004'0108,
  object_modified = 0x8004'0109,
  object_deleted = 0x8004'010A,
  not_found = 0x8004'010F,
  unconfigured = 0x8004'011C,
  unable_to_abort = 0x8004'0114,
  network = 0x8004'0115,  // ecRpcFailed
  too_complex = 0x8004'0117,
  computed = 0x8004'011A,
  corrupt_data = 0x8004'011B,
  unknown_code_page = 0x8004'011E,
  unknown_locale = 0x8004'011F,
  unable_to_complete = 0x8004'0400,
  timeout = 0x8004'0401,
  table_empty = 0x8004'0402,
  table_too_big = 0x8004'0403,
  invalid_bookmark = 0x8004'0405,
  data_loss = 0x8004'0481,
  not_in_queue = 0x8004'0601,
  duplicate_name = 0x8004'0604,
  not_initialized = 0x8004'0605,
  no_recipients = 0x8004'0607,
  folder_cycle = 0x8004'060B,  // ecRootFolder
  store_full = 0x8004'060C,
  ambiguous_recipient = 0x8004'0700,
  sync_object_deleted = 0x8004'0800,
  sync_ignore = 0x8004'0801,
  sync_conflict = 0x8004'0802,
  sync_no_parent = 0x8004'0803,
  named_property_quota_exceeded = 0x8004'0900,
  not_implemented = 0x8004'0FFF,
  access_denied = 0x8007'0005,
  not_enough_memory = 0x8007'000E,  // ecMAPIOOM: also "too large, open a stream"
  invalid_parameter = 0x8007'0057,
};

// "ecNotFound", or the number.
std::string ec_text(std::uint32_t code);
inline std::string ec_text(EcCode code) { return ec_text(static_cast<std::uint32_t>(code)); }
inline std::string wire_text(EcCode code) { return ec_text(code); }

namespace detail {
struct ErrcRow {
  Errc from;
  EcCode to;
};
constexpr std::array kEcRows = {
    ErrcRow{Errc::malformed, EcCode::rpc_format},        ErrcRow{Errc::unsupported, EcCode::not_supported},
    ErrcRow{Errc::invalid, EcCode::invalid_parameter},   ErrcRow{Errc::not_found, EcCode::not_found},
    ErrcRow{Errc::access_denied, EcCode::access_denied}, ErrcRow{Errc::unauthenticated, EcCode::access_denied},
    ErrcRow{Errc::conflict, EcCode::object_modified},    ErrcRow{Errc::exists, EcCode::duplicate_name},
    ErrcRow{Errc::limit, EcCode::not_enough_memory},     ErrcRow{Errc::quota, EcCode::store_full},
    ErrcRow{Errc::unavailable, EcCode::network},  // never "not found": in cached mode Outlook would drop its copy
    ErrcRow{Errc::cancelled, EcCode::network},           ErrcRow{Errc::internal, EcCode::error},
};
constexpr bool in_order() {
  for (std::size_t i = 0; i < kEcRows.size(); ++i)
    if (kEcRows[i].from != static_cast<Errc>(i)) return false;
  return kEcRows.size() == static_cast<std::size_t>(Errc::count_);
}
static_assert(in_order());
}  // namespace detail

constexpr EcCode ec_code(Errc code) { return detail::kEcRows[static_cast<std::size_t>(code)].to; }

}  // namespace oxb
