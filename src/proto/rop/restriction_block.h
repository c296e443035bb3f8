// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// RestrictionDataSize and RestrictionData of several ROPs.
#include "proto/mapi/restriction.h"

namespace oxb::rop {

// LE16 size; 0: no restriction. Bytes behind the restriction but inside the size are skipped, as servers do.
template <class R>
struct RestrictionBlock {
  static constexpr bool kIsAdapter = true;
  R& maybe;
  template <class V>
  void visit(V& v) const {
    if constexpr (wire::is_reader<V>) {
      maybe.reset();
      const auto size = v.template number<std::uint16_t>();
      if (size == 0) return;
      const auto* outer = v.open_window(size);
      if (!v.failed()) mapi::read_restriction(v, maybe.emplace(), mapi::RestrictionForm::rop);
      if (!v.failed()) v.take(v.left());
      v.close_window(outer);
    } else if constexpr (wire::is_writer<V>) {
      const auto at = v.size();
      v.number(std::uint16_t{0});
      if (!maybe) return;
      mapi::write_restriction(v, *maybe, mapi::RestrictionForm::rop);
      v.patch(at, v.template narrow<std::uint16_t>(v.size() - at - 2, "restriction"));
    } else if constexpr (wire::is_printer<V>) {
      if (maybe)
        wire::visit(v, *maybe);
      else
        v.value("none");
    } else {
      maybe.reset();
      if (v.next() & 1) mapi::make_restriction(v, maybe.emplace(), mapi::RestrictionForm::rop);
    }
  }
};
template <class R>
RestrictionBlock<R> restriction_block(R& maybe) {
  return {maybe};
}

}  // namespace oxb::rop
