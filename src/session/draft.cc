// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/draft.h"

#include "proto/mapi/tags.h"
#include "session/session.h"
#include "sync/bodies.h"

#include <algorithm>
#include <array>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;

constexpr std::size_t kPropertyBytes = 16;  // beside its value

template <class T>
std::size_t list_size(const std::vector<T>& items) {
  return items.size() * sizeof(T);
}
std::size_t list_size(const std::vector<std::string>& items) {
  std::size_t size = 0;
  for (const auto& item : items) size += item.size() + kPropertyBytes;
  return size;
}
std::size_t list_size(const std::vector<mapi::String8>& items) {
  std::size_t size = 0;
  for (const auto& item : items) size += item.bytes.size() + kPropertyBytes;
  return size;
}
std::size_t list_size(const std::vector<Bytes>& items) {
  std::size_t size = 0;
  for (const auto& item : items) size += item.size() + kPropertyBytes;
  return size;
}

struct SizeOf {
  std::size_t operator()(const std::string& x) const { return x.size(); }
  std::size_t operator()(const mapi::String8& x) const { return x.bytes.size(); }
  std::size_t operator()(const Bytes& x) const { return x.size(); }
  std::size_t operator()(const mapi::ServerId& x) const { return x.bytes.size(); }
  std::size_t operator()(const mapi::RuleActions& x) const { return x.bytes.size(); }
  template <class T>
  std::size_t operator()(const std::vector<T>& x) const {
    return list_size(x);
  }
  template <class T>
  std::size_t operator()(const T&) const {
    return sizeof(T);
  }
};

std::string text_of(const mapi::PropertyBag& bag, mapi::PropTag t) {
  const auto* text = bag.get<std::string>(t);
  return text != nullptr ? *text : std::string();
}

// Up to three characters that are no digits, a colon and a blank [MS-OXCMSG] 2.2.1.9, 3.2.4.
std::size_t prefix_length(std::string_view subject) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < subject.size(); ++at) {
    const auto c = static_cast<unsigned char>(subject[at]);
    if (c == ':') {
      const bool follows = at + 1 < subject.size() && subject[at + 1] == ' ';
      return characters > 0 && follows ? at + 2 : 0;
    }
    if ((c >= '0' && c <= '9') || c == ' ') return 0;
    if ((c & 0xC0U) != 0x80U && ++characters > 3) return 0;
  }
  return 0;
}

bool has(const std::vector<mapi::Property>& set, mapi::PropId id) {
  return std::any_of(set.begin(), set.end(), [id](const auto& property) { return property.tag.id() == id; });
}

// The subject and its two parts say the same.
void follow_subject(Message& message, const std::vector<mapi::Property>& set) {
  auto& bag = message.draft->properties;
  const bool whole = has(set, tag::kSubject.id());
  const bool parts = has(set, tag::kSubjectPrefix.id()) || has(set, tag::kNormalizedSubject.id());
  if (!whole && !parts) return;
  if (!parts) {
    const auto subject = text_of(bag, tag::kSubject);
    const auto length = prefix_length(subject);
    bag.set(tag::kSubjectPrefix, subject.substr(0, length));
    bag.set(tag::kNormalizedSubject, subject.substr(length));
  } else if (!whole) {
    bag.set(tag::kSubject, text_of(bag, tag::kSubjectPrefix) + text_of(bag, tag::kNormalizedSubject));
  }
  for (const auto t : {tag::kSubject, tag::kSubjectPrefix, tag::kNormalizedSubject}) message.changed.insert(t.id());
}

