// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A writer without a backend: what a session asks for is done in the replica alone.
#include "sync/mailbox.h"

namespace oxb::session {

class ReplicaWriter final : public sync::Writer {
 public:
  explicit ReplicaWriter(sync::Mailbox& mailbox) : mailbox_(mailbox) {}

  Task<Result<MessageId>> save(sync::SavedMessage, Wait) override { co_return refused(); }
  Task<Result<sync::Partial>> remove(std::vector<MessageId>, Removal, Wait) override { co_return refused(); }
  Task<Result<sync::Partial>> transfer(std::vector<MessageId>, FolderId, Transfer, Wait) override {
    co_return refused();
  }
  Task<Result<FolderId>> create_folder(FolderId, std::string, std::string, Wait) override { co_return refused(); }
  Task<Result<>> move_folder(FolderId, FolderId, std::string, Wait) override { co_return refused(); }
  Task<Result<FolderId>> copy_folder(FolderId, FolderId, std::string, Depth, Wait) override { co_return refused(); }
  Task<Result<>> delete_folder(FolderId, Removal, Wait) override { co_return refused(); }
  Task<Result<sync::SubmitOutcome>> submit(MessageId, Wait) override { co_return refused(); }
  Task<Result<>> abort_submit(MessageId, Wait) override { co_return refused(); }
  Task<Result<sync::SubmitOutcome>> send(std::shared_ptr<const mapi::Content>, Wait) override { co_return refused(); }

 private:
  static tl::unexpected<Error> refused() { return fail(Errc::unsupported, "this mailbox is not written to"); }
  sync::Mailbox& mailbox_;
};

}  // namespace oxb::session
