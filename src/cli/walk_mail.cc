// SPDX-License-Identifier: GPL-3.0-or-later
// Folders, the newest mails, one mail opened.
#include "base/text.h"
#include "cli/walk.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::cli {
namespace {

namespace tag = mapi::tag;

constexpr std::size_t kBodyShown = 400;
constexpr std::size_t kBodyRead = 64 * 1024;
constexpr std::size_t kAttachmentRead = 64 * 1024 * 1024;
constexpr std::int32_t kRead = 0x1;          // PidTagMessageFlags
constexpr std::int32_t kEmbeddedMethod = 5;  // PidTagAttachMethod
constexpr std::size_t kChecked = 20;

std::string text_of(const PropertyBag& bag, PropTag tag) {
  if (const auto* text = bag.get<std::string>(tag)) return *text;
  return {};
}
std::int32_t number_of(const PropertyBag& bag, PropTag tag) {
  const auto* number = bag.get<std::int32_t>(tag);
  return number ? *number : 0;
}
std::string time_of(const PropertyBag& bag, PropTag tag) {
  const auto* time = bag.get<mapi::FileTime>(tag);
  return time ? local_time_text(mapi::instant(*time)) : "no time";
}
Eid id_of(const PropertyBag& row) {
  const auto* id = row.get<std::int64_t>(tag::kMid);
  return id ? Eid::from_property(*id) : Eid{};
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{} KB", bytes / 1000);
  return fmt::format("{} MB", bytes / 1'000'000);
}

bool is_mail_folder(const FolderInfo& folder) {
  return folder.container_class.empty() || ascii_lower(folder.container_class).rfind("ipf.note", 0) == 0;
}

// The visible text of HTML, roughly: for an excerpt, not for a reader.
std::string without_markup(std::string_view html) {
  std::string out;
  const auto lower = ascii_lower(html);
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] != '<') {
      out += html[i++];
      continue;
    }
    for (const std::string_view hidden : {"style", "script", "head"}) {
      if (lower.compare(i + 1, hidden.size(), hidden) != 0) continue;
      const auto end = lower.find("</" + std::string(hidden), i);
      if (end != std::string::npos) i = end;
    }
    const auto close = html.find('>', i);
    i = close == std::string_view::npos ? html.size() : close + 1;
    out += ' ';
  }
  return out;
}

const std::vector<PropTag> kMailTags = {tag::kSubject,
                                        tag::kSenderName,
                                        tag::kSenderSmtpAddress,
                                        tag::kSenderEmailAddress,
                                        tag::kSentRepresentingName,
                                        tag::kMessageDeliveryTime,
                                        tag::kClientSubmitTime,
                                        tag::kMessageClass,
                                        tag::kMessageFlags,
                                        tag::kHasAttachments,
                                        tag::kInternetMessageId,
                                        tag::kBody,
                                        tag::kNativeBody,
                                        tag::kInternetCodepage};

}  // namespace

Result<std::uint32_t> Walk::count_of(Eid folder) {
  OXB_TRY(const auto handle, mailbox_->open_folder(folder));
  MapiClient::Query query;
  query.columns = {tag::kMid, tag::kMessageClass};
  query.most = 1;
  OXB_TRY(const auto rows, mailbox_->contents(handle, query));
  mailbox_->release(handle);
  return rows.total;
}

// A server may count a folder only once it was opened.
Result<std::vector<FolderInfo>> Walk::counted_folders() {
  constexpr std::size_t kMost = 50;
  const auto top = mailbox_->logon_folder(rop::LogonFolder::ipm_subtree);
  OXB_TRY(auto folders, mailbox_->folders_below(top));
  std::size_t opened = 0;
  for (const auto& folder : folders) {
    if (is_mail_folder(folder) || folder.count != 0 || !folder.readable) continue;
    OXB_CHECK(count_of(folder.id));
    if (++opened == kMost) break;
  }
  return opened == 0 ? std::move(folders) : mailbox_->folders_below(top);
}

