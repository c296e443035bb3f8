// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/envelope.h"

#include "format/oxjson/json.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oxb::oxjson {
namespace {

struct Row {
  std::string_view code;  // a whole code, or a prefix that ends with '-'
  Errc errc;
};

// The one table from codes to ours; what is not in it follows the category. First match wins.
constexpr std::array kCodes = {
    // Sessions and logins.
    Row{"SES-0007", Errc::unavailable},  // the user has too many sessions
    Row{"SES-0207", Errc::unavailable},
    Row{"SES-0002", Errc::unavailable},
    Row{"SES-0204", Errc::access_denied},  // context locked
    Row{"SES-", Errc::unauthenticated},
    Row{"LGI-0021", Errc::invalid},      // client id equals the User-Agent
    Row{"LGI-0026", Errc::unavailable},  // too many logins
    Row{"LGI-0027", Errc::unavailable},
    Row{"LGI-0028", Errc::unavailable},
    Row{"LGI-0003", Errc::unavailable},
    Row{"LGI-", Errc::unauthenticated},
    Row{"CTX-0007", Errc::unavailable},  // schema update
    // Transport.
    Row{"SVL-0001", Errc::unsupported},
    Row{"SVL-0007", Errc::unsupported},
    Row{"SVL-0015", Errc::unsupported},
    Row{"SVL-0016", Errc::access_denied},  // no access to the module
    Row{"SVL-0019", Errc::unavailable},    // too many requests at once
    Row{"SVL-0021", Errc::unsupported},
    Row{"USS-0004", Errc::not_found},
    // Folders.
    Row{"FLD-0002", Errc::access_denied},
    Row{"FLD-0003", Errc::not_found},  // not visible
    Row{"FLD-0008", Errc::not_found},
    Row{"FLD-0012", Errc::exists},
    Row{"FLD-0031", Errc::access_denied},  // a default folder is not deleted
    Row{"FLD-1012", Errc::access_denied},  // no such folder in that place
    Row{"FLD-0092", Errc::invalid},
    Row{"FLD-1004", Errc::not_found},
    Row{"FLD-1014", Errc::exists},
    Row{"FLD-1018", Errc::unsupported},
    Row{"FLD-1025", Errc::not_found},
    // Contacts.
    Row{"CON-0125", Errc::not_found},
    Row{"CON-0174", Errc::not_found},
    Row{"CON-0261", Errc::not_found},
    Row{"CON-0154", Errc::limit},
    Row{"CON-0172", Errc::limit},
    Row{"CON-2011", Errc::unsupported},
    // Calendar.
    Row{"CAL-4040", Errc::not_found},
    Row{"CAL-4041", Errc::not_found},
    Row{"CAL-4042", Errc::not_found},
    Row{"CAL-4043", Errc::not_found},
    Row{"CAL-4044", Errc::not_found},
    Row{"CAL-4045", Errc::not_found},
    Row{"CAL-4047", Errc::not_found},
    Row{"CAL-4049", Errc::not_found},
    Row{"CAL-4060", Errc::unsupported},
    Row{"CAL-4228", Errc::unsupported},
    Row{"CAL-4090", Errc::exists},
    Row{"CAL-4093", Errc::exists},
    Row{"CAL-5072", Errc::limit},
    Row{"CAL-5073", Errc::limit},
    Row{"CAL-5074", Errc::limit},
    // Tasks.
    Row{"TSK-0006", Errc::not_found},  // also: no right to read
    Row{"TSK-0019", Errc::not_found},
    Row{"TSK-0046", Errc::not_found},
    Row{"TSK-0048", Errc::not_found},
    Row{"TSK-0020", Errc::unsupported},  // unknown column
    Row{"APP-0100", Errc::exists},
    // Everything else.
    Row{"ATT-0405", Errc::not_found},
    Row{"ATT-0001", Errc::quota},
    Row{"QUOTA-0003", Errc::quota},
    Row{"USR-0010", Errc::not_found},
    Row{"GRP-0017", Errc::not_found},
    Row{"RES-0005", Errc::not_found},
    Row{"MSG-0032", Errc::not_found},
    Row{"MSG-0066", Errc::not_found},
    Row{"MSG-1002", Errc::not_found},
    Row{"IMAP-1002", Errc::not_found},
    Row{"REM-0009", Errc::not_found},
};

Errc errc_of_category(int category) {
  switch (category) {
    case 1:
      return Errc::invalid;
    case 2:
      return Errc::unsupported;
    case 3:
      return Errc::access_denied;
    case 4:
    case 5:
    case 6:
      return Errc::unavailable;
    case 9:
      return Errc::conflict;
    case 11:
      return Errc::quota;
    case 12:
      return Errc::limit;
    default:
      return Errc::unavailable;  // 8: an unexpected fault of the server; a retry may help
  }
}

ServerError error_of(const json::object& object) {
  Reader in(object);
  ServerError out;
  out.code = in.text("code");
  out.category = static_cast<int>(in.integer("category").value_or(8));
  out.error_id = in.text("error_id");
  if (const auto* params = in.take("error_params"); params != nullptr && params->is_array())
    out.params = params->get_array();
  if (const auto* list = in.take("problematic"); list != nullptr && list->is_array()) {
    for (const auto& value : list->get_array()) {
      if (!value.is_object()) continue;
      Reader one(value.get_object());
      out.problematic.push_back(
          {one.integer("id").value_or(0), one.text("name"), one.integer("length"), one.integer("max_size")});
    }
  }
  if (const auto* list = in.take("truncated"); list != nullptr && list->is_array()) {
    for (const auto& value : list->get_array()) out.truncated.push_back(integer_of(value).value_or(0));
  }
  return out;
}

std::optional<ServerError> warning_of(const json::object& object) {
  const auto* warnings = object.if_contains("warnings");
  if (warnings == nullptr) return {};
  if (warnings->is_object()) return error_of(warnings->get_object());
  if (warnings->is_array() && !warnings->get_array().empty() && warnings->get_array()[0].is_object()) {
    return error_of(warnings->get_array()[0].get_object());
  }
  return {};
}

}  // namespace

