// SPDX-License-Identifier: GPL-3.0-or-later
// Which folder gets messages of which class [MS-OXCSTOR] 2.2.1.2 - 2.2.1.4. What clients add is kept in the replica:
// the backend delivers to the Inbox.
#include "base/text.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace oxb::session {
namespace {

using replica::Special;

constexpr const char* kNote = "receive_folders";
constexpr std::size_t kMostReceivers = 500;

struct Receiver {
  std::string message_class;
  FolderId folder;
  Instant since;
};
using Receivers = std::vector<Receiver>;

struct Fixed {
  std::string_view message_class;
  Special folder;
};
constexpr std::array kFixed = {
    Fixed{"", Special::inbox},         Fixed{"IPM", Special::inbox}, Fixed{"REPORT.IPM", Special::inbox},
    Fixed{"IPM.Note", Special::inbox}, Fixed{"IPC", Special::root},
};

// Printable ASCII, no leading, trailing or doubled dot [MS-OXCSTOR] 2.2.1.2.1.
bool is_message_class(std::string_view text) {
  if (text.size() > 255) return false;
  if (!text.empty() && (text.front() == '.' || text.back() == '.')) return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

// Lines of folder, time and class.
Result<Receivers> kept(replica::ReadTx& tx) {
  Receivers out;
  OXB_TRY(const auto note, tx.note(kNote));
  std::string_view rest = note ? std::string_view(*note) : std::string_view();
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    Receiver receiver;
    std::uint64_t since = 0;
    const auto* last = line.data() + line.size();
    const auto folder = std::from_chars(line.data(), last, receiver.folder.value, 16);
    if (folder.ec != std::errc() || folder.ptr == last) continue;
    const auto time = std::from_chars(folder.ptr + 1, last, since, 16);
    if (time.ec != std::errc() || time.ptr == last) continue;
    receiver.since = from_file_time(since);
    receiver.message_class.assign(time.ptr + 1, last);
    out.push_back(std::move(receiver));
  }
  return out;
}

Result<> keep(replica::WriteTx& tx, const Receivers& receivers) {
  std::string text;
  for (const auto& one : receivers)
    text += fmt::format("{:x} {:x} {}\n", one.folder.value, to_file_time(one.since), one.message_class);
  return tx.set_note(kNote, text);
}

// The fixed ones, as far as no client said otherwise, and what clients added; none whose folder is gone.
Result<Receivers> all(replica::ReadTx& tx) {
  Receivers out;
  OXB_TRY(const auto own, kept(tx));
  for (const auto& one : own) {
    OXB_TRY(const auto row, tx.folder(one.folder));
    if (row) out.push_back(one);
  }
  for (const auto& fixed : kFixed) {
    const auto same = [&](const Receiver& r) { return ascii_iequals(r.message_class, fixed.message_class); };
    if (std::any_of(out.begin(), out.end(), same)) continue;
    OXB_TRY(const auto row, tx.special(fixed.folder));
    out.push_back({std::string(fixed.message_class), row.id, row.created});
  }
  return out;
}

// The longest class that is the asked one, or a prefix of it that ends at a dot.
const Receiver* receiver_of(const Receivers& receivers, std::string_view message_class) {
  const Receiver* best = nullptr;
  for (const auto& receiver : receivers) {
    const auto size = receiver.message_class.size();
    if (best != nullptr && size <= best->message_class.size()) continue;
    if (message_class.size() < size || !ascii_iequals(message_class.substr(0, size), receiver.message_class)) continue;
    if (message_class.size() > size && size > 0 && message_class[size] != '.') continue;
    best = &receiver;
  }
  return best;
}

}  // namespace

Reply<rop::GetReceiveFolder> handle(Of<rop::GetReceiveFolder>, Call& call,
                                    const rop::GetReceiveFolder::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  if (!is_message_class(request.message_class)) co_return refuse(EcCode::invalid_parameter);
  OXB_CO_TRY(const auto receivers, call.replica().read([](replica::ReadTx& tx) { return all(tx); }));
  const auto* receiver = receiver_of(receivers, request.message_class);
  if (receiver == nullptr) co_return refuse(EcCode::no_receive_folder);
  co_return rop::GetReceiveFolder::Response{mapi::Eid::of(receiver->folder), receiver->message_class};
}

Reply<rop::GetReceiveFolderTable> handle(Of<rop::GetReceiveFolderTable>, Call& call,
                                         const rop::GetReceiveFolderTable::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  OXB_CO_TRY(const auto receivers, call.replica().read([](replica::ReadTx& tx) { return all(tx); }));
  rop::GetReceiveFolderTable::Response response;
  for (const auto& receiver : receivers) {
    auto& row = response.rows.emplace_back();
    row.values = {mapi::Eid::of(receiver.folder).property(), mapi::String8{receiver.message_class},
                  mapi::file_time(receiver.since)};
  }
  co_return response;
}

// [MS-OXCSTOR] 3.2.5.3: no folder removes a class; some classes always have the Inbox.
Reply<rop::SetReceiveFolder> handle(Of<rop::SetReceiveFolder>, Call& call,
                                    const rop::SetReceiveFolder::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  if (!is_message_class(request.message_class)) co_return refuse(EcCode::invalid_parameter);
  const bool removes = request.folder.is_zero();
  if (removes && request.message_class.empty()) co_return refuse(EcCode::error);
  for (const std::string_view fixed : {"IPM", "REPORT.IPM"})
    if (ascii_iequals(request.message_class, fixed)) co_return refuse(EcCode::access_denied);
  if (!removes) OXB_CO_CHECK(folder_row(call, request.folder));
  bool is_full = false;
  OXB_CO_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(auto receivers, kept(tx));
    std::erase_if(receivers, [&](const auto& one) { return ascii_iequals(one.message_class, request.message_class); });
    is_full = !removes && receivers.size() >= kMostReceivers;
    if (is_full) return {};
    if (!removes) receivers.push_back({request.message_class, request.folder.folder(), system_clock().now()});
    return keep(tx, receivers);
  }));
  if (is_full) co_return refuse(EcCode::not_enough_memory);
  co_return rop::NoFields{};
}

}  // namespace oxb::session
