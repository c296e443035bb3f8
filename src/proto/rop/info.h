// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the program knows about each ROP at run time: made from the type lists of rops.h.
#include "proto/rop/body.h"

#include <span>

namespace oxb::rop {

// Functions over one body type.
struct BodyInfo {
  AnyBody (*read)(wire::Reader& r, std::string_view name) = nullptr;
  void (*write)(wire::Writer& w, std::string_view name, const AnyBody& body) = nullptr;
  void (*print)(wire::Printer& p, std::string_view name, const AnyBody& body) = nullptr;
  AnyBody (*make)(wire::Generator& g, std::string_view name) = nullptr;
  bool (*equal)(const AnyBody& a, const AnyBody& b) = nullptr;
  AnyBody (*empty)() = nullptr;
  explicit operator bool() const { return read != nullptr; }
};

struct RopInfo {
  std::uint8_t id = 0;
  std::string_view name;
  std::uint8_t response_id = 0;
  bool server_only = false;      // stands in responses only, without handle index and return value
  bool body_on_failure = false;  // the response body follows whatever the return value
  EcCode failure_code = EcCode::none;
  BodyInfo request;
  BodyInfo response;
  BodyInfo failure;  // the body when the return value is failure_code
  // Which handle the request works on (0xFF where it names none), and which index its response carries.
  HandleIndex (*input)(const AnyBody& request) = nullptr;
  HandleIndex (*reply)(const AnyBody& request) = nullptr;
};

// nullptr: reserved or unknown.
const RopInfo* find_rop(std::uint8_t id);
// All that clients may send, then those that only servers send.
std::span<const RopInfo* const> all_rops();
std::string rop_name(std::uint8_t id);

}  // namespace oxb::rop