Errc errc_of(const ServerError& error) {
  for (const auto& row : kCodes) {
    if (row.code == error.code || (row.code.back() == '-' && error.code.starts_with(row.code))) return row.errc;
  }
  return errc_of_category(error.category);
}

Error to_error(const ServerError& error, std::string_view doing) {
  // The code comes from the peer and goes to the log: keep it short and printable.
  std::string code;
  for (const char c : error.code.substr(0, 24)) code += c > ' ' && c < 127 ? c : '?';
  std::string reference;
  for (const char c : error.error_id.substr(0, 40)) reference += c > ' ' && c < 127 ? c : '?';
  return Error{errc_of(error), fmt::format("{}: server says {} (category {}, log {})", doing, code.empty() ? "?" : code,
                                           error.category, reference.empty() ? "-" : reference)};
}

bool is_session_error(const ServerError& error) { return error.code.starts_with("SES-02") && error.code != "SES-0204"; }

Result<Answer> answer_of(json::value value) {
  if (!value.is_object()) return fail(Errc::malformed, "answer is not an object");
  auto& object = value.get_object();
  Answer out;
  if (const auto* timestamp = object.if_contains("timestamp")) out.timestamp = integer_of(*timestamp);
  out.warning = warning_of(object);
  const bool has_error = object.contains("error");
  if (const auto it = object.find("data"); it != object.end()) {
    out.data = std::move(it->value());
    // A success with a reservation carries its first warning in the error fields.
    if (has_error) {
      auto error = error_of(object);
      const bool success = !out.data.is_null() || error.category == 13;
      (success ? out.warning : out.error) = std::move(error);
    }
    return out;
  }
  if (has_error) out.error = error_of(object);
  return out;
}

}  // namespace oxb::oxjson
