// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/persist.h"

#include "proto/mapi/entry_id.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/format.h>

namespace oxb::mapi {
namespace {

void read_elements(wire::Reader& r, PersistData& block, std::size_t size) {
  const auto* outer = r.open_window(size);
  while (!r.failed() && r.left() != 0 && r.spend()) {
    PersistElement element;
    r("PersistElement", element);
    if (r.failed()) break;

    if (element.id == PersistData::kSentinel && element.data.empty()) {
      if (r.left() != 0) r.set_error(Errc::malformed, "data behind the last element");
      break;
    }
    block.elements.push_back(std::move(element));
  }
  r.close_window(outer);
}

}  // namespace

Result<PersistList> parse_persist_list(ByteView bytes) {
  wire::Reader r(bytes);
  PersistList list;
  list.has_sentinel = false;
  while (!r.failed() && r.left() != 0 && r.spend()) {
    const auto id = r.number<std::uint16_t>();
    const auto size = r.number<std::uint16_t>();
    if (id == PersistData::kSentinel) {
      list.has_sentinel = true;
      break;
    }
    auto& block = list.items.emplace_back();
    block.id = id;
    read_elements(r, block, size);
  }
  OXB_CHECK(r.status());
  return list;
}

Bytes to_bytes(const PersistList& list) {
  wire::Writer w;
  for (const auto& block : list.items) {
    w.number(block.id);
    const auto at = w.size();
    w.number(std::uint16_t{0});
    for (const auto& element : block.elements) w("PersistElement", element);
    w.number(std::uint16_t{0});
    w.number(std::uint16_t{0});
    w.patch(at, w.narrow<std::uint16_t>(w.size() - at - 2, "block"));
  }
  if (list.has_sentinel) {
    w.number(std::uint16_t{0});
    w.number(std::uint16_t{0});
  }
  return w.bytes();
}

std::string persist_text(const PersistList& list) {
  std::string out;
  for (const auto& block : list.items) {
    out += fmt::format("PersistID 0x{:04x}\n", block.id);
    for (const auto& element : block.elements)
      out += fmt::format("  element {}: {}\n", element.id, to_hex(element.data));
  }
  return out + (list.has_sentinel ? "end\n" : "no end mark\n");
}

}  // namespace oxb::mapi