void Walk::show_folders() {
  auto folders = counted_folders();
  if (!report_.step("Folder tree", folders ? Result<std::string>(fmt::format("{} folders", folders->size()))
                                           : tl::unexpected(folders.error())))
    return;
  folders_ = std::move(*folders);
  boost::json::array list;
  report_.heading("Folders");
  for (const auto& folder : folders_) {
    list.push_back({{"name", folder.name},
                    {"depth", folder.depth},
                    {"class", folder.container_class},
                    {"count", folder.count},
                    {"unread", folder.unread},
                    {"hidden", folder.hidden}});
    if (folder.hidden) continue;
    const auto kind =
        is_mail_folder(folder) ? std::string() : fmt::format("  [{}]", printable(folder.container_class, 40));
    report_.line(fmt::format("{:{}}{}{}{}{}", "", folder.depth * 2, printable(folder.name, 60),
                             folder.unread != 0 ? fmt::format(" ({}, {} unread)", folder.count, folder.unread)
                                                : fmt::format(" ({})", folder.count),
                             kind, folder.readable ? "" : "  (not to be read)"));
  }
  report_.data()["folders"] = std::move(list);
}

void Walk::show_mails() {
  // The Inbox, or the fullest mail folder where it is empty.
  Eid shown = inbox_;
  std::string shown_name = "Inbox";
  const auto inbox = std::find_if(folders_.begin(), folders_.end(), [&](const auto& f) { return f.id == inbox_; });
  if (inbox != folders_.end()) shown_name = inbox->name;
  if (inbox == folders_.end() || inbox->count == 0) {
    std::uint32_t most = 0;
    for (const auto& folder : folders_)
      if (is_mail_folder(folder) && !folder.hidden && folder.count > most) {
        most = folder.count;
        shown = folder.id;
        shown_name = folder.name;
      }
  }
  const auto rows = [&]() -> Result<MapiClient::Rows> {
    OXB_TRY(const auto handle, mailbox_->open_folder(shown));
    MapiClient::Query query;
    query.columns = {tag::kMid,          tag::kSubject,        tag::kSenderName,  tag::kMessageDeliveryTime,
                     tag::kMessageFlags, tag::kHasAttachments, tag::kMessageSize, tag::kMessageClass};
    query.order = {{mapi::PropType::time, tag::kMessageDeliveryTime.id(), mapi::SortDirection::descending}};
    query.most = options_.mails;
    OXB_TRY(auto found, mailbox_->contents(handle, query));
    mailbox_->release(handle);
    return found;
  }();
  if (!rows) {
    report_.step("Newest mails", tl::unexpected(rows.error()));
    return;
  }
  report_.heading(fmt::format("Newest mails in {} ({} in all)", printable(shown_name, 60), rows->total));
  boost::json::array list;
  for (const auto& row : rows->rows) {
    const bool read = (number_of(row, tag::kMessageFlags) & kRead) != 0;
    const auto* attachments = row.get<bool>(tag::kHasAttachments);
    list.push_back({{"subject", text_of(row, tag::kSubject)},
                    {"from", text_of(row, tag::kSenderName)},
                    {"received", time_of(row, tag::kMessageDeliveryTime)},
                    {"read", read},
                    {"attachments", attachments && *attachments}});
    report_.line(fmt::format("{} {}  {:<24} {}{}", read ? " " : "*", time_of(row, tag::kMessageDeliveryTime),
                             printable(text_of(row, tag::kSenderName), 22), printable(text_of(row, tag::kSubject), 70),
                             attachments && *attachments ? "  [+]" : ""));
  }
  report_.data()["mails"] = std::move(list);
  report_.heading("");
  report_.step("Newest mails", fmt::format("{} of {} shown", rows->rows.size(), rows->total));
  if (rows->rows.empty()) return;
  const auto with_files = std::find_if(rows->rows.begin(), rows->rows.end(), [](const auto& row) {
    const auto* has = row.template get<bool>(tag::kHasAttachments);
    return has && *has;
  });
  report_.step("Open a mail", open_one_mail(shown, with_files != rows->rows.end() ? *with_files : rows->rows.front()));
  if (options_.thorough) report_.step("Compare mails with their rows", check_mails(shown, rows->rows));
}

