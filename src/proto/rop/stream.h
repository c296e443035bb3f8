// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Stream ROPs [MS-OXCROPS] 2.2.9, [MS-OXCPRPT] 2.2.14 - 2.2.27.
#include "proto/rop/body.h"

namespace oxb::rop {

constexpr std::uint16_t kMaximumByteCountFollows = 0xBABE;

struct OpenStream {
  static constexpr std::uint8_t kId = 0x2B;
  static constexpr std::string_view kName = "RopOpenStream";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    PropTag tag;
    std::uint8_t mode{};  // 0 read only, 1 read/write, 2 create, 3 best access
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("PropertyTag", m.tag);
      v("OpenModeFlags", m.mode);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint32_t size{};
    static void describe(auto& v, auto& m) { v("StreamSize", m.size); }
    bool operator==(const Response&) const = default;
  };
};

struct ReadStream {
  static constexpr std::uint8_t kId = 0x2C;
  static constexpr std::string_view kName = "RopReadStream";
  struct Request {
    HandleIndex input{};
    std::uint16_t count{};
    std::uint32_t maximum{};  // only when count is kMaximumByteCountFollows
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("ByteCount", m.count);
      if (m.count == kMaximumByteCountFollows) v("MaximumByteCount", m.maximum);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Bytes data;
    static void describe(auto& v, auto& m) { v("Data", wire::priv(wire::blob<std::uint16_t>(m.data))); }
    bool operator==(const Response&) const = default;
  };
};

struct StreamData {
  HandleIndex input{};
  Bytes data;
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("Data", wire::priv(wire::blob<std::uint16_t>(m.data)));
  }
  bool operator==(const StreamData&) const = default;
};
struct WrittenSize {
  std::uint16_t written{};
  static void describe(auto& v, auto& m) { v("WrittenSize", m.written); }
  bool operator==(const WrittenSize&) const = default;
};

struct WriteStream {
  static constexpr std::uint8_t kId = 0x2D;
  static constexpr std::string_view kName = "RopWriteStream";
  using Request = StreamData;
  using Response = WrittenSize;
};

struct WriteStreamExtended {
  static constexpr std::uint8_t kId = 0xA3;
  static constexpr std::string_view kName = "RopWriteStreamExtended";
  using Request = StreamData;
  struct Response {
    std::uint32_t written{};
    static void describe(auto& v, auto& m) { v("WrittenSize", m.written); }
    bool operator==(const Response&) const = default;
  };
};

struct WriteAndCommitStream {
  static constexpr std::uint8_t kId = 0x90;
  static constexpr std::string_view kName = "RopWriteAndCommitStream";
  using Request = StreamData;
  using Response = WrittenSize;
};

struct CommitStream {
  static constexpr std::uint8_t kId = 0x5D;
  static constexpr std::string_view kName = "RopCommitStream";
  using Request = InputOnly;
  using Response = NoFields;
};

struct GetStreamSize {
  static constexpr std::uint8_t kId = 0x5E;
  static constexpr std::string_view kName = "RopGetStreamSize";
  using Request = InputOnly;
  using Response = OpenStream::Response;
};

struct SetStreamSize {
  static constexpr std::uint8_t kId = 0x2F;
  static constexpr std::string_view kName = "RopSetStreamSize";
  struct Request {
    HandleIndex input{};
    std::uint64_t size{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("StreamSize", m.size);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SeekStream {
  static constexpr std::uint8_t kId = 0x2E;
  static constexpr std::string_view kName = "RopSeekStream";
  struct Request {
    HandleIndex input{};
    std::uint8_t origin{};  // 0 beginning, 1 current, 2 end
    std::int64_t offset{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Origin", m.origin);
      v("Offset", m.offset);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint64_t position{};
    static void describe(auto& v, auto& m) { v("NewPosition", m.position); }
    bool operator==(const Response&) const = default;
  };
};

struct CopyToStream {
  static constexpr std::uint8_t kId = 0x3A;
  static constexpr std::string_view kName = "RopCopyToStream";
  struct Request {
    HandleIndex source{};
    HandleIndex destination{};
    std::uint64_t count{};
    static void describe(auto& v, auto& m) {
      v("SourceHandleIndex", m.source);
      v("DestHandleIndex", m.destination);
      v("ByteCount", m.count);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint64_t read{};
    std::uint64_t written{};
    static void describe(auto& v, auto& m) {
      v("ReadByteCount", m.read);
      v("WrittenByteCount", m.written);
    }
    bool operator==(const Response&) const = default;
  };
  static constexpr EcCode kFailureCode = EcCode::dst_null_object;
  struct Failure {
    std::uint32_t destination{};
    std::uint64_t read{};
    std::uint64_t written{};
    static void describe(auto& v, auto& m) {
      v("DestHandleIndex", m.destination);
      v("ReadByteCount", m.read);
      v("WrittenByteCount", m.written);
    }
    bool operator==(const Failure&) const = default;
  };
};

struct RegionRequest {
  HandleIndex input{};
  std::uint64_t offset{};
  std::uint64_t size{};
  std::uint32_t flags{};
  static void describe(auto& v, auto& m) {
    v("InputHandleIndex", m.input);
    v("RegionOffset", m.offset);
    v("RegionSize", m.size);
    v("LockFlags", m.flags);
  }
  bool operator==(const RegionRequest&) const = default;
};

struct LockRegionStream {
  static constexpr std::uint8_t kId = 0x5B;
  static constexpr std::string_view kName = "RopLockRegionStream";
  using Request = RegionRequest;
  using Response = NoFields;
};

struct UnlockRegionStream {
  static constexpr std::uint8_t kId = 0x5C;
  static constexpr std::string_view kName = "RopUnlockRegionStream";
  using Request = RegionRequest;
  using Response = NoFields;
};

struct CloneStream {
  static constexpr std::uint8_t kId = 0x3B;
  static constexpr std::string_view kName = "RopCloneStream";
  using Request = InputOutput;
  using Response = NoFields;
};

using StreamRops =
    TypeList<OpenStream, ReadStream, WriteStream, WriteStreamExtended, WriteAndCommitStream, CommitStream,
             GetStreamSize, SetStreamSize, SeekStream, CopyToStream, LockRegionStream, UnlockRegionStream, CloneStream>;

}  // namespace oxb::rop