// One body form replaces the others, except those that the client wrote itself since the last save.
void follow_body(Message& message, mapi::PropId written) {
  constexpr std::int32_t kText = 1, kRtf = 2, kHtml = 3;
  auto& bag = message.draft->properties;
  message.written_bodies.insert(written);
  for (const auto t : {tag::kBody, tag::kHtml, tag::kRtfCompressed}) {
    if (message.written_bodies.contains(t.id()) || !bag.erase(t.id())) continue;
    message.changed.insert(t.id());
  }
  const bool has_html = bag.has(tag::kHtml);
  const bool has_rtf = bag.has(tag::kRtfCompressed);
  const bool has_text = bag.has(tag::kBody);
  // Whether rich text agrees with the other form is what the client says; alone it always does.
  const auto* says = bag.get<bool>(tag::kRtfInSync);
  const bool in_sync = says == nullptr || *says || (!has_html && !has_text);
  const std::int32_t native = has_rtf && in_sync ? kRtf : has_html ? kHtml : kText;
  bag.set(tag::kNativeBody, native);
  bag.set(tag::kRtfInSync, native == kRtf);
  message.changed.insert(tag::kNativeBody.id());
  message.changed.insert(tag::kRtfInSync.id());
}

Answer<void> check_room(Call& call, std::size_t bytes) {
  if (bytes > call.session().write_room()) return refuse(EcCode::not_enough_memory);
  return {};
}

// Messages inside messages, this one's attachment included.
unsigned nesting(const mapi::Attachment& attachment) {
  if (!attachment.embedded) return 0;
  unsigned deepest = 0;
  for (const auto& inner : attachment.embedded->attachments) deepest = std::max(deepest, nesting(inner));
  return deepest + 1;
}

Answer<void> check_depth(Call& call, const Message& message, const mapi::Attachment& attachment) {
  if (message.depth + nesting(attachment) > call.session().limits().embedded_depth)
    return refuse(EcCode::not_enough_memory);
  return {};
}

std::size_t size_of(const DraftChange& change) {
  std::size_t size = 0;
  for (const auto& property : change.set) size += session::size_of(property.value) + kPropertyBytes;
  return size;
}

}  // namespace

std::size_t size_of(const mapi::PropertyValue& value) { return std::visit(SizeOf{}, value); }

std::size_t size_of(const mapi::PropertyBag& bag) {
  std::size_t size = 0;
  for (const auto& property : bag.all()) size += size_of(property.value) + kPropertyBytes;
  return size;
}

std::size_t size_of(const mapi::Attachment& attachment) {
  return size_of(attachment.properties) + (attachment.embedded ? size_of(*attachment.embedded) : 0);
}

std::size_t size_of(const mapi::Content& content) {
  auto size = size_of(content.properties);
  for (const auto& recipient : content.recipients) size += size_of(recipient.properties);
  for (const auto& attachment : content.attachments) size += size_of(attachment);
  return size;
}

void count(Message& message) { message.charge.set(message.draft ? size_of(*message.draft) : 0); }
void count(Attachment& attachment) { attachment.charge.set(attachment.draft ? size_of(*attachment.draft) : 0); }

Answer<mapi::Content*> edit(Call& call, Message& message, std::size_t more) {
  if (!message.writable) return refuse(EcCode::access_denied);
  message.charge.count_in(call.session().unsaved_bytes());
  if (!message.draft) {
    OXB_CHECK(check_room(call, more + (message.content ? size_of(*message.content) : 0)));
    // Numbers are those of the content that the draft is made from.
    message.recipient_ids();
    message.attachment_numbers();
    message.draft =
        message.content ? std::make_shared<mapi::Content>(*message.content) : std::make_shared<mapi::Content>();
    auto& bag = message.draft->properties;
    for (const auto& property : message.row.properties.all()) {
      if (std::holds_alternative<std::monostate>(property.value))
        bag.erase(property.tag.id());  // deleted here, whatever the backend has
      else
        bag.set(property.tag, property.value);
    }
    message.row.properties = {};
    message.content = message.draft;
    count(message);
  } else {
    OXB_CHECK(check_room(call, more));
  }
  message.bodies.clear();
  return message.draft.get();
}