Result<std::string> Walk::body_of(const OpenedMessage& mail) {
  auto plain = mailbox_->text(mail.handle, mail.properties, tag::kBody, kBodyRead);
  if (plain && !trim(*plain).empty()) return *plain;
  if (!plain && plain.error().code != Errc::not_found) return plain;
  auto html = mailbox_->stream(mail.handle, tag::kHtml, kBodyRead);
  if (!html) return html.error().code == Errc::not_found ? Result<std::string>("") : tl::unexpected(html.error());
  const auto code_page = static_cast<std::uint32_t>(number_of(mail.properties, tag::kInternetCodepage));
  auto text = utf8_from_code_page(as_text(*html), code_page == 0 ? 65001 : code_page);
  return without_markup(text ? *text : std::string(as_text(*html)));
}

Result<std::string> Walk::open_one_mail(Eid folder, const PropertyBag& row) {
  OXB_TRY(const auto mail, mailbox_->open_message(folder, id_of(row), kMailTags));
  OXB_TRY(const auto body, body_of(mail));
  print_mail(mail, body);
  OXB_TRY(const auto attachments, show_attachments(mail.handle));
  mailbox_->release(mail.handle);
  if (text_of(mail.properties, tag::kMessageClass).empty())
    return fail(Errc::malformed, "the mail has no message class");
  return fmt::format("{} recipients, {} characters of text, {}", mail.recipients.size(), body.size(), attachments);
}

void Walk::print_mail(const OpenedMessage& mail, std::string_view body) {
  const auto& bag = mail.properties;
  auto address = text_of(bag, tag::kSenderSmtpAddress);
  if (address.empty()) address = text_of(bag, tag::kSenderEmailAddress);
  report_.heading("One mail, opened");
  report_.line(fmt::format("Subject: {}", printable(text_of(bag, tag::kSubject))));
  report_.line(fmt::format("From:    {} <{}>", printable(text_of(bag, tag::kSenderName), 60), printable(address, 100)));
  boost::json::array recipients;
  for (const auto& each : mail.recipients) {
    const auto type = number_of(each, tag::kRecipientType) & 0xF;
    auto to = text_of(each, tag::kSmtpAddress);
    if (to.empty()) to = text_of(each, tag::kEmailAddress);
    recipients.push_back({{"type", type}, {"name", text_of(each, tag::kDisplayName)}, {"email", to}});
    report_.line(fmt::format("{}      {} <{}>",
                             type == 2   ? "Cc:"
                             : type == 3 ? "Bcc"
                                         : "To:",
                             printable(text_of(each, tag::kDisplayName), 60), printable(to, 100)));
  }
  report_.line(fmt::format("Date:    {}", time_of(bag, tag::kMessageDeliveryTime)));
  report_.line("");
  report_.line(printable(body, kBodyShown));
  report_.data()["message"] = {{"subject", text_of(bag, tag::kSubject)},
                               {"from", address},
                               {"recipients", std::move(recipients)},
                               {"class", text_of(bag, tag::kMessageClass)},
                               {"text", printable(body, kBodyShown)}};
}

Result<std::string> Walk::show_attachments(Handle message) {
  OXB_TRY(const auto rows,
          mailbox_->attachments(message, {tag::kAttachNumber, tag::kAttachSize, tag::kAttachMethod,
                                          tag::kAttachLongFilename, tag::kAttachFilename, tag::kDisplayName,
                                          tag::kAttachMimeTag, tag::kAttachContentId, tag::kAttachmentHidden}));
  boost::json::array list;
  for (const auto& row : rows.rows) {
    OXB_TRY(const auto line, one_attachment(message, row, list));
    report_.line(line);
  }
  report_.data()["attachments"] = std::move(list);
  report_.heading("");
  return fmt::format("{} attachments read", rows.rows.size());
}

