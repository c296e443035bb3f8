// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/properties.h"

#include "base/text.h"
#include "proto/mapi/tags.h"
#include "session/attachment_source.h"
#include "session/draft.h"
#include "session/folder_source.h"
#include "session/message_source.h"
#include "session/rights.h"
#include "session/rops/lookup.h"
#include "session/search.h"
#include "session/session.h"
#include "session/stream.h"
#include "sync/bodies.h"

#include <algorithm>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using mapi::PropertyValue;

// What a folder has in fields of its own.
bool is_folder_field(mapi::PropId id) {
  return id == tag::kDisplayName.id() || id == tag::kContainerClass.id() || id == tag::kAttributeHidden.id();
}

// A value in the form in which it is kept: Unicode, and something that can be kept at all. nullopt: it cannot.
std::optional<PropertyValue> storable(const PropertyValue& value, std::uint32_t code_page) {
  if (std::holds_alternative<std::monostate>(value) || std::holds_alternative<mapi::ErrorValue>(value) ||
      std::holds_alternative<mapi::ObjectValue>(value) || std::holds_alternative<mapi::RestrictionValue>(value))
    return std::nullopt;
  const auto type = mapi::type_of(value);
  if (type == mapi::PropType::string8) return converted(Value(&value), mapi::PropType::string, code_page).take();
  if (type == mapi::PropType::multi_string8)
    return converted(Value(&value), mapi::PropType::multi_string, code_page).take();
  return value;
}

bool is_empty_list(const PropertyValue& value) {
  return is_multi_value(mapi::type_of(value)) && members(value).empty();
}

// What remains of a change when computed properties and impossible values are taken out.
struct Accepted {
  std::vector<mapi::Property> set;
  std::vector<mapi::PropTag> erase;
  std::vector<rop::PropertyProblem> problems;
};

Accepted accept(const PropertyChange& change, bool (*is_computed)(mapi::PropId), std::uint32_t code_page) {
  Accepted out;
  for (std::size_t i = 0; i < change.set.size(); ++i) {
    const auto& property = change.set[i];
    if (is_computed(property.tag.id())) continue;
    if (is_empty_list(property.value)) {  // a multi-value without members is an absent property
      out.erase.push_back(property.tag);
      continue;
    }
    auto value = storable(property.value, code_page);
    if (!value) {
      out.problems.push_back({static_cast<std::uint16_t>(i), property.tag, EcCode::invalid_parameter});
      continue;
    }
    const auto kept = property.tag.with(mapi::type_of(*value));
    out.set.push_back({kept, std::move(*value)});
  }
  for (const auto erased : change.erase)
    if (!is_computed(erased.id())) out.erase.push_back(erased);
  return out;
}

// Takes the folder's own fields out of a change; those that are as asked already are left out.
std::vector<mapi::Property> take_fields(Accepted& accepted, const FolderSource& folder) {
  std::vector<mapi::Property> out;
  std::erase_if(accepted.set, [&](const mapi::Property& property) {
    if (!is_folder_field(property.tag.id())) return false;
    const auto has = folder.find(property.tag);
    if (!has || *has != property.value) out.push_back(property);
    return true;
  });
  std::erase_if(accepted.erase, [](mapi::PropTag t) { return is_folder_field(t.id()); });
  return out;
}

// Changes what the replica alone decides of a folder.
Answer<void> put_row(Call& call, FolderId folder, const std::function<void(replica::FolderRow&)>& change) {
  std::optional<replica::FolderRow> row;
  OXB_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(row, tx.folder(folder));
    if (!row) return {};
    change(*row);
    OXB_TRY(const auto put, tx.put_folder(*row));
    static_cast<void>(put);
    return {};
  }));
  if (!row) return refuse(EcCode::object_deleted);
  call.mailbox().post({event_of(*row, sync::MailboxEvent::Kind::folder_modified)});
  return {};
}

// Name and kind are the backend's business, where it has the folder [MS-OXCFOLD] 2.2.2.2.2.
Task<Answer<void>> set_field(Call& call, replica::FolderRow row, mapi::Property property) {
  if (property.tag.id() == tag::kAttributeHidden.id()) {
    const auto* hidden = std::get_if<bool>(&property.value);
    if (hidden == nullptr) co_return refuse(EcCode::invalid_parameter);
    co_return put_row(call, row.id, [hidden](replica::FolderRow& now) { now.hidden = *hidden; });
  }
  const auto* text = std::get_if<std::string>(&property.value);
  const bool is_name = property.tag.id() == tag::kDisplayName.id();
  if (text == nullptr || (is_name && trim(*text).empty())) co_return refuse(EcCode::invalid_parameter);
  if (row.special != replica::Special::none || !may_administer(row)) co_return refuse(EcCode::access_denied);
  const bool is_search = row.source == replica::Source::search;
  if (is_name && is_search) co_return move_search_folder(call, row, row.parent, *text);
  if (is_search) co_return put_row(call, row.id, [text](replica::FolderRow& now) { now.container_class = *text; });
  auto& writer = call.mailbox().writer();
  if (is_name)
    OXB_CO_CHECK(co_await writer.move_folder(row.id, row.parent, *text, call.wait()));
  else
    OXB_CO_CHECK(co_await writer.set_container_class(row.id, *text, call.wait()));
  co_return Answer<void>{};
}

