// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/mailbox.h"

#include "base/text.h"
#include "convert/global_object_id.h"
#include "format/rtf/rtf.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace oxb::data {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using cli::Handle;
using mapi::Eid;
using mapi::PropertyBag;
using mapi::PropTag;

constexpr std::size_t kMostBytes = 64U << 20;
constexpr std::size_t kMostItems = 100'000;
constexpr int kDeepest = 20;
constexpr std::size_t kReleasedAtOnce = 50;
constexpr std::int32_t kEmbedded = 5;  // PidTagAttachMethod

std::string text_of(const PropertyBag& bag, PropTag tag) {
  const auto* text = bag.get<std::string>(tag);
  return text != nullptr ? *text : std::string();
}
template <class T>
T value_of(const PropertyBag& bag, PropTag tag) {
  const auto* value = bag.get<T>(tag);
  return value != nullptr ? *value : T{};
}
std::optional<Instant> time_of(const PropertyBag& bag, PropTag tag) {
  const auto* time = bag.get<mapi::FileTime>(tag);
  return time != nullptr ? std::optional(mapi::instant(*time)) : std::nullopt;
}

std::string utf8_of(const Bytes& utf16) {
  std::u16string wide(utf16.size() / 2, u'\0');
  if (!wide.empty()) std::memcpy(wide.data(), utf16.data(), wide.size() * 2);
  while (!wide.empty() && wide.back() == u'\0') wide.pop_back();
  return utf8_from_utf16(wide);
}

class Reader {
 public:
  explicit Reader(cli::MapiClient& client) : client_(client) {}

  Result<> prepare() {
    const std::vector<mapi::Lid> lids = {lid::kGlobalObjectId,      lid::kAppointmentStartWhole,
                                         lid::kRecurring,           lid::kAppointmentRecur,
                                         lid::kEmail1EmailAddress,  lid::kEmail2EmailAddress,
                                         lid::kEmail3EmailAddress,  lid::kFileUnder,
                                         lid::kAppointmentEndWhole, lid::kLocation};
    std::vector<mapi::PropType> types;
    for (const auto& each : lids) types.push_back(each.type);
    OXB_TRY(named_, client_.property_ids({lids.begin(), lids.end()}, types));
    return {};
  }

  Result<> folder(const cli::FolderInfo& info, const std::string& path, std::vector<SeenItem>& items) {
    OXB_TRY(const auto handle, client_.open_folder(info.id));
    cli::MapiClient::Query query;
    query.columns = {tag::kMid, tag::kSubject, tag::kMessageClass, tag::kMessageSize};
    query.most = kMostItems;
    OXB_TRY(const auto rows, client_.contents(handle, std::move(query)));
    client_.release(handle);
    for (const auto& row : rows.rows) {
      SeenItem item;
      item.folder = path;
      item.container_class = info.container_class;
      item.row_subject = text_of(row, tag::kSubject);
      item.size = static_cast<std::size_t>(value_of<std::int32_t>(row, tag::kMessageSize));
      open(info.id, Eid::from_property(value_of<std::int64_t>(row, tag::kMid)), item);
      items.push_back(std::move(item));
    }
    release_all();
    return {};
  }

 private:
  void open(Eid folder, Eid id, SeenItem& item) {
    auto opened = client_.open_message(folder, id, {tag::kSubject});
    if (!opened) return item.problems.push_back(opened.error().what);
    item.recipients = opened->recipients.size();
    message(opened->handle, item, 0);
    let_go(opened->handle);
  }

  // Many at once: a tree of files is a thousand items.
  void let_go(Handle handle) {
    unused_.push_back(handle.value);
    if (unused_.size() == kReleasedAtOnce) release_all();
  }
  void release_all() {
    std::vector<rop::RopRequest> rops;
    for (std::size_t i = 0; i < unused_.size(); ++i)
      rops.push_back(rop::RopRequest::of<rop::Release>(0, {static_cast<std::uint8_t>(i)}));
    if (!rops.empty()) static_cast<void>(client_.execute(std::move(rops), std::exchange(unused_, {})));
  }

