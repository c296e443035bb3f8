// parts: proto
// SPDX-License-Identifier: GPL-3.0-or-later
// Values, rows, restrictions, recipients, entry ids: what parses survives; generated structs survive too.
#include "proto/mapi/entry_id.h"
#include "proto/mapi/persist.h"
#include "proto/mapi/recipient.h"
#include "proto/mapi/restriction.h"
#include "proto/mapi/tags.h"
#include "wire/codec_impl.h"

#include <cstdint>
#include <cstdlib>

using namespace oxb;

namespace {

const std::vector<mapi::PropTag> kColumns = {mapi::tag::kSubject, mapi::tag::kMid, mapi::PropTag{0x10000000}};

void restriction(ByteView in, mapi::RestrictionForm form) {
  const auto x = mapi::decode_restriction(in, form);
  if (!x) return;
  static_cast<void>(mapi::restriction_text(*x, wire::Privacy::show));
  const auto bytes = mapi::encode_restriction(*x, form).value();
  if (mapi::encode_restriction(mapi::decode_restriction(bytes, form).value(), form).value() != bytes) std::abort();
}

void property(ByteView in, mapi::ValueForm form) {
  wire::Reader r(in);
  mapi::Property x;
  mapi::read_property(r, x, form);
  if (!r.finish()) return;
  static_cast<void>(mapi::value_text(x.value, wire::Privacy::show));
  static_cast<void>(mapi::value_size(x.value));
  wire::Writer w;
  mapi::write_property(w, x, form);
  if (!w.status()) std::abort();
}

void row(ByteView in) {
  wire::Reader r(in);
  mapi::RecipientRow x;
  mapi::read_recipient(r, x, kColumns);
  if (!r.finish()) return;
  wire::Writer w;
  mapi::write_recipient(w, x, kColumns);
  if (!w.status()) std::abort();
}

void generated(ByteView seed) {
  wire::Generator g(seed);
  mapi::Restriction x;
  mapi::make_restriction(g, x, mapi::RestrictionForm::rop);
  const auto bytes = mapi::encode_restriction(x, mapi::RestrictionForm::rop);
  if (!bytes) return;
  const auto back = mapi::decode_restriction(*bytes, mapi::RestrictionForm::rop);
  if (!back || !(*back == x)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView in(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  switch (data[0] % 9) {
    case 0:
      restriction(in, mapi::RestrictionForm::rop);
      break;
    case 1:
      restriction(in, mapi::RestrictionForm::nspi);
      break;
    case 2:
      restriction(in, mapi::RestrictionForm::search_folder);
      break;
    case 3:
      property(in, mapi::ValueForm::rop);
      break;
    case 4:
      property(in, mapi::ValueForm::nspi);
      break;
    case 5:
      row(in);
      break;
    case 6:
      if (const auto id = mapi::parse_entry_id(in)) static_cast<void>(mapi::to_bytes(*id));
      break;
    case 7:
      if (const auto list = mapi::parse_persist_list(in)) static_cast<void>(mapi::to_bytes(*list));
      break;
    default:
      generated(in);
      break;
  }
  return 0;
}
