// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/walk.h"

#include "base/text.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

namespace oxb::cli {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;

std::string text_of(const PropertyBag& bag, PropTag tag) {
  if (const auto* text = bag.get<std::string>(tag)) return *text;
  return {};
}

const std::vector<PropTag> kEntryColumns = {tag::kDisplayName, tag::kSmtpAddress, tag::kEmailAddress,
                                            tag::kDisplayType, tag::kObjectType,  tag::kTitle};

std::string entry_text(const PropertyBag& entry) {
  auto out = printable(text_of(entry, tag::kDisplayName), 60);
  if (const auto mail = text_of(entry, tag::kSmtpAddress); !mail.empty())
    out += fmt::format(" <{}>", printable(mail, 100));
  if (const auto title = text_of(entry, tag::kTitle); !title.empty()) out += ", " + printable(title, 60);
  return out;
}

boost::json::object entry_json(const PropertyBag& entry) {
  return {{"name", text_of(entry, tag::kDisplayName)}, {"email", text_of(entry, tag::kSmtpAddress)}};
}

}  // namespace

int Walk::run() {
  if (find_server() && look_at_address_book() && open_mailbox()) {
    show_folders();
    show_mails();
    show_appointments();
    show_contacts();
    show_tasks();
    if (options_.thorough) check_folders();
    if (options_.write) write_mails();
    close();
  }
  return report_.finish();
}

bool Walk::find_server() {
  auto web = Web::create(loop_, options_.access);
  if (!web) return report_.step("Server", tl::unexpected(web.error()));
  web_ = std::move(*web);
  auto settings = web_->autodiscover();
  if (!settings) return report_.step("Autodiscover", tl::unexpected(settings.error()));
  settings_ = std::move(*settings);
  report_.data()["user"] = {{"name", settings_.display_name}, {"email", settings_.smtp_address}};
  if (!settings_.mapi_http || settings_.mapi_http->mail_store.empty())
    return report_.step("Autodiscover", fail(Errc::unsupported, "the server offers no MAPI over HTTP"));
  if (settings_.legacy_dn.empty())
    return report_.step("Autodiscover", fail(Errc::malformed, "the answer holds no LegacyDN"));
  return report_.step("Autodiscover",
                      fmt::format("{} <{}>", printable(settings_.display_name), printable(settings_.smtp_address)));
}