  // All properties; those that are too large for one answer by stream.
  PropertyBag all_of(Handle object, std::vector<std::string>& problems) {
    PropertyBag bag;
    const auto answer = client_.call<rop::GetPropertiesAll>(object, {0, 0, 1});
    if (!answer) {
      problems.push_back(answer.error().what);
      return bag;
    }
    for (const auto& property : answer->response.properties) {
      const auto* error = std::get_if<mapi::ErrorValue>(&property.value);
      if (error == nullptr) {
        bag.set(property.tag.with(mapi::type_of(property.value)), property.value);
        continue;
      }
      if (error->code != static_cast<std::uint32_t>(EcCode::not_enough_memory)) {
        problems.push_back(fmt::format("property {:08x} is error {:#x}", property.tag.value, error->code));
        continue;
      }
    }
    return bag;
  }

  // A property of the list that may be too large to be answered at once; absent is fine.
  std::optional<Bytes> stream(Handle object, PropTag which, const char* name, std::vector<std::string>& problems) {
    auto bytes = client_.stream(object, which, kMostBytes);
    if (bytes) return std::move(*bytes);
    if (bytes.error().code != Errc::not_found) problems.push_back(fmt::format("{}: {}", name, bytes.error().what));
    return std::nullopt;
  }

  void message(Handle handle, SeenItem& item, int depth) {
    const auto bag = all_of(handle, item.problems);
    item.properties = bag.size();
    for (const auto& property : bag.all())
      if (const auto* text = std::get_if<std::string>(&property.value)) item.all_text += *text + "\n";
    item.message_class = text_of(bag, tag::kMessageClass);
    item.subject = text_of(bag, tag::kSubject);
    item.display_name = text_of(bag, tag::kDisplayName);
    item.sender_name = text_of(bag, tag::kSenderName);
    item.sender_address = text_of(bag, tag::kSenderSmtpAddress);
    if (item.sender_address.empty()) item.sender_address = text_of(bag, tag::kSenderEmailAddress);
    item.from_name = text_of(bag, tag::kSentRepresentingName);
    item.from_address = text_of(bag, tag::kSentRepresentingSmtpAddress);
    if (item.from_address.empty()) item.from_address = text_of(bag, tag::kSentRepresentingEmailAddress);
    item.submitted = time_of(bag, tag::kClientSubmitTime);
    item.delivered = time_of(bag, tag::kMessageDeliveryTime);
    if (item.message_class.starts_with("IPM.Note") || item.message_class.starts_with("REPORT"))
      if (const auto bytes = stream(handle, tag::kTransportMessageHeaders, "headers", item.problems))
        item.headers = utf8_of(*bytes);
    bodies(handle, item);
    named(handle, bag, item);
    files(handle, item, depth);
    if (item.message_class.empty()) item.problems.emplace_back("there is no message class");
  }

  void bodies(Handle handle, SeenItem& item) {
    if (const auto bytes = stream(handle, tag::kBody, "plain text", item.problems)) item.body = utf8_of(*bytes);
    if (const auto bytes = stream(handle, tag::kHtml, "HTML", item.problems)) item.html = std::string(as_text(*bytes));
    const auto packed = stream(handle, tag::kRtfCompressed, "RTF", item.problems);
    if (!packed) return;
    const auto rtf = rtf::decompress(*packed);
    if (rtf)
      item.rtf = *rtf;
    else
      item.problems.push_back("RTF: " + rtf.error().what);
  }

