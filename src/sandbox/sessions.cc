// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/sessions.h"

#include "base/guid.h"

#include <openssl/evp.h>

namespace oxb::sandbox {
namespace {

std::string short_hash(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  std::string out;
  for (const char c : to_base64(std::as_bytes(std::span(digest.data(), size)))) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) out += c;
  }
  return out;
}

}  // namespace

std::string cookie_hash(std::string_view user_agent, std::string_view client) {
  return short_hash(fmt::format("{}\n{}", user_agent, client));
}

std::string public_cookie_hash(std::string_view user_agent, std::int64_t context, std::int64_t user) {
  return short_hash(fmt::format("{}\n{}\n{}", user_agent, context, user));
}

std::string random_token() { return to_hex(random_guid().bytes); }

const Session* Sessions::open(Session session) {
  const auto same_user = [&](const auto& entry) {
    return entry.second.context == session.context && entry.second.user == session.user;
  };
  const auto count = std::count_if(sessions_.begin(), sessions_.end(), same_user);
  if (static_cast<std::size_t>(count) >= rules_.per_user) return nullptr;
  session.id = random_token();
  session.secret = random_token();
  session.public_id = random_token();
  const auto id = session.id;
  return &sessions_.emplace(id, std::move(session)).first->second;
}

const Session* Sessions::find(std::string_view id, const net::HttpRequest& request, std::int64_t now) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return nullptr;
  Session& session = it->second;
  if (now - session.used > rules_.lifetime_ms || (rules_.check_address && session.address != request.client_address)) {
    sessions_.erase(it);
    return nullptr;
  }
  // The name is computed from the User-Agent of this request, so a changed one finds no cookie.
  const auto agent =
      rules_.remember_user_agent ? std::string_view(session.user_agent) : request.headers.get("User-Agent");
  const auto name = "open-xchange-secret-" + cookie_hash(agent, session.client);
  if (request.cookie(name) != session.secret) return nullptr;
  session.used = now;
  return &session;
}

const Session* Sessions::by_cookie(const net::HttpRequest& request, std::string_view client, std::int64_t now) {
  const auto name = "open-xchange-session-" + cookie_hash(request.headers.get("User-Agent"), client);
  const auto id = request.cookie(name);
  return id.empty() ? nullptr : find(id, request, now);
}

bool Sessions::close(std::string_view id) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return false;
  sessions_.erase(it);
  return true;
}

bool Sessions::rebind(std::string_view id, std::string address) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return false;
  it->second.address = std::move(address);
  return true;
}

}  // namespace oxb::sandbox