// [MS-OXNSPI] 3.1.4.1: what a new profile asks for.
bool Walk::look_at_address_book() {
  AddressBookClient book(*web_, settings_.mapi_http->address_book);
  const auto bound = book.bind();
  if (!report_.step("Address book: Bind", bound ? Result<std::string>("") : tl::unexpected(bound.error())))
    return false;
  const auto own = [&]() -> Result<std::string> {
    OXB_TRY(const auto id, book.find_dn(settings_.legacy_dn));
    OXB_TRY(const auto entry,
            book.properties(id, {tag::kDisplayName, tag::kSmtpAddress, tag::kEntryId, tag::kObjectType,
                                 tag::kDisplayTypeEx, tag::kAddressBookHomeMessageDatabase}));
    if (text_of(entry, tag::kDisplayName).empty()) return fail(Errc::malformed, "the own entry has no name");
    if (!entry.has(tag::kEntryId)) return fail(Errc::malformed, "the own entry has no entry id");
    return entry_text(entry);
  }();
  if (!report_.step("Address book: own entry", own)) return false;
  const auto lists = [&]() -> Result<std::string> {
    OXB_TRY(const auto containers, book.containers());
    if (containers.empty()) return fail(Errc::not_found, "there are no address lists");
    std::string names;
    for (const auto& each : containers)
      names += (names.empty() ? "" : ", ") + printable(text_of(each, tag::kDisplayName), 60);
    return names;
  }();
  report_.step("Address book: lists", lists);
  const auto first = [&]() -> Result<std::string> {
    OXB_TRY(const auto page, book.first_rows(5, kEntryColumns));
    boost::json::array entries;
    for (const auto& row : page.rows) entries.push_back(entry_json(row));
    report_.data()["address_book"] = {{"total", page.total}, {"first", entries}};
    std::string names;
    for (const auto& row : page.rows)
      names += (names.empty() ? "" : ", ") + printable(text_of(row, tag::kDisplayName), 40);
    if (page.total < page.rows.size()) return fail(Errc::malformed, "the total is less than the rows");
    return fmt::format("{} entries: {}{}", page.total, names, page.total > page.rows.size() ? ", ..." : "");
  }();
  report_.step("Address book: first page", first);
  const auto checked = [&]() -> Result<std::string> {
    OXB_TRY(const auto matches,
            book.resolve({"=SMTP:" + settings_.smtp_address, "no such name at all 4711"}, kEntryColumns));
    if (matches[0].kind != AddressBookClient::Match::Kind::one)
      return fail(Errc::not_found, "the own mail address is not resolved");
    if (matches[1].kind != AddressBookClient::Match::Kind::none)
      return fail(Errc::invalid, "a name that nobody has was resolved");
    if (!ascii_iequals(text_of(matches[0].entry, tag::kEmailAddress), settings_.legacy_dn))
      return fail(Errc::invalid, "the own mail address leads to another DN");
    return entry_text(matches[0].entry);
  }();
  report_.step("Address book: Check Names", checked);
  const auto searched = [&]() -> Result<std::string> {
    const auto word = settings_.display_name.substr(0, settings_.display_name.find_first_of(" ,"));
    if (word.empty()) return std::string("nothing to look for");
    OXB_TRY(const auto found, book.search(word, 10, kEntryColumns));
    if (found.empty()) return fail(Errc::not_found, "searching for the own first name finds nobody");
    std::string names;
    for (const auto& row : found) names += (names.empty() ? "" : "; ") + entry_text(row);
    return fmt::format("\"{}\" finds {}", printable(word, 40), names);
  }();
  report_.step("Address book: search", searched);
  const auto unbound = book.unbind();
  report_.step("Address book: Unbind", unbound ? Result<std::string>("") : tl::unexpected(unbound.error()));
  return true;
}

bool Walk::open_mailbox() {
  mailbox_ = std::make_unique<MapiClient>(*web_, settings_.mapi_http->mail_store);
  const auto connected = mailbox_->connect(settings_.legacy_dn);
  if (!report_.step("Connect", connected ? Result<std::string>(printable(connected->display_name))
                                         : tl::unexpected(connected.error())))
    return false;
  const auto logon = mailbox_->log_on(settings_.legacy_dn);
  if (!logon) return report_.step("Logon", tl::unexpected(logon.error()));
  if (!report_.step("Logon", check_logon(*logon))) return false;
  report_.step("Store properties", store_properties());
  if (!report_.step("Receive folder", receive_folders())) return false;
  report_.step("Named properties", named_properties());
  report_.step("Special folders", special_folders());
  report_.step("Notifications", notifications());
  return true;
}

Result<std::string> Walk::check_logon(const rop::Logon::Response& logon) {
  if (logon.mailbox_guid.is_zero() || logon.replica_guid.is_zero())
    return fail(Errc::malformed, "the mailbox or replica GUID is empty");
  if (logon.mailbox_guid == logon.replica_guid) return fail(Errc::invalid, "mailbox and replica have the same GUID");
  for (std::size_t i = 0; i < logon.folders.size(); ++i)
    if (logon.folders[i].is_zero()) return fail(Errc::malformed, fmt::format("special folder {} is missing", i));
  return fmt::format("mailbox {}", to_text(logon.mailbox_guid));
}

Result<std::string> Walk::store_properties() {
  OXB_TRY(const auto bag,
          mailbox_->properties(mailbox_->logon(), {tag::kDisplayName, tag::kMailboxOwnerEntryId, tag::kMailboxOwnerName,
                                                   tag::kMaximumSubmitMessageSize, tag::kSerializedReplidGuidMap,
                                                   tag::kOutOfOfficeState, tag::kLocaleId, tag::kCodePageId}));
  if (!bag.has(tag::kMailboxOwnerEntryId)) return fail(Errc::not_found, "the store has no owner entry id");
  return printable(text_of(bag, tag::kDisplayName));
}

