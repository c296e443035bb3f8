// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapihttp/bodies.h"

#include "wire/codec_impl.h"

#include <array>

template struct oxb::wire::Codec<oxb::mapihttp::Connect::Request>;
template struct oxb::wire::Codec<oxb::mapihttp::Connect::Response>;
template struct oxb::wire::Codec<oxb::mapihttp::Execute::Request>;
template struct oxb::wire::Codec<oxb::mapihttp::Execute::Response>;
template struct oxb::wire::Codec<oxb::mapihttp::Disconnect::Request>;
template struct oxb::wire::Codec<oxb::mapihttp::Disconnect::Response>;
template struct oxb::wire::Codec<oxb::mapihttp::NotificationWait::Request>;
template struct oxb::wire::Codec<oxb::mapihttp::NotificationWait::Response>;

namespace oxb::mapihttp {

std::string_view name(ResponseCode code) {
  static constexpr std::array<std::string_view, 19> kNames = {"success",
                                                              "unknown failure",
                                                              "invalid verb",
                                                              "invalid path",
                                                              "invalid header",
                                                              "invalid request type",
                                                              "invalid context cookie",
                                                              "missing header",
                                                              "anonymous not allowed",
                                                              "too large",
                                                              "context not found",
                                                              "no privilege",
                                                              "invalid request body",
                                                              "missing cookie",
                                                              "reserved",
                                                              "invalid sequence",
                                                              "endpoint disabled",
                                                              "invalid response",
                                                              "endpoint shutting down"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "unknown code";
}

Bytes failure_body(std::uint32_t status) {
  wire::Writer w;
  w.number(status);
  w.number(std::uint32_t{0});
  return w.bytes();
}

}  // namespace oxb::mapihttp