Task<Answer<std::vector<rop::PropertyProblem>>> change_folder(Call& call, const Folder& folder, PropertyChange change) {
  auto accepted = accept(change, is_computed_folder_property, folder.logon->code_page);
  OXB_CO_TRY(const auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.folder(folder.id); }));
  if (!row) co_return refuse(EcCode::object_deleted);
  const auto fields = take_fields(accepted, FolderSource(call.store(), *row, nullptr));
  for (const auto& field : fields) {
    const auto done = co_await set_field(call, *row, field);
    if (done) continue;
    const auto at =
        std::find_if(change.set.begin(), change.set.end(), [&](const auto& p) { return p.tag.id() == field.tag.id(); });
    accepted.problems.push_back({static_cast<std::uint16_t>(at - change.set.begin()), at->tag, done.error().code});
  }
  if (accepted.set.empty() && accepted.erase.empty()) co_return std::move(accepted.problems);
  OXB_CO_CHECK(call.replica().write(
      [&](replica::WriteTx& tx) { return tx.set_folder_properties(folder.id, accepted.set, accepted.erase); }));
  call.mailbox().post({event_of(*row, sync::MailboxEvent::Kind::folder_modified)});
  co_return std::move(accepted.problems);
}

// What a client may not change of a message that was saved before, beside what is computed.
bool is_fixed(const Message& message, mapi::PropId id) {
  return message.row.kind == replica::ContentsKind::normal && !message.is_embedded && !message.is_new() &&
         id == tag::kMessageFlags.id();
}

// A reply needs them: clients that save a copy of what they know erase them.
bool is_kept(const Message& message, mapi::PropId id) {
  return message.row.kind == replica::ContentsKind::normal &&
         (id == tag::kSenderAddressType.id() || id == tag::kSentRepresentingAddressType.id());
}

Answer<std::vector<rop::PropertyProblem>> change_message(Call& call, Message& message, const PropertyChange& change) {
  constexpr std::int32_t kRead = 1;
  if (!message.writable) return refuse(EcCode::access_denied);
  auto accepted = accept(change, is_computed_message_property, message.code_page);
  std::erase_if(accepted.set, [&](const auto& property) { return is_fixed(message, property.tag.id()); });
  std::erase_if(accepted.erase, [&](auto t) { return is_fixed(message, t.id()) || is_kept(message, t.id()); });
  for (const auto& property : accepted.set)
    if (const auto* flags = std::get_if<std::int32_t>(&property.value); property.tag == tag::kMessageFlags && flags)
      message.row.read = (*flags & kRead) != 0;
  if (!accepted.set.empty() || !accepted.erase.empty())
    OXB_CHECK(apply(call, message, {std::move(accepted.set), std::move(accepted.erase)}));
  return std::move(accepted.problems);
}

Answer<std::vector<rop::PropertyProblem>> change_attachment(Call& call, Attachment& attachment,
                                                            const PropertyChange& change) {
  if (!attachment.writable) return refuse(EcCode::access_denied);
  auto accepted = accept(change, is_computed_attachment_property, attachment.message->code_page);
  if (!accepted.set.empty() || !accepted.erase.empty())
    OXB_CHECK(apply(call, attachment, {std::move(accepted.set), std::move(accepted.erase)}));
  return std::move(accepted.problems);
}

Result<> with_store(Call& call, const Logon& logon, replica::ReadTx& tx, const WithSource& fn) {
  OXB_TRY(const auto stored, tx.store_properties());
  OXB_TRY(const auto specials, special_folders(tx));
  OXB_TRY(auto replicas, foreign_replicas(tx));
  return fn(StoreSource(call.store(), stored, specials, logon.code_page, call.session().locale(), std::move(replicas)));
}

Result<bool> with_folder(Call& call, const Folder& folder, replica::ReadTx& tx, const WithSource& fn) {
  OXB_TRY(const auto row, tx.folder(folder.id));
  if (!row) return false;
  OXB_TRY(const auto specials, special_folders(tx));
  OXB_CHECK(fn(FolderSource(call.store(), *row, &specials)));
  return true;
}

// A message with the bodies that follow from its native one.
class OpenedMessage final : public PropertySource {
 public:
  OpenedMessage(const Store& store, const Message& message, replica::ReadTx& tx)
      : message_(message), source_(store, message.row, message.content, &tx, message.access, message.writable) {}
  Value find(mapi::PropTag wanted) const override {
    auto value = source_.find(wanted);
    if (!sync::is_body_property(wanted.id())) return value;
    // PidTagHtml and PidTagBodyHtml share an id.
    const bool fits = value && static_cast<bool>(converted(value, wanted.type(), message_.code_page));
    return fits ? value : body_of(message_, wanted);
  }
  std::vector<mapi::PropTag> tags() const override { return source_.tags(); }
  std::vector<const mapi::PropertyBag*> children(mapi::PropTag which) const override { return source_.children(which); }

