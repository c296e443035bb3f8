// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/auth.h"

#include "base/log.h"
#include "base/text.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace oxb::front {

namespace {

constexpr std::size_t kLongestLogin = 1024;
constexpr int kBusySeconds = 30;

std::string random_key() {
  std::string key(32, '\0');
  OXB_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) == 1);
  return key;
}

// Outlook sends the password in the machine's code page when it fits there, and in UTF-8 otherwise.
std::string as_utf8(std::string text) {
  if (is_valid_utf8(text)) return text;
  auto converted = utf8_from_code_page(text, 1252);
  return converted ? std::move(*converted) : make_valid_utf8(text);
}

net::HttpResponse unauthorized() {
  auto response = net::HttpResponse::text(401, "Sign in with your mail login.\n");
  response.headers.add("WWW-Authenticate", "Basic realm=\"Oxbridge\", charset=\"UTF-8\"");
  return response;
}

net::HttpResponse wait_please(int status, std::chrono::seconds wait, std::string_view text) {
  auto response = net::HttpResponse::text(status, text);
  response.headers.add("Retry-After", std::to_string(wait.count()));
  return response;
}

}  // namespace

struct Authenticator::Entry {
  std::chrono::steady_clock::time_point until;
  bool settled = false;  // under the authenticator's mutex, like the rest
  MailboxPtr mailbox;
  std::optional<Error> error;
  net::AsyncEvent done;
};

std::optional<std::pair<std::string, Secret>> basic_login(const net::HttpRequest& request) {
  const auto header = trim(request.headers.get("Authorization"));
  const auto space = header.find(' ');
  if (space == std::string_view::npos || !ascii_iequals(header.substr(0, space), "Basic")) return std::nullopt;
  const auto decoded = from_base64(trim(header.substr(space + 1)));
  if (!decoded || decoded->size() > kLongestLogin) return std::nullopt;
  const auto text = as_text(*decoded);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos) return std::nullopt;
  auto login = as_utf8(std::string(trim(text.substr(0, colon))));
  Secret password(as_utf8(std::string(text.substr(colon + 1))));
  if (login.empty() || password.empty()) return std::nullopt;
  return std::pair(std::move(login), std::move(password));
}

Authenticator::Authenticator(sync::Accounts& accounts, AuthOptions options)
    : accounts_(accounts),
      options_(std::move(options)),
      process_key_(random_key()),
      guesses_(options_.guesses, *options_.clock) {}
Authenticator::~Authenticator() = default;

std::string Authenticator::hash(std::string_view login, std::string_view password) const {
  std::string text;
  text.reserve(login.size() + 1 + password.size());
  text.append(login).push_back('\0');
  text.append(password);
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), process_key_.data(), static_cast<int>(process_key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), reinterpret_cast<unsigned char*>(out.data()),
       &size);
  OPENSSL_cleanse(text.data(), text.size());
  out.resize(size);
  return out;
}

Task<Authenticated> Authenticator::authenticate(const net::HttpRequest& request) {
  const auto client = client_of(request, options_.trusted_proxies);
  if (!client.encrypted && !is_loopback(client.address))
    co_return net::HttpResponse::text(403, "Passwords are accepted over https only.\n");
  auto login = basic_login(request);
  if (!login) co_return unauthorized();
  const auto key = hash(login->first, login->second.reveal());

  bool first = false;
  const auto entry = remembered(key, first);
  if (!first) {
    // The same login is being asked already, or its answer is known.
    const auto wait = Wait::upto(options_.sign_in_time);
    for (auto seen = entry->done.generation();; seen = entry->done.generation()) {
      {
        const std::lock_guard lock(mutex_);
        if (entry->settled) co_return answer(*entry);
      }
      if (!co_await entry->done.wait_after(seen, wait))
        co_return wait_please(503, std::chrono::seconds(kBusySeconds), "The mail server does not answer.\n");
    }
  }
  const auto network = network_of(client.address);
  const auto account = fold_case(login->first);
  if (const auto wait = guesses_.blocked(account, network)) {
    {
      const std::lock_guard lock(mutex_);
      entries_.erase(key);
      entry->settled = true;
      entry->error = Error{Errc::limit, std::to_string(wait->count())};
    }
    entry->done.notify_all();
    log().warning("auth.blocked").id("network", network);
    co_return answer(*entry);
  }
  model::Credentials credentials;
  credentials.login = login->first;
  credentials.secret = std::move(login->second);
  auto signed_in = co_await accounts_.sign_in(credentials, Wait::upto(options_.sign_in_time));
  if (signed_in) {
    entry->mailbox = std::move(*signed_in);
    guesses_.right(account, network);
  } else {
    entry->error = std::move(signed_in).error();
    if (entry->error->code == Errc::unauthenticated) {
      guesses_.wrong(account, network);
      log().event("auth.refused").id("network", network);
    } else {
      log().warning("auth.failed").err(*entry->error);
    }
  }
  settle(key, entry);
  const std::lock_guard lock(mutex_);
  co_return answer(*entry);
}

// The entry of this login; first: the caller has to ask and settle it.
Authenticator::EntryPtr Authenticator::remembered(const std::string& key, bool& first) {
  const auto now = options_.clock->steady();
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[key];
  if (entry && (!entry->settled || now < entry->until)) return entry;
  first = true;
  entry = std::make_shared<Entry>();
  return entry;
}

void Authenticator::settle(const std::string& key, const EntryPtr& entry) {
  {
    const std::lock_guard lock(mutex_);
    entry->until = options_.clock->steady() + options_.remember;
    entry->settled = true;
    const auto found = entries_.find(key);
    const bool ours = found != entries_.end() && found->second == entry;
    if (ours && (entry->error || entries_.size() > options_.remembered)) entries_.erase(found);
  }
  entry->done.notify_all();
}

Authenticated Authenticator::answer(const Entry& entry) const {
  if (!entry.error) return entry.mailbox;
  switch (entry.error->code) {
    case Errc::unauthenticated:
      return unauthorized();
    case Errc::limit: {
      const auto seconds = std::strtol(entry.error->what.c_str(), nullptr, 10);
      return wait_please(429, std::chrono::seconds(std::max(1L, seconds)),
                         "Too many wrong passwords. Try again later.\n");
    }
    default:
      return wait_please(503, std::chrono::seconds(kBusySeconds), "The mail server does not answer.\n");
  }
}

void Authenticator::forget_expired() {
  std::vector<EntryPtr> dropped;  // mailboxes sign out outside the lock
  const auto now = options_.clock->steady();
  const std::lock_guard lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (it->second->settled && now >= it->second->until) {
      dropped.push_back(std::move(it->second));
      it = entries_.erase(it);
    } else {
      ++it;
    }
  }
}

void Authenticator::forget_all() {
  std::unordered_map<std::string, EntryPtr> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(entries_);
}

}  // namespace oxb::front
