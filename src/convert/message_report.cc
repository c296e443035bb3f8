// SPDX-License-Identifier: GPL-3.0-or-later
// Delivery reports (RFC 3464) and receipts (RFC 8098) as REPORT messages [MS-OXCMAIL] 2.2.3.7, [MS-OXOMSG] 2.2.2.
#include "base/text.h"
#include "convert/body.h"
#include "convert/message_address.h"
#include "convert/message_parts.h"
#include "convert/report_words.h"
#include "proto/mapi/tags.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace oxb::convert {

using namespace mapi;

namespace {

// The groups of fields of a report part: the message's own first, then one for each recipient.
std::vector<mime::Headers> field_groups(std::string_view text) {
  std::vector<mime::Headers> out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < 1000) {
    while (at < text.size() && (text[at] == '\r' || text[at] == '\n')) ++at;
    auto end = std::min(text.find("\n\n", at), text.find("\n\r\n", at));
    end = end == std::string_view::npos ? text.size() : end + 1;
    if (auto group = mime::parse_headers(text.substr(at, end - at)); group && !group->fields.empty())
      out.push_back(std::move(*group));
    at = end;
  }
  return out;
}

// "rfc822; user@example.com" -> the address; "dns; host" -> the host.
std::string typed_value(std::string_view value) {
  const auto semicolon = value.find(';');
  auto out = trim(semicolon == std::string_view::npos ? value : value.substr(semicolon + 1));
  if (out.starts_with('<') && out.ends_with('>')) out = out.substr(1, out.size() - 2);
  return std::string(out);
}

const ReportAction* action_of(const mime::Headers& group) { return report_action(ascii_lower(group.text("Action"))); }

struct Status {
  std::int32_t code = 0;         // kind * 100 + subject * 10 + detail
  std::int32_t diagnostic = -1;  // MAPI_DIAG_NO_DIAGNOSTIC
  std::int32_t reason = 0;       // MAPI_REASON_TRANSFER_FAILED
};