 private:
  const Message& message_;
  MessageSource source_;
};

}  // namespace

Answer<void> with_properties(Call& call, const std::shared_ptr<Object>& object, const WithSource& fn) {
  bool exists = true;
  auto status = call.replica().read([&](replica::ReadTx& tx) -> Result<> {
    if (const auto* logon = dynamic_cast<const Logon*>(object.get())) return with_store(call, *logon, tx, fn);
    if (const auto* folder = dynamic_cast<const Folder*>(object.get())) {
      OXB_TRY(exists, with_folder(call, *folder, tx, fn));
      return {};
    }
    if (const auto* message = dynamic_cast<const Message*>(object.get()))
      return fn(OpenedMessage(call.store(), *message, tx));
    if (const auto* attachment = dynamic_cast<const Attachment*>(object.get())) {
      const auto* value = attachment->value();
      exists = value != nullptr;
      return exists ? fn(AttachmentSource(*value, attachment->number, attachment->writable)) : Result<>{};
    }
    return fail(Errc::unsupported, "this object has no properties");
  });
  if (!status) return tl::unexpected(Failure(status.error()));
  if (!exists) return refuse(EcCode::object_deleted);
  return {};
}

Task<Answer<void>> load_content(Call& call, Message& message) {
  if (message.draft || (message.content && !message.is_outdated) || message.row.id.value == 0) co_return Answer<void>{};
  if (message.row.kind == replica::ContentsKind::associated) {
    OXB_CO_TRY(message.content, call.replica().read([&](replica::ReadTx& tx) { return tx.content(message.row.id); }));
    if (!message.content) message.content = std::make_shared<mapi::Content>();  // all of it stands in the row
    co_return Answer<void>{};
  }
  // Cached or not, the mailbox is asked: it sees what is read and fetches ahead.
  auto content = co_await call.mailbox().content(message.row.id, call.wait());
  // What was saved is known here, also when it cannot be read again at once, or is gone because it was sent.
  if (!content && message.is_outdated) {
    message.is_outdated = content.error().code != Errc::not_found;
    co_return Answer<void>{};
  }
  if (!content) co_return tl::unexpected(Failure(content.error()));
  message.content = *std::move(content);
  message.is_outdated = false;
  message.bodies.clear();
  // What the row says of the message may have changed while the backend was asked.
  OXB_CO_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.message(message.row.id); }));
  if (!row) co_return refuse(EcCode::not_found);
  message.row = *std::move(row);
  co_return Answer<void>{};
}

Value body_of(const Message& message, mapi::PropTag wanted) {
  if (!message.content || !sync::is_body_property(wanted.id())) return {};
  // Either string type is asked for; text is made as Unicode.
  if (wanted.type() == mapi::PropType::string8) wanted = wanted.with(mapi::PropType::string);
  if (wanted.type() == mapi::PropType::unspecified)
    wanted = wanted.with(wanted.id() == tag::kBody.id() ? mapi::PropType::string : mapi::PropType::binary);
  auto at = message.bodies.find(wanted);
  if (at == message.bodies.end())
    at = message.bodies.emplace(wanted, sync::body_property(message.content->properties, wanted)).first;
  return at->second ? Value(&*at->second) : Value();
}

Task<Answer<std::vector<rop::PropertyProblem>>> change_properties(Call& call, std::shared_ptr<Object> object,
                                                                  PropertyChange change) {
  if (const auto* folder = dynamic_cast<const Folder*>(object.get()))
    co_return co_await change_folder(call, *folder, std::move(change));
  if (auto* message = dynamic_cast<Message*>(object.get())) {
    OXB_CO_CHECK(co_await load_content(call, *message));
    co_return change_message(call, *message, change);
  }
  if (auto* attachment = dynamic_cast<Attachment*>(object.get())) {
    OXB_CO_CHECK(co_await load_content(call, *attachment->message));
    co_return change_attachment(call, *attachment, change);
  }
  if (const auto* logon = dynamic_cast<const Logon*>(object.get())) {
    auto accepted = accept(change, is_computed_store_property, logon->code_page);
    OXB_CO_CHECK(call.replica().write(
        [&](replica::WriteTx& tx) { return tx.set_store_properties(accepted.set, accepted.erase); }));
    co_return std::move(accepted.problems);
  }
  co_return refuse(EcCode::not_supported);
}

Task<Answer<void>> commit_stream(Call& call, Stream& stream) {
  if (!stream.writable || !stream.is_dirty) co_return Answer<void>{};
  // The bytes of an object are kept as they are [MS-OXCMSG] 2.2.2.8.
  const bool is_object = stream.tag.type() == mapi::PropType::object;
  const auto kept = is_object ? stream.tag.with(mapi::PropType::binary) : stream.tag;
  OXB_CO_TRY(auto value, stream_value(stream.bytes(), kept.type()));
  PropertyChange change;
  change.set.push_back({kept, std::move(value)});
  OXB_CO_TRY(const auto problems, co_await change_properties(call, stream.target, std::move(change)));
  if (!problems.empty()) co_return refuse(problems[0].error);
  stream.is_dirty = false;
  co_return Answer<void>{};
}

}  // namespace oxb::session
