// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Makes RopInfo rows from type lists. Only for the .cc files of this folder: everything is instantiated here.
#include "proto/rop/info.h"
#include "wire/codec_impl.h"

namespace oxb::rop {

template <class T>
struct BodyFunctions {
  static AnyBody read(wire::Reader& r, std::string_view name) {
    T body{};
    r(name, body);
    return r.failed() ? AnyBody{} : AnyBody::of(std::move(body));
  }
  static void write(wire::Writer& w, std::string_view name, const AnyBody& body) { w(name, body.as<T>()); }
  static void print(wire::Printer& p, std::string_view name, const AnyBody& body) { p(name, body.as<T>()); }
  static AnyBody make(wire::Generator& g, std::string_view name) {
    T body{};
    g(name, body);
    return AnyBody::of(std::move(body));
  }
  static bool equal(const AnyBody& a, const AnyBody& b) { return a.as<T>() == b.as<T>(); }
  static AnyBody empty() { return AnyBody::of(T{}); }
  static constexpr BodyInfo info() { return {read, write, print, make, equal, empty}; }
};

template <class Request>
HandleIndex input_index(const AnyBody& any) {
  const auto& m = any.as<Request>();
  if constexpr (requires { m.input; })
    return m.input;
  else if constexpr (requires { m.source; })
    return m.source;
  else
    return 0xFF;
}
template <class Request>
HandleIndex reply_index(const AnyBody& any) {
  const auto& m = any.as<Request>();
  if constexpr (requires { m.response; })
    return m.response;
  else if constexpr (requires { m.output; })
    return m.output;
  else if constexpr (requires { m.source; })
    return m.source;
  else
    return m.input;
}

template <class Rop>
constexpr RopInfo make_info() {
  RopInfo info;
  info.id = Rop::kId;
  info.name = Rop::kName;
  info.response_id = Rop::kId;
  if constexpr (requires { Rop::kResponseId; }) info.response_id = Rop::kResponseId;
  if constexpr (requires { Rop::kBodyOnFailure; }) info.body_on_failure = Rop::kBodyOnFailure;
  info.response = BodyFunctions<typename Rop::Response>::info();
  if constexpr (requires { typename Rop::Request; }) {
    info.request = BodyFunctions<typename Rop::Request>::info();
    info.input = input_index<typename Rop::Request>;
    info.reply = reply_index<typename Rop::Request>;
  } else {
    info.server_only = true;
  }
  if constexpr (requires { typename Rop::Failure; }) {
    info.failure = BodyFunctions<typename Rop::Failure>::info();
    info.failure_code = Rop::kFailureCode;
  }
  return info;
}

template <class... Rops>
constexpr std::array<RopInfo, sizeof...(Rops)> make_infos(TypeList<Rops...>) {
  return {make_info<Rops>()...};
}

// One function per list, each in the .cc that instantiates it.
std::span<const RopInfo> logon_infos();
std::span<const RopInfo> folder_infos();
std::span<const RopInfo> table_infos();
std::span<const RopInfo> message_infos();
std::span<const RopInfo> transport_infos();
std::span<const RopInfo> property_infos();
std::span<const RopInfo> stream_infos();
std::span<const RopInfo> permission_infos();
std::span<const RopInfo> fast_transfer_infos();
std::span<const RopInfo> synchronization_infos();
std::span<const RopInfo> notification_infos();
std::span<const RopInfo> server_infos();

}  // namespace oxb::rop
