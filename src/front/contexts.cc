// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/contexts.h"

#include "base/bytes.h"
#include "base/log.h"

#include <openssl/rand.h>

namespace oxb::front {

namespace {

constexpr std::size_t kIdBytes = 24;  // 192 random bits
constexpr std::size_t kSequenceBytes = 8;

std::string random_text(std::size_t size) {
  Bytes bytes(size);
  OXB_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) == 1);
  return to_hex(bytes);
}

bool well_formed(std::string_view id) {
  return id.size() == 2 * kIdBytes && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::optional<ContextTable::Names> ContextTable::add(const CookieContextPtr& context, const directory::Entity& user) {
  std::vector<CookieContextPtr> gone;
  std::unique_lock lock(mutex_);
  if (closed_) return std::nullopt;
  make_room(user, gone);
  if (contexts_.size() >= limits_.all) {
    lock.unlock();
    close(gone);
    log().warning("contexts.full").size("count", limits_.all);
    return std::nullopt;
  }
  context->id_ = random_text(kIdBytes);
  context->sequence_ = random_text(kSequenceBytes);
  context->user_ = user;
  context->used_ = clock_.steady();
  contexts_.emplace(context->id_, context);
  Names names{context->id_, context->sequence_};
  lock.unlock();
  close(gone);
  return names;
}

// A client that crashes and starts again leaves contexts behind; the newest start must not suffer from them.
void ContextTable::make_room(const directory::Entity& user, std::vector<CookieContextPtr>& out) {
  std::size_t count = 0;
  auto oldest = contexts_.end();
  for (auto it = contexts_.begin(); it != contexts_.end(); ++it) {
    if (it->second->user_ != user) continue;
    ++count;
    if (!it->second->busy_ && (oldest == contexts_.end() || it->second->used_ < oldest->second->used_)) oldest = it;
  }
  if (count >= limits_.per_user && oldest != contexts_.end()) take_out(oldest, out);
}

ResponseCode ContextTable::find(const Cookies& cookies, const directory::Entity& user, Map::iterator& found) {
  if (closed_) return ResponseCode::endpoint_shutting_down;
  if (cookies.context.empty()) return ResponseCode::missing_cookie;
  if (!well_formed(cookies.context)) return ResponseCode::invalid_context_cookie;
  found = contexts_.find(std::string(cookies.context));
  if (found == contexts_.end()) return ResponseCode::context_not_found;
  // Not "no privilege": nobody learns that a foreign context exists.
  if (found->second->user_ != user) return ResponseCode::context_not_found;
  return ResponseCode::success;
}

ContextTable::Begun ContextTable::begin(const Cookies& cookies, const directory::Entity& user) {
  const std::lock_guard lock(mutex_);
  Begun begun;
  Map::iterator found;
  begun.code = find(cookies, user, found);
  if (begun.code != ResponseCode::success) return begun;
  auto& context = *found->second;
  if (cookies.sequence.empty())
    begun.code = ResponseCode::missing_cookie;
  else if (context.busy_ || cookies.sequence != context.sequence_)
    begun.code = ResponseCode::invalid_sequence;
  if (begun.code != ResponseCode::success) return begun;
  context.busy_ = true;
  context.used_ = clock_.steady();
  context.sequence_ = random_text(kSequenceBytes);
  begun.sequence = context.sequence_;
  begun.context = found->second;
  return begun;
}

void ContextTable::end(const CookieContextPtr& context) {
  const std::lock_guard lock(mutex_);
  context->busy_ = false;
  context->used_ = clock_.steady();
}

ContextTable::Parked ContextTable::park(const Cookies& cookies, const directory::Entity& user) {
  Parked parked;
  CancelSource earlier;
  {
    const std::lock_guard lock(mutex_);
    Map::iterator found;
    parked.code = find(cookies, user, found);
    if (parked.code != ResponseCode::success) return parked;
    auto& context = *found->second;
    earlier = std::exchange(context.waiter_, CancelSource());
    ++context.parked_;
    context.used_ = clock_.steady();
    parked.cancel = context.waiter_.token();
    parked.context = found->second;
  }
  earlier.cancel();
  return parked;
}

void ContextTable::unpark(const CookieContextPtr& context) {
  const std::lock_guard lock(mutex_);
  --context->parked_;
  context->used_ = clock_.steady();
}

ResponseCode ContextTable::touch(const Cookies& cookies, const directory::Entity& user) {
  const std::lock_guard lock(mutex_);
  Map::iterator found;
  const auto code = find(cookies, user, found);
  if (code == ResponseCode::success) found->second->used_ = clock_.steady();
  return code;
}

ResponseCode ContextTable::remove(const Cookies& cookies, const directory::Entity& user) {
  std::vector<CookieContextPtr> gone;
  ResponseCode code;
  {
    const std::lock_guard lock(mutex_);
    Map::iterator found;
    code = find(cookies, user, found);
    if (code == ResponseCode::success) take_out(found, gone);
  }
  close(gone);
  return code;
}

void ContextTable::expire() {
  std::vector<CookieContextPtr> gone;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    for (auto it = contexts_.begin(); it != contexts_.end();) {
      const auto next = std::next(it);
      if (!it->second->busy_ && it->second->parked_ == 0 && now - it->second->used_ >= limits_.idle) take_out(it, gone);
      it = next;
    }
  }
  if (!gone.empty()) log().event("contexts.expired").size("count", gone.size());
  close(gone);
}

void ContextTable::close_all() {
  std::vector<CookieContextPtr> gone;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    while (!contexts_.empty()) take_out(contexts_.begin(), gone);
  }
  close(gone);
}

std::size_t ContextTable::size() const {
  const std::lock_guard lock(mutex_);
  return contexts_.size();
}

bool ContextTable::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void ContextTable::take_out(Map::iterator where, std::vector<CookieContextPtr>& out) {
  out.push_back(std::move(where->second));
  contexts_.erase(where);
}

void ContextTable::close(std::vector<CookieContextPtr>& gone) {
  for (const auto& context : gone) {
    context->waiter_.cancel();
    context->close();
  }
}

}  // namespace oxb::front
