// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/ids.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mapi {
namespace {

Guid guid_at(ByteView bytes) {
  Guid guid;
  std::copy_n(bytes.begin(), 16, guid.bytes.begin());
  return guid;
}

}  // namespace

Bytes LongTermId::gid() const {
  Bytes out(replica.bytes.begin(), replica.bytes.end());
  const auto count = globcnt(counter);
  out.insert(out.end(), count.begin(), count.end());
  return out;
}

Bytes LongTermId::bytes() const {
  auto out = gid();
  out.resize(24);
  return out;
}

Result<LongTermId> LongTermId::parse(ByteView bytes) {
  if (bytes.size() != 22 && bytes.size() != 24)
    return fail(Errc::malformed, fmt::format("long-term id of {} bytes", bytes.size()));
  Globcnt count{};
  std::copy_n(bytes.begin() + 16, 6, count.begin());
  return LongTermId{guid_at(bytes), counter_of(count)};
}

Xid Xid::of(const Guid& replica, std::uint64_t counter) {
  const auto count = globcnt(counter);
  return {replica, Bytes(count.begin(), count.end())};
}

Bytes Xid::bytes() const {
  Bytes out(space.bytes.begin(), space.bytes.end());
  out.insert(out.end(), local.begin(), local.end());
  return out;
}

Result<Xid> Xid::parse(ByteView bytes) {
  if (bytes.size() < 17 || bytes.size() > 24)
    return fail(Errc::malformed, fmt::format("XID of {} bytes", bytes.size()));
  return Xid{guid_at(bytes), Bytes(bytes.begin() + 16, bytes.end())};
}

std::optional<std::uint64_t> Xid::counter() const {
  if (local.size() != 6) return std::nullopt;
  Globcnt count{};
  std::copy_n(local.begin(), 6, count.begin());
  return counter_of(count);
}

}  // namespace oxb::mapi
