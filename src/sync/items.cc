// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/items.h"

#include "convert/message.h"
#include "proto/mapi/tags.h"
#include "sync/upload.h"

namespace oxb::sync {
namespace {

namespace tag = mapi::tag;

constexpr std::size_t kLargestRowValue = 8 * 1024;  // larger values are in the content only

bool is_large(const mapi::PropertyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size() > kLargestRowValue;
  if (const auto* bytes = std::get_if<Bytes>(&value)) return bytes->size() > kLargestRowValue;
  return false;
}

convert::MessageContext message_context(const ConvertContext& context) {
  convert::MessageContext out;
  out.owner_name = context.owner.display_name;
  out.own_addresses.push_back(context.owner.email);
  out.own_addresses.insert(out.own_addresses.end(), context.owner.aliases.begin(), context.owner.aliases.end());
  return out;
}

std::string digest(const std::string& text) { return to_text(named_guid(text)); }

template <class T>
Instant modified_of(const T& item) {
  return item.modified.value_or(Instant{});
}
Instant modified_of(const model::Series& series) {
  auto latest = series.master ? series.master->modified.value_or(Instant{}) : Instant{};
  for (const auto& e : series.exceptions) latest = std::max(latest, e.modified.value_or(Instant{}));
  return latest;
}
template <class T>
Instant created_of(const T& item) {
  return item.created.value_or(Instant{});
}
Instant created_of(const model::Series& series) {
  if (series.master) return series.master->created.value_or(Instant{});
  return series.exceptions.empty() ? Instant{} : series.exceptions.front().created.value_or(Instant{});
}

bool lacks(const std::vector<model::FileData>& files) {
  return std::ranges::any_of(files, [](const auto& f) { return !f.data && f.uri.empty(); });
}

}  // namespace

std::string version_of_item(const backend::Item& item) {
  const auto* series = std::get_if<model::Series>(&item);
  if (!series || series->exceptions.empty()) return backend::version_of(item).value;
  std::string all = backend::version_of(item).value;
  for (const auto& e : series->exceptions) all.append("\n").append(e.id.value).append(" ").append(e.version.value);
  return digest(all);
}

std::string identity_of_item(const backend::Item& item) {
  if (const auto* series = std::get_if<model::Series>(&item)) {
    if (series->master) return series->master->uid;
    // Occurrences of a series that the user was invited to one by one share their UID: the id tells them apart.
    return series->exceptions.empty() ? std::string()
                                      : series->exceptions.front().uid + " " + series->exceptions.front().id.value;
  }
  if (const auto* contact = std::get_if<model::Contact>(&item)) return contact->uid;
  if (const auto* list = std::get_if<model::DistributionList>(&item)) return list->uid;
  return std::get<model::Task>(item).uid;
}

bool lacks_bytes(const backend::Item& item) {
  if (const auto* series = std::get_if<model::Series>(&item)) {
    return (series->master && lacks(series->master->attachments)) ||
           std::ranges::any_of(series->exceptions, [](const auto& e) { return lacks(e.attachments); });
  }
  if (const auto* contact = std::get_if<model::Contact>(&item))
    return lacks(contact->attachments) || (contact->image && !contact->image->data);
  if (const auto* task = std::get_if<model::Task>(&item)) return lacks(task->attachments);
  return false;
}

replica::WriteTx::MessageChange row_of(const backend::Item& item, const mapi::Content& content) {
  replica::WriteTx::MessageChange change;
  auto& row = change.row;
  row.remote = backend::id_of(item);
  row.remote_version = version_of_item(item);
  row.remote_identity = identity_of_item(item);
  row.read = true;  // the backend keeps no read state of such items
  row.created = std::visit([](const auto& i) { return created_of(i); }, item);
  row.modified = std::visit([](const auto& i) { return modified_of(i); }, item);
  for (const auto& p : content.properties.all())
    if (!is_large(p.value)) row.properties.set(p.tag, p.value);
  for (const auto& n : content.named)
    if (!is_large(n.value)) change.named.push_back(n);
  return change;
}

MailRow row_of(const model::MailSummary& mail, const ConvertContext& context) {
  MailRow out;
  out.uid = mail.uid;
  out.hidden = mail.flags.deleted;
  out.flags_only = mail.headers.empty();
  auto& row = out.change.row;
  row.read = mail.flags.seen;
  if (out.flags_only) {
    const auto content = convert::flag_properties(mail.flags, convert::Attachments::none);
    row.properties = content.properties;
    out.change.named = content.named;
    return out;
  }
  row.created = row.modified = mail.received;
  out.mark = mark_in(mail.headers);
  row.remote_identity = identity_of_mail(mail);
  auto message = convert::context_of(mail, message_context(context));
  message.search_key_seed = row.remote_identity;
  auto content = convert::message_summary(mail, message);
  row.properties = std::move(content.properties);
  out.change.named = std::move(content.named);
  return out;
}

std::string identity_of_mail(const model::MailSummary& mail) {
  if (!mail.global_id.empty()) return "id " + mail.global_id;
  return "hash " +
         digest(fmt::format("{} {} {}", as_text(mail.headers), mail.size, mail.received.time_since_epoch().count()));
}

Result<mapi::Content> convert_mail(ByteView raw, const replica::MessageRow& row, const ConvertContext& context) {
  auto message = message_context(context);
  message.received = row.created;
  message.size = raw.size();
  message.search_key_seed = row.remote_identity;
  message.flags.seen = row.read;
  auto content = convert::message_from_mime(raw, message);
  if (content) return content;
  return convert::message_placeholder(raw, content.error().what, message);
}

// Item conversion: convert_pim.cc.

}  // namespace oxb::sync
