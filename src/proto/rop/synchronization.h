// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Incremental change synchronisation ROPs [MS-OXCROPS] 2.2.13, [MS-OXCFXICS] 2.2.3.2.
#include "proto/rop/body.h"
#include "proto/rop/restriction_block.h"

namespace oxb::rop {

struct SynchronizationConfigure {
  static constexpr std::uint8_t kId = 0x70;
  static constexpr std::string_view kName = "RopSynchronizationConfigure";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t type{};  // 1 contents, 2 hierarchy
    std::uint8_t send_options{};
    std::uint16_t flags{};
    std::optional<mapi::Restriction> restriction;
    std::uint32_t extra_flags{};
    std::vector<PropTag> tags;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("SynchronizationType", m.type);
      v("SendOptions", m.send_options);
      v("SynchronizationFlags", m.flags);
      v("RestrictionData", restriction_block(m.restriction));
      v("SynchronizationExtraFlags", m.extra_flags);
      v("PropertyTags", wire::counted<std::uint16_t>(m.tags));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SynchronizationImportMessageChange {
  static constexpr std::uint8_t kId = 0x72;
  static constexpr std::string_view kName = "RopSynchronizationImportMessageChange";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    std::uint8_t flags{};
    std::vector<mapi::Property> values;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("ImportFlag", m.flags);
      v("PropertyValues", wire::counted<std::uint16_t>(m.values));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Eid message;
    static void describe(auto& v, auto& m) { v("MessageId", m.message); }
    bool operator==(const Response&) const = default;
  };
};

struct SynchronizationImportHierarchyChange {
  static constexpr std::uint8_t kId = 0x73;
  static constexpr std::string_view kName = "RopSynchronizationImportHierarchyChange";
  struct Request {
    HandleIndex input{};
    std::vector<mapi::Property> hierarchy;
    std::vector<mapi::Property> values;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("HierarchyValues", wire::counted<std::uint16_t>(m.hierarchy));
      v("PropertyValues", wire::counted<std::uint16_t>(m.values));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Eid folder;
    static void describe(auto& v, auto& m) { v("FolderId", m.folder); }
    bool operator==(const Response&) const = default;
  };
};

struct SynchronizationImportDeletes {
  static constexpr std::uint8_t kId = 0x74;
  static constexpr std::string_view kName = "RopSynchronizationImportDeletes";
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    std::vector<mapi::Property> values;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("ImportDeleteFlags", m.flags);
      v("PropertyValues", wire::counted<std::uint16_t>(m.values));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SynchronizationImportMessageMove {
  static constexpr std::uint8_t kId = 0x78;
  static constexpr std::string_view kName = "RopSynchronizationImportMessageMove";
  struct Request {
    HandleIndex input{};
    Bytes source_folder;
    Bytes source_message;
    Bytes predecessor_change_list;
    Bytes destination_message;
    Bytes change_number;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("SourceFolderId", wire::blob<std::uint32_t>(m.source_folder));
      v("SourceMessageId", wire::blob<std::uint32_t>(m.source_message));
      v("PredecessorChangeList", wire::blob<std::uint32_t>(m.predecessor_change_list));
      v("DestinationMessageId", wire::blob<std::uint32_t>(m.destination_message));
      v("ChangeNumber", wire::blob<std::uint32_t>(m.change_number));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = SynchronizationImportMessageChange::Response;
};

struct SynchronizationImportReadStateChanges {
  static constexpr std::uint8_t kId = 0x80;
  static constexpr std::string_view kName = "RopSynchronizationImportReadStateChanges";
  struct Change {
    Bytes message;  // SourceKey
    bool read{};
    static void describe(auto& v, auto& m) {
      v("MessageId", wire::blob<std::uint16_t>(m.message));
      v("MarkAsRead", wire::bool8(m.read));
    }
    bool operator==(const Change&) const = default;
  };
  // Changes up to the end of a block that has its size in front.
  template <class C>
  struct Block {
    static constexpr bool kIsAdapter = true;
    C& items;
    template <class V>
    void visit(V& v) const {
      if constexpr (wire::is_reader<V>) {
        const auto* outer = v.open_window(v.template number<std::uint16_t>());
        items.clear();
        while (!v.failed() && v.left() != 0 && v.spend()) v.element(items.size(), items.emplace_back());
        v.close_window(outer);
      } else if constexpr (wire::is_writer<V>) {
        const auto at = v.size();
        v.number(std::uint16_t{0});
        for (const auto& item : items) v.element(0, item);
        v.patch(at, v.template narrow<std::uint16_t>(v.size() - at - 2, "length"));
      } else {
        wire::counted<std::uint16_t>(items).visit(v);
      }
    }
  };
  template <class C>
  static Block<C> block(C& items) {
    return {items};
  }
  struct Request {
    HandleIndex input{};
    std::vector<Change> changes;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MessageReadStates", block(m.changes));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SynchronizationOpenCollector {
  static constexpr std::uint8_t kId = 0x7E;
  static constexpr std::string_view kName = "RopSynchronizationOpenCollector";
  struct Request {
    HandleIndex input{};
    HandleIndex output{};
    bool contents{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("OutputHandleIndex", m.output);
      v("IsContentsCollector", wire::bool8(m.contents));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SynchronizationGetTransferState {
  static constexpr std::uint8_t kId = 0x82;
  static constexpr std::string_view kName = "RopSynchronizationGetTransferState";
  using Request = InputOutput;
  using Response = NoFields;
};

struct SynchronizationUploadStateStreamBegin {
  static constexpr std::uint8_t kId = 0x75;
  static constexpr std::string_view kName = "RopSynchronizationUploadStateStreamBegin";
  struct Request {
    HandleIndex input{};
    PropTag state_property;
    std::uint32_t size{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("StateProperty", m.state_property);
      v("TransferBufferSize", m.size);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SynchronizationUploadStateStreamContinue {
  static constexpr std::uint8_t kId = 0x76;
  static constexpr std::string_view kName = "RopSynchronizationUploadStateStreamContinue";
  struct Request {
    HandleIndex input{};
    Bytes data;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("StreamData", wire::blob<std::uint32_t>(m.data));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct SynchronizationUploadStateStreamEnd {
  static constexpr std::uint8_t kId = 0x77;
  static constexpr std::string_view kName = "RopSynchronizationUploadStateStreamEnd";
  using Request = InputOnly;
  using Response = NoFields;
};

struct SetLocalReplicaMidsetDeleted {
  static constexpr std::uint8_t kId = 0x93;
  static constexpr std::string_view kName = "RopSetLocalReplicaMidsetDeleted";
  struct Range {
    mapi::LongTermId first;
    mapi::LongTermId last;
    static void describe(auto& v, auto& m) {
      v("MinLongTermId", m.first);
      v("MaxLongTermId", m.last);
    }
    bool operator==(const Range&) const = default;
  };
  struct Ranges {
    std::vector<Range> items;
    static void describe(auto& v, auto& m) { v("Items", wire::counted<std::uint32_t>(m.items)); }
    bool operator==(const Ranges&) const = default;
  };
  struct Request {
    HandleIndex input{};
    Ranges ranges;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("LongTermIdRanges", wire::sized<std::uint16_t>(m.ranges));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct GetLocalReplicaIds {
  static constexpr std::uint8_t kId = 0x7F;
  static constexpr std::string_view kName = "RopGetLocalReplicaIds";
  struct Request {
    HandleIndex input{};
    std::uint32_t count{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("IdCount", m.count);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Guid replica;
    Bytes globcnt;  // six bytes: the first counter of the block
    static void describe(auto& v, auto& m) {
      v("ReplGuid", m.replica);
      v("GlobalCount", wire::fixed(m.globcnt, 6));
    }
    bool operator==(const Response&) const = default;
  };
};

using SynchronizationRops =
    TypeList<SynchronizationConfigure, SynchronizationImportMessageChange, SynchronizationImportHierarchyChange,
             SynchronizationImportDeletes, SynchronizationImportMessageMove, SynchronizationImportReadStateChanges,
             SynchronizationOpenCollector, SynchronizationGetTransferState, SynchronizationUploadStateStreamBegin,
             SynchronizationUploadStateStreamContinue, SynchronizationUploadStateStreamEnd,
             SetLocalReplicaMidsetDeleted, GetLocalReplicaIds>;

}  // namespace oxb::rop
