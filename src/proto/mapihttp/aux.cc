// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapihttp/aux.h"

#include "proto/mapihttp/frame.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mapihttp {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::size_t kMaxBlocks = 256;

struct TypeName {
  std::uint8_t type;
  std::string_view name;
};
constexpr TypeName kNames[] = {
    {0x01, "AUX_TYPE_PERF_REQUESTID"},
    {0x02, "AUX_TYPE_PERF_CLIENTINFO"},
    {0x03, "AUX_TYPE_PERF_SERVERINFO"},
    {0x04, "AUX_TYPE_PERF_SESSIONINFO"},
    {0x05, "AUX_TYPE_PERF_DEFMDB_SUCCESS"},
    {0x06, "AUX_TYPE_PERF_DEFGC_SUCCESS"},
    {0x07, "AUX_TYPE_PERF_MDB_SUCCESS"},
    {0x08, "AUX_TYPE_PERF_GC_SUCCESS"},
    {0x09, "AUX_TYPE_PERF_FAILURE"},
    {0x0A, "AUX_TYPE_CLIENT_CONTROL"},
    {0x0B, "AUX_TYPE_PERF_PROCESSINFO"},
    {0x16, "AUX_TYPE_OSVERSIONINFO"},
    {0x17, "AUX_TYPE_EXORGINFO"},
    {0x18, "AUX_TYPE_PERF_ACCOUNTINFO"},
    {0x46, "AUX_TYPE_SERVER_CAPABILITIES"},
    {0x48, "AUX_TYPE_ENDPOINT_CAPABILITIES"},
    {0x4A, "AUX_CLIENT_CONNECTION_INFO"},
    {0x4B, "AUX_SERVER_SESSION_INFO"},
    {0x4E, "AUX_PROTOCOL_DEVICE_IDENTIFICATION"},
};

AuxBlock numbers(std::uint8_t type, std::initializer_list<std::uint32_t> values) {
  wire::Writer w;
  for (const auto x : values) w.number(x);
  return {1, type, w.bytes()};
}

}  // namespace

AuxBlock ex_org_info(std::uint32_t flags) { return numbers(aux_type::kExOrgInfo, {flags}); }
AuxBlock client_control(std::uint32_t flags, std::uint32_t expiry_milliseconds) {
  return numbers(aux_type::kClientControl, {flags, expiry_milliseconds});
}
AuxBlock endpoint_capabilities(std::uint32_t flags) { return numbers(aux_type::kEndpointCapabilities, {flags}); }
AuxBlock server_capabilities(std::uint32_t flags) { return numbers(aux_type::kServerCapabilities, {flags}); }

std::optional<ClientInfo> client_info(const AuxBlock& block) {
  if (block.type != aux_type::kPerfClientInfo) return std::nullopt;
  wire::Reader r(block.data);
  ClientInfo info;
  info.adapter_speed = r.number<std::uint32_t>();
  info.client_id = r.number<std::uint16_t>();
  r.take(16);  // offsets of names and addresses, which nobody needs to know
  r.take(2);
  info.client_mode = r.number<std::uint16_t>();
  if (!r.status()) return std::nullopt;
  return info;
}

Result<std::vector<AuxBlock>> parse_aux_blocks(ByteView bytes) {
  std::vector<AuxBlock> out;
  wire::Reader r(bytes);
  while (r.left() != 0) {
    const auto size = r.number<std::uint16_t>();
    AuxBlock block;
    block.version = r.number<std::uint8_t>();
    block.type = r.number<std::uint8_t>();
    OXB_CHECK(r.status());
    if (size < kHeader) return fail(Errc::malformed, fmt::format("auxiliary block of {} bytes", size));
    if (out.size() == kMaxBlocks) return fail(Errc::limit, "too many auxiliary blocks");
    const auto data = r.take(size - kHeader);
    OXB_CHECK(r.status());
    block.data.assign(data.begin(), data.end());
    out.push_back(std::move(block));
  }
  return out;
}

Bytes encode_aux_blocks(const std::vector<AuxBlock>& blocks) {
  wire::Writer w;
  for (const auto& block : blocks) {
    w.number(w.narrow<std::uint16_t>(block.data.size() + kHeader, "auxiliary block"));
    w.number(block.version);
    w.number(block.type);
    w.append(block.data);
  }
  return w.bytes();
}

Result<std::vector<AuxBlock>> parse_aux_buffer(ByteView buffer) {
  if (buffer.empty()) return std::vector<AuxBlock>{};
  if (buffer.size() > kMaxAux) return fail(Errc::limit, fmt::format("auxiliary buffer of {} bytes", buffer.size()));
  OXB_TRY(const auto payloads, unframe(buffer));
  std::vector<AuxBlock> out;
  for (const auto& payload : payloads) {
    OXB_TRY(auto blocks, parse_aux_blocks(payload));
    out.insert(out.end(), std::make_move_iterator(blocks.begin()), std::make_move_iterator(blocks.end()));
  }
  return out;
}

Result<Bytes> encode_aux_buffer(const std::vector<AuxBlock>& blocks) {
  if (blocks.empty()) return Bytes{};
  return frame({encode_aux_blocks(blocks)}, Compression::none, Obfuscation::none);
}

std::string aux_text(const std::vector<AuxBlock>& blocks) {
  std::string out;
  for (const auto& block : blocks) {
    const auto* known =
        std::find_if(std::begin(kNames), std::end(kNames), [&](const TypeName& row) { return row.type == block.type; });
    const auto name = known != std::end(kNames) ? std::string(known->name) : fmt::format("block 0x{:02x}", block.type);
    // Only the blocks that servers send hold nothing about people or machines.
    const bool harmless = block.type == aux_type::kExOrgInfo || block.type == aux_type::kClientControl ||
                          block.type == aux_type::kServerCapabilities || block.type == aux_type::kEndpointCapabilities;
    out += fmt::format("{} version {}, {} bytes{}\n", name, block.version, block.data.size(),
                       harmless ? ": " + to_hex(block.data) : "");
  }
  return out;
}

}  // namespace oxb::mapihttp
