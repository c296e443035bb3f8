// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// FastTransfer ROPs [MS-OXCROPS] 2.2.12, [MS-OXCFXICS] 2.2.3.1.
#include "proto/rop/body.h"
#include "proto/rop/stream.h"

namespace oxb::rop {

struct FastTransferDestinationConfigure {
  static constexpr std::uint8_t kId = 0x53;
  static constexpr std::string_view kName = "RopFastTransferDestinationConfigure";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t source_operation{};
    std::uint8_t flags{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("SourceOperation", m.source_operation);
      v("CopyFlags", m.flags);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct FastTransferDestinationPutBuffer {
  static constexpr std::uint8_t kId = 0x54;
  static constexpr std::string_view kName = "RopFastTransferDestinationPutBuffer";
  static constexpr bool kBodyOnFailure = true;
  using Request = StreamData;
  struct Response {
    std::uint16_t status{};
    std::uint16_t in_progress{};
    std::uint16_t total_steps{};
    std::uint8_t reserved{};
    std::uint16_t used{};
    static void describe(auto& v, auto& m) {
      v("TransferStatus", m.status);
      v("InProgressCount", m.in_progress);
      v("TotalStepCount", m.total_steps);
      v("Reserved", m.reserved);
      v("BufferUsedSize", m.used);
    }
    bool operator==(const Response&) const = default;
  };
};

struct FastTransferDestinationPutBufferExtended {
  static constexpr std::uint8_t kId = 0x9D;
  static constexpr std::string_view kName = "RopFastTransferDestinationPutBufferExtended";
  static constexpr bool kBodyOnFailure = true;
  using Request = StreamData;
  struct Response {
    std::uint16_t status{};
    std::uint32_t in_progress{};
    std::uint32_t total_steps{};
    std::uint8_t reserved{};
    std::uint16_t used{};
    static void describe(auto& v, auto& m) {
      v("TransferStatus", m.status);
      v("InProgressCount", m.in_progress);
      v("TotalStepCount", m.total_steps);
      v("Reserved", m.reserved);
      v("BufferUsedSize", m.used);
    }
    bool operator==(const Response&) const = default;
  };
};

struct FastTransferSourceGetBuffer {
  static constexpr std::uint8_t kId = 0x4E;
  static constexpr std::string_view kName = "RopFastTransferSourceGetBuffer";
  static constexpr bool kBodyOnFailure = true;
  struct Request {
    HandleIndex input{};
    std::uint16_t size{};
    std::uint16_t maximum{};  // only when size is kMaximumByteCountFollows
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("BufferSize", m.size);
      if (m.size == kMaximumByteCountFollows) v("MaximumBufferSize", m.maximum);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint16_t status{};  // 0 error, 1 partial, 2 no room, 3 done
    std::uint16_t in_progress{};
    std::uint16_t total_steps{};
    std::uint8_t reserved{};
    Bytes data;
    static void describe(auto& v, auto& m) {
      v("TransferStatus", m.status);
      v("InProgressCount", m.in_progress);
      v("TotalStepCount", m.total_steps);
      v("Reserved", m.reserved);
      v("TransferBuffer", wire::priv(wire::blob<std::uint16_t>(m.data)));
    }
    bool operator==(const Response&) const = default;
  };
};

struct FastTransferSourceCopyFolder {
  static constexpr std::uint8_t kId = 0x4C;
  static constexpr std::string_view kName = "RopFastTransferSourceCopyFolder";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t flags{};
    std::uint8_t send_options{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("CopyFlags", m.flags);
      v("SendOptions", m.send_options);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct FastTransferSourceCopyMessages {
  static constexpr std::uint8_t kId = 0x4B;
  static constexpr std::string_view kName = "RopFastTransferSourceCopyMessages";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::vector<Eid> messages;
    std::uint8_t flags{};
    std::uint8_t send_options{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("MessageIds", wire::counted<std::uint16_t>(m.messages));
      v("CopyFlags", m.flags);
      v("SendOptions", m.send_options);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct FastTransferSourceCopyTo {
  static constexpr std::uint8_t kId = 0x4D;
  static constexpr std::string_view kName = "RopFastTransferSourceCopyTo";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t level{};
    std::uint32_t flags{};
    std::uint8_t send_options{};
    std::vector<PropTag> excluded;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("Level", m.level);
      v("CopyFlags", m.flags);
      v("SendOptions", m.send_options);
      v("PropertyTags", wire::counted<std::uint16_t>(m.excluded));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct FastTransferSourceCopyProperties {
  static constexpr std::uint8_t kId = 0x69;
  static constexpr std::string_view kName = "RopFastTransferSourceCopyProperties";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t level{};
    std::uint8_t flags{};
    std::uint8_t send_options{};
    std::vector<PropTag> tags;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("Level", m.level);
      v("CopyFlags", m.flags);
      v("SendOptions", m.send_options);
      v("PropertyTags", wire::counted<std::uint16_t>(m.tags));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct TellVersion {
  static constexpr std::uint8_t kId = 0x86;
  static constexpr std::string_view kName = "RopTellVersion";
  struct Request {
    HandleIndex input{};
    std::uint16_t major{};
    std::uint16_t minor{};
    std::uint16_t build{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("VersionMajor", m.major);
      v("VersionMinor", m.minor);
      v("VersionBuild", m.build);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

using FastTransferRops =
    TypeList<FastTransferDestinationConfigure, FastTransferDestinationPutBuffer,
             FastTransferDestinationPutBufferExtended, FastTransferSourceGetBuffer, FastTransferSourceCopyFolder,
             FastTransferSourceCopyMessages, FastTransferSourceCopyTo, FastTransferSourceCopyProperties, TellVersion>;

}  // namespace oxb::rop