// [MS-OXCMAIL] 2.2.3.7.1.3
Status status_of(std::string_view text) {
  std::array<int, 3> digits{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (auto& d : digits) {
    const auto [next, error] = std::from_chars(at, end, d);
    if (error != std::errc{}) break;
    at = next != end && *next == '.' ? next + 1 : next;
  }
  const auto [kind, subject, detail] = digits;
  Status out;
  const auto small = [](int d) { return d >= 0 && d <= 9 ? d : 0; };
  const int s = small(subject), d = small(detail);
  out.code = (kind >= 2 && kind <= 5 ? kind : 5) * 100 + s * 10 + d;
  struct Row {
    int subject, detail;
    std::int32_t diagnostic;
  };
  // Addressing, size, congestion, loops and time have a MAPI_DIAG of their own.
  static constexpr std::array kRows = {Row{1, 0, 0}, Row{1, 1, 0}, Row{1, 2, 0}, Row{1, 3, 0},
                                       Row{1, 4, 1}, Row{1, 6, 0}, Row{2, 3, 7}, Row{3, 4, 7},
                                       Row{4, 5, 2}, Row{4, 6, 3}, Row{4, 7, 5}};
  for (const auto& row : kRows)
    if (row.subject == s && row.detail == d) out.diagnostic = row.diagnostic;
  return out;
}

void add_failed_recipient(Content& out, const mime::Headers& group, Instant time) {
  auto address = typed_value(group.text("Original-Recipient"));
  const auto final_address = typed_value(group.text("Final-Recipient"));
  if (address.empty() || address.find('@') == std::string::npos) address = final_address;
  if (address.empty()) return;
  auto recipient =
      make_recipient({group.text("X-Display-Name"), address, {}}, RecipientType::to, out.recipients.size());
  auto& p = recipient.properties;
  const auto status = status_of(group.text("Status"));
  p.set(tag::kNonDeliveryReportStatusCode, status.code);
  p.set(tag::kNonDeliveryReportDiagCode, status.diagnostic);
  p.set(tag::kNonDeliveryReportReasonCode, status.reason);
  auto info = group.text("X-Supplementary-Info");
  if (info.empty()) {
    const auto diagnostic = group.text("Diagnostic-Code");
    info = diagnostic.empty() ? group.text("Status") : typed_value(diagnostic);
  }
  if (!info.empty()) p.set(tag::kSupplementaryInfo, info);
  const auto mta = typed_value(group.text("Remote-MTA"));
  if (!mta.empty()) p.set(tag::kRemoteMessageTransferAgent, mta);
  const auto last = mime::parse_date(group.raw("Last-Attempt-Date"));
  p.set(tag::kReportTime, file_time(last ? last->time : time));
  p.set(tag::kReportText, info);
  out.recipients.push_back(std::move(recipient));
}

void set_delivery_report(Content& out, const std::vector<mime::Headers>& groups, Instant time) {
  auto& p = out.properties;
  const ReportAction* worst = nullptr;
  for (const auto& g : groups)
    if (const auto* a = action_of(g); a && (!worst || a->severity > worst->severity)) worst = a;
  if (worst) p.set(tag::kMessageClass, "REPORT.IPM.Note." + std::string(worst->suffix));
  if (!groups.empty()) {
    const auto mta = typed_value(groups.front().text("Reporting-MTA"));
    if (!mta.empty()) p.set(tag::kReportingMessageTransferAgent, mta);
  }
  out.recipients.clear();
  for (const auto& g : groups)
    if (const auto* a = action_of(g); a && a == worst) add_failed_recipient(out, g, time);
}

void set_receipt(Content& out, const std::vector<mime::Headers>& groups) {
  if (groups.empty()) return;
  auto& p = out.properties;
  const auto& fields = groups.front();
  const auto disposition = ascii_lower(fields.text("Disposition"));
  const auto semicolon = disposition.find(';');
  const auto what = std::string(
      trim(semicolon == std::string::npos ? disposition : std::string_view(disposition).substr(semicolon + 1)));
  const bool unread = what.starts_with("deleted") || what.starts_with("denied") || what.starts_with("failed");
  p.set(tag::kMessageClass, std::string(unread ? "REPORT.IPM.Note.IPNNRN" : "REPORT.IPM.Note.IPNRN"));
  p.set(tag::kReportDisposition, std::string(unread ? "deleted" : "displayed"));
  if (semicolon != std::string::npos)
    p.set(tag::kReportDispositionMode, std::string(trim(disposition.substr(0, semicolon))));
  const auto original = mime::parse_message_id(fields.raw("Original-Message-ID"));
  if (!original.empty()) p.set(tag::kOriginalMessageId, original);
  if (const auto key = from_base64(fields.text("X-MSExch-Correlation-Key")); key && !key->empty())
    p.set(tag::kParentKey, *key);
}

// What the report says of the message it is about: from the returned message or its header.
void set_original(Content& out, const Plan& plan) {
  for (const auto& file : plan.files) {
    const auto& part = *file.node->part;
    std::optional<mime::Headers> headers;
    Bytes bytes;
    if (part.is_embedded_message() && !part.children.empty()) {
      headers = part.children.front().headers;
    } else if (part.is("text/rfc822-headers") || part.is("message/rfc822-headers")) {
      bytes = part.content();
      if (auto parsed = mime::parse_headers(as_text(bytes))) headers = std::move(*parsed);
    }
    if (!headers) continue;
    auto& p = out.properties;
    p.set(tag::kOriginalSubject, headers->text("Subject"));
    const auto people = people_of(*headers);
    p.set(tag::kOriginalDisplayTo, shown_names(people.to));
    p.set(tag::kOriginalDisplayCc, shown_names(people.cc));
    if (const auto date = mime::parse_date(headers->raw("Date")))
      p.set(tag::kOriginalSubmitTime, file_time(date->time));
    const auto id = mime::parse_message_id(headers->raw("Message-ID"));
    if (!id.empty()) p.set(tag::kOriginalMessageId, id);
    p.set(tag::kOriginalMessageClass, std::string("IPM.Note"));
    return;
  }
}

}  // namespace

void set_report(Content& out, const Plan& plan, Instant time) {
  out.properties.set(tag::kReportTime, file_time(time));
  set_original(out, plan);
  if (!plan.report) return;
  const auto text = plan.report->part->text();
  const auto groups = field_groups(text);
  if (plan.kind == MailKind::delivery_report)
    set_delivery_report(out, groups, time);
  else
    set_receipt(out, groups);
}

}  // namespace oxb::convert