Result<std::string> Walk::receive_folders() {
  OXB_TRY(inbox_, mailbox_->receive_folder("IPM.Note"));
  if (inbox_ != mailbox_->logon_folder(rop::LogonFolder::inbox))
    return fail(Errc::invalid, "new mail does not arrive in the Inbox of the logon");
  OXB_TRY(const auto table, mailbox_->call<rop::GetReceiveFolderTable>(mailbox_->logon(), {0}));
  return fmt::format("{} message classes", table.response.rows.size());
}

Result<std::string> Walk::named_properties() {
  const std::vector<mapi::PropertyName> names = {lid::kAppointmentStartWhole, lid::kTaskStatus, lid::kFileUnder,
                                                 mapi::named::kKeywords};
  OXB_TRY(const auto ids, mailbox_->property_ids(names, std::vector<mapi::PropType>(names.size())));
  std::vector<mapi::PropId> numbers;
  for (const auto id : ids) {
    if (id.id() < 0x8000) return fail(Errc::invalid, "a named property got an id below 0x8000");
    numbers.push_back(id.id());
  }
  OXB_TRY(const auto back, mailbox_->call<rop::GetNamesFromPropertyIds>(mailbox_->logon(), {0, numbers}));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i >= back.response.names.size() || back.response.names[i] != names[i])
      return fail(Errc::invalid, "a property id does not lead back to its name");
  return fmt::format("{} names mapped and back", names.size());
}

// [MS-OXOSFLD] 2.2.3: where Outlook finds the calendar and the others.
Result<std::string> Walk::special_folders() {
  OXB_TRY(const auto inbox, mailbox_->open_folder(inbox_));
  OXB_TRY(pointers_, mailbox_->properties(inbox, {tag::kIpmAppointmentEntryId, tag::kIpmContactEntryId,
                                                  tag::kIpmTaskEntryId, tag::kIpmNoteEntryId, tag::kIpmJournalEntryId,
                                                  tag::kIpmDraftsEntryId, tag::kRemindersOnlineEntryId,
                                                  tag::kAdditionalRenEntryIds, tag::kAdditionalRenEntryIdsEx}));
  mailbox_->release(inbox);
  for (const auto pointer :
       {tag::kIpmAppointmentEntryId, tag::kIpmContactEntryId, tag::kIpmTaskEntryId, tag::kIpmDraftsEntryId}) {
    OXB_TRY(const auto folder, special_folder(pointer));
    OXB_TRY(const auto handle, mailbox_->open_folder(folder));
    mailbox_->release(handle);
  }
  return std::string("Calendar, Contacts, Tasks and Drafts open");
}

Result<Eid> Walk::special_folder(PropTag pointer) {
  const auto* bytes = pointers_.get<Bytes>(pointer);
  if (bytes == nullptr) return fail(Errc::not_found, fmt::format("{} is not set", mapi::tag_name(pointer)));
  auto folder = mailbox_->folder_of_entry_id(*bytes);
  if (!folder) return tl::unexpected(std::move(folder).error().in(mapi::tag_name(pointer)));
  return folder;
}

Result<std::string> Walk::notifications() {
  OXB_TRY(const auto handle, mailbox_->subscribe_store(rop::kNotifyNewMail | rop::kNotifyCreated | rop::kNotifyDeleted |
                                                       rop::kNotifyModified | rop::kNotifyMoved | rop::kNotifyCopied));
  if (handle.value == rop::kNoHandle) return fail(Errc::malformed, "the subscription got no handle");
  OXB_CHECK(mailbox_->ping());
  return std::string("subscribed to the whole store");
}

void Walk::close() {
  const auto disconnected = mailbox_->disconnect();
  report_.step("Disconnect", disconnected ? Result<std::string>("") : tl::unexpected(disconnected.error()));
}

int run_try(const TryOptions& options) {
  net::EventLoop loop(2, 1);
  return Walk(loop, options).run();
}

}  // namespace oxb::cli
