// parts: format
// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever an IMAP server sends: the splitter's result does not depend on how the bytes arrive, and no parser crashes.
#include "format/imap/command.h"
#include "format/imap/data.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace oxb;
using namespace oxb::imap;

void require(bool condition) {
  if (!condition) std::abort();
}

void read_all(const Response& response) {
  const auto encoding = NameEncoding::modified_utf7;
  (void)parse_list(response, encoding);
  (void)parse_status(response, encoding);
  (void)parse_namespace(response, encoding);
  (void)parse_words(response.arguments);
  (void)parse_my_rights(response, encoding);
  (void)parse_id(response);
  if (const auto vanished = parse_vanished(response)) {
    const auto& uids = vanished->uids;
    require(UidSet::parse(uids.text()).value() == uids);
  }
  if (const auto found = parse_search(response)) require(found->numbers.count() <= response.text.size() + 1);
  (void)parse_extended_search(response);
  if (response.code) {
    (void)parse_append_uid(*response.code);
    if (const auto copied = parse_copy_uid(*response.code)) require(copied->uid_validity != 0);
  }
}

std::vector<RawResponse> split(ByteView bytes, std::size_t chunk) {
  ResponseSplitter splitter(Limits{1 << 16, 1 << 16, 50, 2000, 40});
  std::vector<RawResponse> all;
  while (!bytes.empty()) {
    const auto size = std::min(chunk, bytes.size());
    if (!splitter.feed(bytes.first(size))) break;
    bytes = bytes.subspan(size);
    while (auto raw = splitter.next()) all.push_back(std::move(*raw));
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  auto whole = split(bytes, size + 1);
  const auto pieces = split(bytes, size % 7 + 1);
  require(whole.size() <= pieces.size());  // an error in the middle of a chunk hides what the chunk completed before it
  for (std::size_t i = 0; i < whole.size(); ++i)
    require(whole[i].text == pieces[i].text && whole[i].literals == pieces[i].literals);
  for (auto& raw : whole) {
    auto response = parse_response(std::move(raw), Limits{1 << 16, 1 << 16, 50, 2000, 40});
    if (!response) continue;
    read_all(*response);
    (void)parse_fetch(std::move(*response));
  }

  const auto text = as_text(bytes);
  for (const auto encoding : {NameEncoding::modified_utf7, NameEncoding::utf8}) {
    const auto name = name_from_wire(text, encoding);
    require(name_to_wire(name, encoding) == text);
  }
  require(decode_modified_utf7(encode_modified_utf7(text)).size() <= 3 * text.size() + 8);
  if (const auto set = UidSet::parse(text)) {
    const auto again = UidSet::parse(set->text());
    require(again && *again == *set);
    auto rest = *set;
    rest.remove(UidSet::of(5, 500));
    require(rest.count() + set->intersection(UidSet::of(5, 500)).count() == set->count());
  }
  // A string argument never breaks out of its command: one CRLF per piece plus those inside literals.
  const auto sent = Command("X").string(text).pieces("a", LiteralMode::synchronizing);
  require(sent.size() <= 2);
  if (sent.size() == 1) require(sent[0].find('\r') == sent[0].size() - 2 && sent[0].find('\n') == sent[0].size() - 1);
  return 0;
}
