// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/no_mail.h"

namespace oxb::backend::ox {
namespace {

class NoMail final : public MailStore, public MailWriter {
 public:
  Task<Result<std::vector<model::Folder>>> folders(Wait) override { return refuse<std::vector<model::Folder>>(); }
  Task<Result<MailChanges>> changes(const RemoteId&, const model::Position&, std::size_t, Wait) override {
    return refuse<MailChanges>();
  }
  Task<Result<std::vector<Result<Bytes>>>> messages(const RemoteId&, std::vector<std::uint32_t>, Wait) override {
    return refuse<std::vector<Result<Bytes>>>();
  }
  Task<Result<std::vector<std::uint32_t>>> existing(const RemoteId&, std::vector<std::uint32_t>, Wait) override {
    return refuse<std::vector<std::uint32_t>>();
  }
  Task<Result<>> change_flags(const RemoteId&, std::vector<FlagChange>, Wait) override { return refuse<void>(); }
  Task<Result<>> wait_for_change(const RemoteId&, Wait) override { return refuse<void>(); }

  Task<Result<MailPlace>> append(const RemoteId&, Bytes, model::MailFlags, std::optional<Instant>, Wait) override {
    return refuse<MailPlace>();
  }
  Task<Result<std::vector<std::uint32_t>>> find(const RemoteId&, std::string, std::string, Wait) override {
    return refuse<std::vector<std::uint32_t>>();
  }
  Task<Result<std::vector<Transferred>>> transfer(const RemoteId&, std::uint32_t, std::vector<std::uint32_t>,
                                                  const RemoteId&, Transfer, Wait) override {
    return refuse<std::vector<Transferred>>();
  }
  Task<Result<>> expunge(const RemoteId&, std::uint32_t, std::vector<std::uint32_t>, Wait) override {
    return refuse<void>();
  }
  Task<Result<RemoteId>> create_folder(const RemoteId&, std::string, Wait) override { return refuse<RemoteId>(); }
  Task<Result<RemoteId>> move_folder(const RemoteId&, const RemoteId&, std::string, Wait) override {
    return refuse<RemoteId>();
  }
  Task<Result<>> delete_folder(const RemoteId&, Wait) override { return refuse<void>(); }

 private:
  template <class T>
  static Task<Result<T>> refuse() {
    co_return fail(Errc::unsupported, "no mail server is configured");
  }
};

}  // namespace

Mail no_mail() {
  const auto none = std::make_shared<NoMail>();
  return {none, none, nullptr};
}

}  // namespace oxb::backend::ox
