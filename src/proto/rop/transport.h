// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Transport ROPs [MS-OXCROPS] 2.2.7, [MS-OXOMSG] 2.2.3.
#include "proto/rop/logon.h"

namespace oxb::rop {

struct SubmitMessage {
  static constexpr std::uint8_t kId = 0x32;
  static constexpr std::string_view kName = "RopSubmitMessage";
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("SubmitFlags", m.flags);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct AbortSubmit {
  static constexpr std::uint8_t kId = 0x34;
  static constexpr std::string_view kName = "RopAbortSubmit";
  struct Request {
    HandleIndex input{};
    Eid folder;
    Eid message;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("FolderId", m.folder);
      v("MessageId", m.message);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct GetAddressTypes {
  static constexpr std::uint8_t kId = 0x49;
  static constexpr std::string_view kName = "RopGetAddressTypes";
  using Request = InputOnly;
  struct Response {
    std::vector<std::string> types;  // ASCII
    static void describe(auto& v, auto& m) {
      std::size_t count = m.types.size();
      v("AddressTypeCount", wire::length<std::uint16_t>(count));
      const auto list = names(m.types, count);
      v("AddressTypes", wire::sized<std::uint16_t>(list));
    }
    bool operator==(const Response&) const = default;
  };
};

struct SetSpooler {
  static constexpr std::uint8_t kId = 0x47;
  static constexpr std::string_view kName = "RopSetSpooler";
  using Request = InputOnly;
  using Response = NoFields;
};

struct SpoolerLockMessage {
  static constexpr std::uint8_t kId = 0x48;
  static constexpr std::string_view kName = "RopSpoolerLockMessage";
  struct Request {
    HandleIndex input{};
    Eid message;
    std::uint8_t state{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageId", m.message);
      v("LockState", m.state);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct TransportSend {
  static constexpr std::uint8_t kId = 0x4A;
  static constexpr std::string_view kName = "RopTransportSend";
  using Request = InputOnly;
  struct Response {
    bool no_properties = true;
    std::vector<mapi::Property> properties;
    static void describe(auto& v, auto& m) {
      v("NoPropertiesReturned", wire::bool8(m.no_properties));
      if (!m.no_properties) v("PropertyValues", wire::counted<std::uint16_t>(m.properties));
    }
    bool operator==(const Response&) const = default;
  };
};

struct TransportNewMail {
  static constexpr std::uint8_t kId = 0x51;
  static constexpr std::string_view kName = "RopTransportNewMail";
  struct Request {
    HandleIndex input{};
    Eid message;
    Eid folder;
    std::string message_class;
    std::uint32_t flags{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageId", m.message);
      v("FolderId", m.folder);
      v("MessageClass", wire::string8z(m.message_class));
      v("MessageFlags", m.flags);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct GetTransportFolder {
  static constexpr std::uint8_t kId = 0x6D;
  static constexpr std::string_view kName = "RopGetTransportFolder";
  using Request = InputOnly;
  struct Response {
    Eid folder;
    static void describe(auto& v, auto& m) { v("FolderId", m.folder); }
    bool operator==(const Response&) const = default;
  };
};

struct OptionsData {
  static constexpr std::uint8_t kId = 0x6F;
  static constexpr std::string_view kName = "RopOptionsData";
  struct Request {
    HandleIndex input{};
    std::string address_type;
    bool want_win32{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("AddressType", wire::string8z(m.address_type));
      v("WantWin32", wire::bool8(m.want_win32));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint8_t reserved{};
    Bytes options;
    Bytes help;
    std::string help_file_name;  // only when there is a help file
    static void describe(auto& v, auto& m) {
      v("Reserved", m.reserved);
      v("OptionsInfo", wire::blob<std::uint16_t>(m.options));
      v("HelpFile", wire::blob<std::uint16_t>(m.help));
      if (!m.help.empty()) v("HelpFileName", wire::string8z(m.help_file_name));
    }
    bool operator==(const Response&) const = default;
  };
};

using TransportRops = TypeList<SubmitMessage, AbortSubmit, GetAddressTypes, SetSpooler, SpoolerLockMessage,
                               TransportSend, TransportNewMail, GetTransportFolder, OptionsData>;

}  // namespace oxb::rop
