// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/push.h"

#include "sync/mailbox_impl.h"

namespace oxb::sync {
namespace {

tl::unexpected<Error> not_yet() { return fail(Errc::unsupported, "the backend is not written to yet"); }

}  // namespace

Task<Result<MessageId>> Push::save(SavedMessage, Wait) { co_return not_yet(); }
Task<Result<Partial>> Push::remove(std::vector<MessageId>, Removal, Wait) { co_return not_yet(); }
Task<Result<Partial>> Push::transfer(std::vector<MessageId>, FolderId, Transfer, Wait) { co_return not_yet(); }
Task<Result<FolderId>> Push::create_folder(FolderId, std::string, std::string, Wait) { co_return not_yet(); }
Task<Result<>> Push::move_folder(FolderId, FolderId, std::string, Wait) { co_return not_yet(); }
Task<Result<FolderId>> Push::copy_folder(FolderId, FolderId, std::string, Depth, Wait) { co_return not_yet(); }
Task<Result<>> Push::delete_folder(FolderId, Removal, Wait) { co_return not_yet(); }
Task<Result<SubmitOutcome>> Push::submit(MessageId, Wait) { co_return not_yet(); }
Task<Result<>> Push::abort_submit(MessageId, Wait) { co_return not_yet(); }
Task<Result<SubmitOutcome>> Push::send(std::shared_ptr<const mapi::Content>, Wait) { co_return not_yet(); }

}  // namespace oxb::sync
