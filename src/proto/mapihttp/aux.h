// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Auxiliary blocks [MS-OXCRPC] 2.2.2.2: AUX_HEADER and data. Unknown ones are kept as bytes and skipped by their size.
#include "base/bytes.h"
#include "base/guid.h"
#include "proto/mapi/wire_types.h"
#include "wire/printer.h"

#include <string>
#include <vector>

namespace oxb::mapihttp {

struct AuxBlock {
  std::uint8_t version = 1;
  std::uint8_t type{};
  Bytes data;
  bool operator==(const AuxBlock&) const = default;
};

namespace aux_type {
inline constexpr std::uint8_t kPerfRequestId = 0x01;
inline constexpr std::uint8_t kPerfClientInfo = 0x02;
inline constexpr std::uint8_t kPerfServerInfo = 0x03;
inline constexpr std::uint8_t kPerfSessionInfo = 0x04;
inline constexpr std::uint8_t kClientControl = 0x0A;
inline constexpr std::uint8_t kPerfProcessInfo = 0x0B;
inline constexpr std::uint8_t kOsVersionInfo = 0x16;
inline constexpr std::uint8_t kExOrgInfo = 0x17;
inline constexpr std::uint8_t kPerfAccountInfo = 0x18;
inline constexpr std::uint8_t kServerCapabilities = 0x46;
inline constexpr std::uint8_t kEndpointCapabilities = 0x48;
inline constexpr std::uint8_t kClientConnectionInfo = 0x4A;
inline constexpr std::uint8_t kServerSessionInfo = 0x4B;
inline constexpr std::uint8_t kProtocolDeviceId = 0x4E;
}  // namespace aux_type

// AUX_EXORGINFO 2.2.2.2.17
constexpr std::uint32_t kPublicFoldersEnabled = 0x1;
constexpr std::uint32_t kUseAutodiscoverForPublicFolders = 0x2;
// AUX_CLIENT_CONTROL 2.2.2.2.15
constexpr std::uint32_t kEnablePerfSendToServer = 0x1;
constexpr std::uint32_t kEnableCompression = 0x4;
constexpr std::uint32_t kEnableHttpTunneling = 0x8;
// AUX_ENDPOINT_CAPABILITIES 2.2.2.2.20
constexpr std::uint32_t kEndpointSingle = 0x1;

AuxBlock ex_org_info(std::uint32_t flags);
AuxBlock client_control(std::uint32_t flags, std::uint32_t expiry_milliseconds);
AuxBlock endpoint_capabilities(std::uint32_t flags);
AuxBlock server_capabilities(std::uint32_t flags);

// [MS-OXCRPC] 2.2.2.2.4 AUX_PERF_CLIENTINFO in part: what a log may say of a client.
struct ClientInfo {
  std::uint32_t adapter_speed{};
  std::uint16_t client_id{};
  std::uint16_t client_mode{};  // 1 classic online, 2 cached
};
std::optional<ClientInfo> client_info(const AuxBlock& block);

// The blocks themselves, without RPC_HEADER_EXT.
Result<std::vector<AuxBlock>> parse_aux_blocks(ByteView bytes);
Bytes encode_aux_blocks(const std::vector<AuxBlock>& blocks);
// With RPC_HEADER_EXT; no bytes for no blocks.
Result<std::vector<AuxBlock>> parse_aux_buffer(ByteView buffer);
Result<Bytes> encode_aux_buffer(const std::vector<AuxBlock>& blocks);
std::string aux_text(const std::vector<AuxBlock>& blocks);

}  // namespace oxb::mapihttp
