// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Properties of a folder and of the store: what the replica keeps and what follows from the mailbox.
#include "session/store.h"
#include "session/values.h"

#include <map>

namespace oxb::session {

// The folders that pointers lead to, looked up once per answer.
using SpecialFolders = std::map<replica::Special, FolderId>;
Result<SpecialFolders> special_folders(replica::ReadTx& tx);

// Replids that stand for other stores' databases.
using ForeignReplicas = std::vector<std::pair<std::uint16_t, Guid>>;
Result<ForeignReplicas> foreign_replicas(replica::ReadTx& tx);

class FolderSource final : public PropertySource {
 public:
  // specials: needed for the pointers on Inbox and root [MS-OXOSFLD] 2.2.3; may be null elsewhere (table rows).
  FolderSource(const Store& store, const replica::FolderRow& row, const SpecialFolders* specials,
               std::int32_t depth = 0)
      : store_(store), row_(row), specials_(specials), depth_(depth) {}

  Value find(mapi::PropTag wanted) const override;
  std::vector<mapi::PropTag> tags() const override;

 private:
  Value computed(mapi::PropTag wanted) const;
  Value pointer(mapi::PropTag wanted) const;
  std::optional<Bytes> entry_id_of(replica::Special which) const;
  Value counted_pointers() const;
  Value free_busy_pointers() const;

  const Store& store_;
  const replica::FolderRow& row_;
  const SpecialFolders* specials_;
  std::int32_t depth_;
};

class StoreSource final : public PropertySource {
 public:
  StoreSource(const Store& store, const mapi::PropertyBag& stored, const SpecialFolders& specials,
              std::uint32_t code_page, std::uint32_t locale, ForeignReplicas replicas)
      : store_(store),
        stored_(stored),
        specials_(specials),
        code_page_(code_page),
        locale_(locale),
        replicas_(std::move(replicas)) {}

  Value find(mapi::PropTag wanted) const override;
  std::vector<mapi::PropTag> tags() const override;

 private:
  Value computed(mapi::PropTag wanted) const;
  Value folder(replica::Special which) const;

  const Store& store_;
  const mapi::PropertyBag& stored_;
  const SpecialFolders& specials_;
  std::uint32_t code_page_;
  std::uint32_t locale_;
  ForeignReplicas replicas_;
};

// Properties that the server alone decides: a client's write of them is reported as a problem (ecComputed) or ignored.
bool is_computed_folder_property(mapi::PropId id);
bool is_computed_store_property(mapi::PropId id);
bool is_computed_message_property(mapi::PropId id);

}  // namespace oxb::session