Answer<mapi::Attachment*> edit(Call& call, Attachment& attachment, std::size_t more) {
  if (!attachment.writable || !attachment.message->writable) return refuse(EcCode::access_denied);
  attachment.charge.count_in(call.session().unsaved_bytes());
  if (!attachment.draft) {
    const auto* stored = attachment.value();
    if (stored == nullptr) return refuse(EcCode::object_deleted);
    OXB_CHECK(check_room(call, more + size_of(*stored)));
    attachment.draft = std::make_shared<mapi::Attachment>(*stored);
    count(attachment);
  } else {
    OXB_CHECK(check_room(call, more));
  }
  return attachment.draft.get();
}

Answer<void> apply(Call& call, Message& message, DraftChange change) {
  OXB_TRY(auto* draft, edit(call, message, size_of(change)));
  auto& bag = draft->properties;
  for (auto& property : change.set) {
    message.changed.insert(property.tag.id());
    bag.set(property.tag, property.value);
  }
  for (const auto erased : change.erase) {
    if (!bag.erase(erased.id())) continue;
    message.changed.insert(erased.id());
    message.written_bodies.erase(erased.id());
  }
  follow_subject(message, change.set);
  for (const auto& property : change.set)
    if (sync::is_body_property(property.tag.id())) follow_body(message, property.tag.id());
  count(message);
  return {};
}

Answer<void> apply(Call& call, Attachment& attachment, DraftChange change) {
  OXB_TRY(auto* draft, edit(call, attachment, size_of(change)));
  for (auto& property : change.set) {
    // The size that the backend named is that of other data.
    if (property.tag.id() == tag::kAttachDataBinary.id()) draft->properties.erase(tag::kAttachSize.id());
    draft->properties.set(property.tag, std::move(property.value));
  }
  for (const auto erased : change.erase) draft->properties.erase(erased.id());
  count(attachment);
  return {};
}

Answer<void> apply(Call& call, Message& message, std::vector<RecipientChange> changes) {
  std::size_t more = 0;
  for (const auto& change : changes)
    if (change.properties) more += size_of(*change.properties);
  OXB_TRY(auto* draft, edit(call, message, more));
  auto& list = draft->recipients;
  auto& ids = message.recipient_ids_;
  const auto most = call.session().limits().recipients;
  for (auto& change : changes) {
    const auto at = std::lower_bound(ids.begin(), ids.end(), change.row_id);
    const auto index = at - ids.begin();
    const bool known = at != ids.end() && *at == change.row_id;
    if (!change.properties) {
      if (!known) continue;
      ids.erase(at);
      list.erase(list.begin() + index);
    } else if (known) {
      list[static_cast<std::size_t>(index)].properties = *std::move(change.properties);
    } else {
      if (list.size() >= most) return refuse(EcCode::not_enough_memory);
      ids.insert(at, change.row_id);
      list.insert(list.begin() + index, mapi::Recipient{*std::move(change.properties)});
    }
    message.recipients_changed = true;
  }
  follow_lists(*draft);
  count(message);
  return {};
}

Answer<void> remove_recipients(Call& call, Message& message) {
  OXB_TRY(auto* draft, edit(call, message));
  message.recipients_changed = message.recipients_changed || !draft->recipients.empty();
  draft->recipients.clear();
  message.recipient_ids_.clear();
  follow_lists(*draft);
  count(message);
  return {};
}

Answer<void> put_attachment(Call& call, Attachment& attachment) {
  if (!attachment.draft) return {};
  auto& message = *attachment.message;
  OXB_CHECK(check_depth(call, message, *attachment.draft));
  OXB_TRY(auto* draft, edit(call, message, size_of(*attachment.draft)));
  auto value = *attachment.draft;
  if (const auto index = message.attachment_index(attachment.number)) {
    draft->attachments[*index] = std::move(value);
  } else {
    if (draft->attachments.size() >= call.session().limits().attachments) return refuse(EcCode::not_enough_memory);
    draft->attachments.push_back(std::move(value));
    message.attachment_numbers_.push_back(attachment.number);
  }
  attachment.draft.reset();
  count(attachment);
  message.attachments_changed = true;
  follow_lists(*draft);
  count(message);
  return {};
}

