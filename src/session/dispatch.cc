// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/dispatch.h"

#include "session/rops/handlers.h"

#include <array>

namespace oxb::session {
namespace {

constexpr rop::HandleIndex kNoInput = 0xFF;

template <class Rop>
Task<rop::RopResponse> run(Call& call, const rop::RopRequest& request) {
  auto answer = co_await handle(Of<Rop>{}, call, request.as<Rop>());
  if constexpr (requires { &Rop::Failure::destination; }) {
    // The answer names the destination that is none [MS-OXCROPS] 2.2.4.6.3.
    if (!answer && answer.error().code == Rop::kFailureCode) {
      typename Rop::Failure failure;
      failure.destination = request.as<Rop>().destination;
      co_return rop::RopResponse::failed_with<Rop>(request.reply, failure);
    }
  }
  if (!answer) co_return rop::RopResponse::failed(Rop::kId, request.reply, answer.error().code);
  if constexpr (requires { requires std::is_same_v<typename Rop::Failure, typename Rop::Response>; }) {
    if (call.has_warning) co_return rop::RopResponse::failed_with<Rop>(request.reply, std::move(*answer));
  }
  std::shared_ptr<const mapi::Columns> columns;
  if (!call.columns.tags.empty()) columns = std::make_shared<const mapi::Columns>(std::move(call.columns));
  co_return rop::RopResponse::ok<Rop>(request.reply, std::move(*answer), std::move(columns));
}

using Runner = Task<rop::RopResponse> (*)(Call&, const rop::RopRequest&);

template <class... Rops>
constexpr std::array<Runner, 256> make_table(rop::TypeList<Rops...>) {
  std::array<Runner, 256> table{};
  ((table[Rops::kId] = &run<Rops>), ...);
  return table;
}

}  // namespace

Task<rop::RopResponse> dispatch(Call& call, const rop::RopRequest& request) {
  static constexpr auto kTable = make_table(rop::All{});
  if (request.input != kNoInput && !call.find(request.input))
    co_return rop::RopResponse::failed(request.id(), request.reply, EcCode::null_object);
  co_return co_await kTable[request.id()](call, request);
}

}  // namespace oxb::session