Result<std::string> Walk::one_attachment(Handle message, const PropertyBag& row, boost::json::array& list) {
  auto name = text_of(row, tag::kAttachLongFilename);
  if (name.empty()) name = text_of(row, tag::kAttachFilename);
  if (name.empty()) name = text_of(row, tag::kDisplayName);
  if (name.empty()) name = "without a name";
  OXB_TRY(const auto handle,
          mailbox_->open_attachment(message, static_cast<std::uint32_t>(number_of(row, tag::kAttachNumber))));
  std::string what;
  if (number_of(row, tag::kAttachMethod) == kEmbeddedMethod) {
    OXB_TRY(const auto inner, mailbox_->open_embedded(handle, {tag::kSubject, tag::kMessageClass}));
    mailbox_->release(inner.handle);
    what = fmt::format("a message: {}", printable(text_of(inner.properties, tag::kSubject), 60));
    list.push_back({{"name", name}, {"message", text_of(inner.properties, tag::kSubject)}});
  } else {
    OXB_TRY(const auto bytes, mailbox_->stream(handle, tag::kAttachDataBinary, kAttachmentRead));
    const auto announced = number_of(row, tag::kAttachSize);
    if (announced > 0 && bytes.size() > static_cast<std::size_t>(announced))
      return fail(Errc::invalid, fmt::format("an attachment holds {} bytes and announces {}", bytes.size(), announced));
    what = size_text(bytes.size());
    list.push_back({{"name", name}, {"size", bytes.size()}, {"type", text_of(row, tag::kAttachMimeTag)}});
  }
  mailbox_->release(handle);
  const auto type = text_of(row, tag::kAttachMimeTag);
  return fmt::format("Attachment: {} ({}{}{})", printable(name, 60), what, type.empty() ? "" : ", ",
                     printable(type, 60));
}

Result<std::string> Walk::check_mails(Eid folder, const std::vector<PropertyBag>& rows) {
  std::size_t compared = 0;
  std::uint64_t before = ~std::uint64_t{0};
  for (const auto& row : rows) {
    const auto* received = row.get<mapi::FileTime>(tag::kMessageDeliveryTime);
    if (received && received->ticks > before) return fail(Errc::invalid, "the rows are not in the order asked for");
    if (received) before = received->ticks;
    if (compared == kChecked) break;
    OXB_TRY(const auto mail, mailbox_->open_message(folder, id_of(row), kMailTags));
    mailbox_->release(mail.handle);
    if (text_of(mail.properties, tag::kSubject) != text_of(row, tag::kSubject))
      return fail(Errc::invalid, "a mail has another subject than its row");
    if (text_of(mail.properties, tag::kMessageClass) != text_of(row, tag::kMessageClass))
      return fail(Errc::invalid, "a mail has another class than its row");
    ++compared;
  }
  return fmt::format("{} mails agree with their rows", compared);
}

Result<std::string> Walk::check_unread(Eid folder, std::uint32_t expected) {
  OXB_TRY(const auto handle, mailbox_->open_folder(folder));
  MapiClient::Query query;
  query.columns = {tag::kMid};
  query.restriction = mapi::Restriction{mapi::BitMaskRestriction{false, tag::kMessageFlags, kRead}};
  query.most = 1;
  OXB_TRY(const auto rows, mailbox_->contents(handle, query));
  mailbox_->release(handle);
  if (rows.total != expected)
    return fail(Errc::invalid, fmt::format("{} messages are unread, the folder says {}", rows.total, expected));
  return fmt::format("{} unread", expected);
}

// What two ways to ask for must agree.
void Walk::check_folders() {
  const auto counts = [&]() -> Result<std::string> {
    std::map<std::uint64_t, std::uint32_t> held;
    for (const auto& folder : folders_) {
      if (!folder.readable) continue;
      OXB_TRY(const auto total, count_of(folder.id));
      held[folder.id.raw] = total;
    }
    OXB_TRY(folders_, mailbox_->folders_below(mailbox_->logon_folder(rop::LogonFolder::ipm_subtree)));
    for (const auto& folder : folders_) {
      const auto found = held.find(folder.id.raw);
      if (found != held.end() && found->second != folder.count)
        return fail(Errc::invalid,
                    fmt::format("a folder announces {} messages, its table holds {}", folder.count, found->second));
    }
    return fmt::format("{} folders hold what they announce", held.size());
  }();
  report_.step("Compare folder counts", counts);
  for (const auto& folder : folders_)
    if (folder.id == inbox_) report_.step("Compare unread count", check_unread(folder.id, folder.unread));
}

}  // namespace oxb::cli