Answer<void> remove_attachment(Call& call, Message& message, std::uint32_t number) {
  if (!message.attachment_index(number)) return refuse(EcCode::not_found);
  OXB_TRY(auto* draft, edit(call, message));
  const auto index = static_cast<std::ptrdiff_t>(*message.attachment_index(number));
  message.reserve_attachment_numbers();
  draft->attachments.erase(draft->attachments.begin() + index);
  message.attachment_numbers_.erase(message.attachment_numbers_.begin() + index);
  message.attachments_changed = true;
  follow_lists(*draft);
  count(message);
  return {};
}

Answer<void> copy_recipients(Call& call, const Message& from, Message& to) {
  if (!from.content) return {};
  std::size_t more = 0;
  for (const auto& recipient : from.content->recipients) more += size_of(recipient.properties);
  OXB_TRY(auto* draft, edit(call, to, more));
  if (from.content->recipients.size() > call.session().limits().recipients) return refuse(EcCode::not_enough_memory);
  draft->recipients = from.content->recipients;
  to.recipient_ids_ = from.recipient_ids();
  to.recipients_changed = true;
  follow_lists(*draft);
  count(to);
  return {};
}

Answer<void> copy_attachments(Call& call, const Message& from, Message& to) {
  if (!from.content) return {};
  std::size_t more = 0;
  for (const auto& attachment : from.content->attachments) {
    OXB_CHECK(check_depth(call, to, attachment));
    more += size_of(attachment);
  }
  OXB_TRY(auto* draft, edit(call, to, more));
  if (from.content->attachments.size() > call.session().limits().attachments) return refuse(EcCode::not_enough_memory);
  to.reserve_attachment_numbers();
  draft->attachments.clear();
  to.attachment_numbers_.clear();
  for (const auto& attachment : from.content->attachments) {
    const auto number = to.take_attachment_number();
    draft->attachments.push_back(attachment);
    to.attachment_numbers_.push_back(number);
  }
  to.attachments_changed = true;
  follow_lists(*draft);
  count(to);
  return {};
}

void follow_lists(mapi::Content& content) {
  constexpr std::array kNames = {tag::kDisplayTo, tag::kDisplayCc, tag::kDisplayBcc};
  std::array<std::string, kNames.size()> names;
  for (const auto& recipient : content.recipients) {
    const auto* type = recipient.properties.get<std::int32_t>(tag::kRecipientType);
    const auto kind = static_cast<std::uint32_t>(type != nullptr ? *type : 1) & 0x0FU;
    if (kind < 1 || kind > names.size()) continue;
    auto name = text_of(recipient.properties, tag::kDisplayName);
    if (name.empty()) name = text_of(recipient.properties, tag::kEmailAddress);
    auto& list = names[kind - 1];
    if (!list.empty()) list += "; ";
    list += name;
  }
  for (std::size_t i = 0; i < kNames.size(); ++i) content.properties.set(kNames[i], names[i]);
  const auto is_visible = [](const mapi::Attachment& attachment) {
    const auto* hidden = attachment.properties.get<bool>(tag::kAttachmentHidden);
    return hidden == nullptr || !*hidden;
  };
  content.properties.set(tag::kHasAttachments,
                         std::any_of(content.attachments.begin(), content.attachments.end(), is_visible));
}

void drop_draft(Message& message) {
  if (!message.draft) return;
  message.draft.reset();
  message.content.reset();
  message.changed.clear();
  message.written_bodies.clear();
  message.recipients_changed = message.attachments_changed = false;
  message.bodies.clear();
  message.forget_numbers();
  count(message);
}

}  // namespace oxb::session