  void named(Handle handle, const PropertyBag& bag, SeenItem& item) {
    if (const auto* id = bag.get<Bytes>(named_[0])) {
      const auto uid = convert::uid_of_global_object_id(*id);
      if (uid)
        item.uid = *uid;
      else
        item.problems.push_back(uid.error().what);
    }
    item.start = time_of(bag, named_[1]);
    item.end = time_of(bag, named_[8]);
    item.location = text_of(bag, named_[9]);
    item.recurring = value_of<bool>(bag, named_[2]);
    if (item.recurring) {
      const auto blob = stream(handle, named_[3], "recurrence", item.problems);
      const auto decoded = mapi::decode_appointment_recurrence(blob ? ByteView(*blob) : ByteView());
      if (decoded)
        item.recurrence = *decoded;
      else
        item.problems.push_back("recurrence: " + decoded.error().what);
    }
    for (const auto which : {named_[4], named_[5], named_[6]})
      if (auto address = text_of(bag, which); !address.empty()) item.addresses.push_back(std::move(address));
    if (item.display_name.empty()) item.display_name = text_of(bag, named_[7]);
  }

  void files(Handle handle, SeenItem& item, int depth) {
    const auto rows = client_.attachments(handle, {tag::kAttachNumber, tag::kAttachMethod, tag::kAttachmentHidden});
    if (!rows) return item.problems.push_back("attachments: " + rows.error().what);
    for (const auto& row : rows->rows) {
      const auto number = static_cast<std::uint32_t>(value_of<std::int32_t>(row, tag::kAttachNumber));
      const auto opened = client_.open_attachment(handle, number);
      if (!opened) {
        item.problems.push_back("attachment: " + opened.error().what);
        continue;
      }
      item.files.push_back(file(*opened, row, item.problems, depth));
      let_go(*opened);
    }
  }

  SeenFile file(Handle handle, const PropertyBag& row, std::vector<std::string>& problems, int depth) {
    SeenFile seen;
    const auto bag = all_of(handle, problems);
    seen.name = text_of(bag, tag::kAttachLongFilename);
    if (seen.name.empty()) seen.name = text_of(bag, tag::kDisplayName);
    seen.hidden = value_of<bool>(row, tag::kAttachmentHidden);
    if (value_of<std::int32_t>(row, tag::kAttachMethod) != kEmbedded) {
      if (auto bytes = stream(handle, tag::kAttachDataBinary, "attachment", problems)) seen.data = std::move(*bytes);
      return seen;
    }
    if (depth == kDeepest) {
      problems.emplace_back("messages within messages without end");
      return seen;
    }
    const auto inner = client_.open_embedded(handle, {tag::kSubject});
    if (!inner) {
      problems.push_back("embedded message: " + inner.error().what);
      return seen;
    }
    auto item = std::make_shared<SeenItem>();
    item->recipients = inner->recipients.size();
    message(inner->handle, *item, depth + 1);
    let_go(inner->handle);
    for (const auto& problem : item->problems) problems.push_back("embedded message: " + problem);
    seen.message = std::move(item);
    return seen;
  }

  cli::MapiClient& client_;
  std::vector<PropTag> named_;
  std::vector<std::uint32_t> unused_;
};

}  // namespace

std::size_t SeenItem::visible_files() const {
  return static_cast<std::size_t>(std::count_if(files.begin(), files.end(), [](const auto& f) { return !f.hidden; }));
}

Result<std::vector<SeenItem>> read_mailbox(cli::MapiClient& client) {
  Reader reader(client);
  OXB_CHECK(reader.prepare());
  OXB_TRY(const auto folders, client.folders_below(client.logon_folder(rop::LogonFolder::ipm_subtree)));
  std::vector<SeenItem> items;
  std::vector<std::string> path;
  for (const auto& folder : folders) {
    path.resize(folder.depth - 1);
    path.push_back(folder.name);
    const auto name = fmt::format("{}", fmt::join(path, "/"));
    if (const auto read = reader.folder(folder, name, items); !read) {
      auto& failed = items.emplace_back();
      failed.folder = name;
      failed.container_class = folder.container_class;
      failed.problems.push_back(read.error().what);
    }
  }
  return items;
}

}  // namespace oxb::data
