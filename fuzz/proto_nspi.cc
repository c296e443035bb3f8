// parts: proto
// SPDX-License-Identifier: GPL-3.0-or-later
// Address book bodies: what parses survives encoding and parsing again.
#include "proto/nspi/requests.h"

#include <cstdint>
#include <cstdlib>

using namespace oxb;

namespace {

template <class Body>
void body(ByteView in) {
  const auto x = wire::decode<Body>(in);
  if (!x) return;
  static_cast<void>(wire::dump(*x, wire::Privacy::show));
  const auto bytes = wire::encode(*x);
  if (!bytes) std::abort();
  const auto again = wire::decode<Body>(*bytes);
  if (!again || wire::encode(*again).value() != *bytes) std::abort();
}

template <class... Requests>
void pick(nspi::TypeList<Requests...>, unsigned which, ByteView in) {
  unsigned i = 0;
  const auto one = [&]<class R>() {
    if (i++ == which) body<typename R::Request>(in);
    if (i++ == which) body<typename R::Response>(in);
  };
  (one.template operator()<Requests>(), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  pick(nspi::All{}, data[0] % 38, ByteView(reinterpret_cast<const std::byte*>(data) + 1, size - 1));
  return 0;
}
