// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a handler sees of the session: one ROP of a buffer, the objects its handle indexes name, the room for its
// answer.
#include "net/wait.h"
#include "proto/rop/body.h"
#include "session/objects.h"
#include "session/table.h"

namespace oxb::session {

// Why a ROP failed, in the client's words.
struct Failure {
  EcCode code = EcCode::error;
  Failure(EcCode c) : code(c) {}                              // NOLINT
  Failure(const Error& error) : code(ec_code(error.code)) {}  // NOLINT: the one table of proto/rop/error_codes.h
};
template <class T>
using Answer = tl::expected<T, Failure>;
inline tl::unexpected<Failure> refuse(EcCode code) { return tl::unexpected(Failure(code)); }

class Session;

class Call {
 public:
  Call(Session& session, std::uint8_t logon_id, std::vector<Handle>& table, Wait wait, std::size_t room)
      : session_(session), logon_id_(logon_id), table_(table), wait_(std::move(wait)), room_(room) {}

  Session& session() const { return session_; }
  std::uint8_t logon_id() const { return logon_id_; }
  const Wait& wait() const { return wait_; }
  // Bytes that the fields of this ROP's answer may take.
  std::size_t room() const { return room_; }

  // null_object: the index or handle names nothing; not_supported: it names something of another kind.
  template <class T>
  Answer<std::shared_ptr<T>> object(rop::HandleIndex index) const {
    auto any = find(index);
    if (!any) return refuse(EcCode::null_object);
    auto object = std::dynamic_pointer_cast<T>(any);
    if (!object) return refuse(EcCode::not_supported);
    return object;
  }
  std::shared_ptr<Object> find(rop::HandleIndex index) const;
  // Gives the object a handle at that index.
  Result<> open(rop::HandleIndex index, std::shared_ptr<Object> object);
  const std::vector<Handle>& opened() const { return opened_; }

  const Store& store() const;
  std::shared_ptr<const Store> shared_store() const;
  sync::Mailbox& mailbox() const { return store().mailbox(); }
  replica::Replica& replica() const { return store().replica(); }

  // Columns of the rows in the answer, as the encoder needs them.
  mapi::Columns columns;
  // The answer is complete, but not all that was asked for could be given (MAPI_W_ERRORS_RETURNED).
  bool has_warning = false;

 private:
  Session& session_;
  std::uint8_t logon_id_;
  std::vector<Handle>& table_;
  Wait wait_;
  std::size_t room_;
  std::vector<Handle> opened_;
};

template <class Rop>
struct Of {};
template <class Rop>
using Reply = Task<Answer<typename Rop::Response>>;

}  // namespace oxb::session
