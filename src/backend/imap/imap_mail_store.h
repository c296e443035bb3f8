// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Mail over IMAP: one per signed-in user, over a small pool of connections. Calls may come from any thread and may
// overlap; the work runs on a strand of its own and outlives the object where a call is still under way.
#include "backend/imap/imap_settings.h"
#include "backend/writing.h"

#include <memory>

namespace oxb::backend {

class ImapMailStore final : public MailStore, public MailWriter {
 public:
  ImapMailStore(const Executor& executor, ImapSettings settings, ImapLogin login);
  ~ImapMailStore() override;  // open connections are closed; close() signs out properly

  // Signs in now and keeps the connection. unauthenticated, access_denied (certificate, TLS), unavailable.
  Task<Result<>> sign_in(Wait wait);
  Task<void> close(Wait wait);

  Task<Result<std::vector<model::Folder>>> folders(Wait wait) override;
  Task<Result<MailChanges>> changes(const RemoteId& folder, const model::Position& since, std::size_t limit,
                                    Wait wait) override;
  Task<Result<std::vector<Result<Bytes>>>> messages(const RemoteId& folder, std::vector<std::uint32_t> uids,
                                                    Wait wait) override;
  Task<Result<std::vector<std::uint32_t>>> existing(const RemoteId& folder, std::vector<std::uint32_t> uids,
                                                    Wait wait) override;
  Task<Result<>> change_flags(const RemoteId& folder, std::vector<FlagChange> changes, Wait wait) override;
  Task<Result<>> wait_for_change(const RemoteId& folder, Wait wait) override;

  // The writing half, in imap_mail_writer.cc.
  Task<Result<MailPlace>> append(const RemoteId& folder, Bytes message, model::MailFlags flags,
                                 std::optional<Instant> received, Wait wait) override;
  Task<Result<std::vector<std::uint32_t>>> find(const RemoteId& folder, std::string field, std::string text,
                                                Wait wait) override;
  Task<Result<std::vector<Transferred>>> transfer(const RemoteId& from, std::uint32_t uid_validity,
                                                  std::vector<std::uint32_t> uids, const RemoteId& to, Transfer how,
                                                  Wait wait) override;
  Task<Result<>> expunge(const RemoteId& folder, std::uint32_t uid_validity, std::vector<std::uint32_t> uids,
                         Wait wait) override;
  Task<Result<RemoteId>> create_folder(const RemoteId& parent, std::string name, Wait wait) override;
  Task<Result<RemoteId>> move_folder(const RemoteId& folder, const RemoteId& parent, std::string name,
                                     Wait wait) override;
  Task<Result<>> delete_folder(const RemoteId& folder, Wait wait) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace oxb::backend
