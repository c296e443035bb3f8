// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Outlook -> backend. Part of the mailbox actor: runs on its strand, is destroyed with it.
#include "sync/writer.h"

namespace oxb::sync {

class MailboxImpl;

class Push final : public Writer {
 public:
  explicit Push(MailboxImpl& mailbox) : mailbox_(mailbox) {}

  Task<Result<MessageId>> save(SavedMessage message, Wait wait) override;
  Task<Result<Partial>> remove(std::vector<MessageId> messages, Removal how, Wait wait) override;
  Task<Result<Partial>> transfer(std::vector<MessageId> messages, FolderId to, Transfer how, Wait wait) override;
  Task<Result<FolderId>> create_folder(FolderId parent, std::string name, std::string container_class,
                                       Wait wait) override;
  Task<Result<>> move_folder(FolderId folder, FolderId parent, std::string name, Wait wait) override;
  Task<Result<FolderId>> copy_folder(FolderId folder, FolderId parent, std::string name, Depth depth,
                                     Wait wait) override;
  Task<Result<>> delete_folder(FolderId folder, Removal how, Wait wait) override;
  Task<Result<SubmitOutcome>> submit(MessageId message, Wait wait) override;
  Task<Result<>> abort_submit(MessageId message, Wait wait) override;
  Task<Result<SubmitOutcome>> send(std::shared_ptr<const mapi::Content> content, Wait wait) override;

 private:
  MailboxImpl& mailbox_;
};

}  // namespace oxb::sync
