// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/state.h"
#include "base/text.h"

#include <charconv>

namespace oxb::backend::fake {
namespace {

// "<uidvalidity>/<sequence>" or, inside a first reading, "<uidvalidity>/<sequence>/<lowest uid delivered>".
struct Place {
  std::uint64_t validity{}, sequence{}, below{};
};

std::optional<Place> parse(std::string_view text) {
  Place p;
  for (auto* field : {&p.validity, &p.sequence, &p.below}) {
    const auto [ptr, error] = std::from_chars(text.data(), text.data() + text.size(), *field);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(ptr - text.data()));
    if (text.empty()) return field == &p.validity ? std::nullopt : std::optional(p);
    if (text.front() != '/') return {};
    text.remove_prefix(1);
  }
  return {};
}

model::Position print(const Place& p) {
  auto text = std::to_string(p.validity) + "/" + std::to_string(p.sequence);
  if (p.below != 0) text += "/" + std::to_string(p.below);
  return model::Position{text};
}

// The header block with the empty line that ends it, as IMAP's BODY[HEADER] has it.
Bytes header_block(std::string_view raw) {
  const auto crlf = raw.find("\r\n\r\n");
  if (crlf != std::string_view::npos) return to_bytes(raw.substr(0, crlf + 4));
  const auto lf = raw.find("\n\n");
  return to_bytes(lf == std::string_view::npos ? raw : raw.substr(0, lf + 2));
}

bool* system_flag(model::MailFlags& flags, std::string_view name) {
  const auto lower = ascii_lower(name);
  if (lower == "\\seen") return &flags.seen;
  if (lower == "\\answered") return &flags.answered;
  if (lower == "\\flagged") return &flags.flagged;
  if (lower == "\\deleted") return &flags.deleted;
  if (lower == "\\draft") return &flags.draft;
  return nullptr;
}

void apply(model::MailFlags& flags, const std::string& name, bool on) {
  if (auto* flag = system_flag(flags, name)) {
    *flag = on;
    return;
  }
  std::erase(flags.keywords, name);
  if (on) flags.keywords.insert(std::lower_bound(flags.keywords.begin(), flags.keywords.end(), name), name);
}

enum class Detail { full, flags };

model::MailSummary summary(std::uint32_t uid, const StoredMail& mail, Detail detail) {
  model::MailSummary s;
  s.id = RemoteId{std::to_string(uid)};
  s.uid = uid;
  s.global_id = mail.global_id;
  s.flags = mail.flags;
  s.version = model::Version{std::to_string(mail.modified)};
  s.received = mail.received;
  s.size = mail.raw.size();
  if (detail == Detail::full) s.headers = header_block(mail.raw);
  return s;
}

class FakeMail final : public MailStore {
 public:
  explicit FakeMail(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  Task<Result<std::vector<model::Folder>>> folders(Wait wait) override {
    OXB_CO_CHECK(co_await session_->begin("mail.folders", std::move(wait)));
    std::vector<model::Folder> out;
    {
      auto& state = session_->state();
      const std::scoped_lock lock(state.mutex);
      for (const auto& f : state.folders) {
        if (f->folder.kind != model::FolderKind::mail) continue;
        if (state.find(session_->user(), f->folder.id) != f.get() || !state.view(session_->user(), f->folder.id))
          continue;
        out.push_back(state.as_seen(session_->user(), *f));
      }
    }
    OXB_CO_CHECK(session_->end("mail.folders"));
    co_return out;
  }

  Task<Result<MailChanges>> changes(const RemoteId& folder, const model::Position& since, std::size_t limit,
                                    Wait wait) override {
    const auto id = folder;
    const auto from = since;
    OXB_CO_CHECK(co_await session_->begin("mail.changes", std::move(wait)));
    OXB_CO_TRY(auto out, read_changes(id, from, std::max<std::size_t>(limit, 1)));
    OXB_CO_CHECK(session_->end("mail.changes"));
    co_return out;
  }

  Task<Result<std::vector<Result<Bytes>>>> messages(const RemoteId& folder, std::vector<std::uint32_t> uids,
                                                    Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("mail.messages", std::move(wait)));
    std::vector<Result<Bytes>> out;
    {
      const std::scoped_lock lock(session_->state().mutex);
      OXB_CO_TRY(const auto* stored, readable(id));
      for (const auto uid : uids) {
        const auto it = stored->mails.find(uid);
        if (it == stored->mails.end()) {
          out.emplace_back(fail(Errc::not_found, "uid " + std::to_string(uid)));
        } else {
          out.emplace_back(to_bytes(it->second.raw));
        }
      }
    }
    OXB_CO_CHECK(session_->end("mail.messages"));
    co_return out;
  }

  Task<Result<std::vector<std::uint32_t>>> existing(const RemoteId& folder, std::vector<std::uint32_t> uids,
                                                    Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("mail.existing", std::move(wait)));
    {
      const std::scoped_lock lock(session_->state().mutex);
      OXB_CO_TRY(const auto* stored, readable(id));
      std::erase_if(uids, [&](std::uint32_t uid) { return !stored->mails.contains(uid); });
    }
    OXB_CO_CHECK(session_->end("mail.existing"));
    co_return uids;
  }

  Task<Result<>> change_flags(const RemoteId& folder, std::vector<FlagChange> changes, Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("mail.change_flags", std::move(wait)));
    auto& state = session_->state();
    {
      const std::scoped_lock lock(state.mutex);
      OXB_CO_TRY(auto* stored, readable(id));
      for (const auto& change : changes) {
        const auto it = stored->mails.find(change.uid);
        if (it == stored->mails.end()) continue;  // IMAP STORE ignores UIDs that are gone
        auto& mail = it->second;
        const auto before = mail.flags;
        for (const auto& flag : change.add) apply(mail.flags, flag, true);
        for (const auto& flag : change.remove) apply(mail.flags, flag, false);
        if (mail.flags != before) mail.modified = ++state.sequence;
      }
    }
    state.changed.raise();
    OXB_CO_CHECK(session_->end("mail.change_flags"));
    co_return Result<>{};
  }

  Task<Result<>> wait_for_change(const RemoteId& folder, Wait wait) override {
    const auto id = folder;
    OXB_CO_CHECK(co_await session_->begin("mail.wait_for_change", wait));
    auto& state = session_->state();
    std::optional<std::uint64_t> start;
    while (true) {
      {
        const std::scoped_lock lock(state.mutex);
        OXB_CO_TRY(const auto* stored, readable(id));
        const auto now = newest(*stored);
        if (!start) start = now;
        if (now != *start) break;
        if (state.unavailable || state.mail_unavailable) co_return fail(Errc::unavailable, "mail is down");
      }
      if (wait.cancel.cancelled()) co_return fail(Errc::cancelled, "wait for change");
      if (wait.expired()) co_return fail(Errc::unavailable, "nothing changed in time");
      co_await state.changed.wait(wait);
    }
    OXB_CO_CHECK(session_->end("mail.wait_for_change"));
    co_return Result<>{};
  }

 private:
  static std::uint64_t newest(const StoredFolder& stored) {
    std::uint64_t newest = stored.uid_validity;
    for (const auto& [uid, mail] : stored.mails) newest = std::max(newest, mail.modified + stored.uid_validity);
    for (const auto& [uid, when] : stored.expunged) newest = std::max(newest, when + stored.uid_validity);
    return newest;
  }

  Result<StoredFolder*> readable(const RemoteId& id) {
    OXB_TRY(const auto view, session_->state().mail_folder(session_->user(), id));
    if (view.rights.read == model::Rights::ItemLevel::none) return fail(Errc::access_denied, "folder " + id.value);
    return view.stored;
  }

  // Newest first, limit at a time.
  static void first_reading(const StoredFolder& stored, Place& place, std::size_t limit, MailChanges& out) {
    auto it = place.below == 0
                  ? stored.mails.rbegin()
                  : std::make_reverse_iterator(stored.mails.lower_bound(static_cast<std::uint32_t>(place.below)));
    for (; it != stored.mails.rend() && out.changed.size() < limit; ++it) {
      out.changed.push_back(summary(it->first, it->second, Detail::full));
    }
    out.more = it != stored.mails.rend();
    place.below = out.more ? out.changed.back().uid : 0;
  }

  static void delta(const StoredFolder& stored, Place& place, std::size_t limit, std::uint64_t now, MailChanges& out) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (const auto& [uid, mail] : stored.mails) {
      if (mail.modified > place.sequence) order.emplace_back(mail.modified, uid);
    }
    std::sort(order.begin(), order.end());
    out.more = order.size() > limit;
    if (out.more) order.resize(limit);
    const auto upto = out.more ? order.back().first : now;
    for (const auto& [modified, uid] : order) {
      const auto& mail = stored.mails.at(uid);
      out.changed.push_back(summary(uid, mail, mail.created > place.sequence ? Detail::full : Detail::flags));
    }
    for (const auto& [uid, when] : stored.expunged) {
      if (when > place.sequence && when <= upto) out.vanished.push_back(uid);
    }
    place.sequence = upto;
  }

  Result<MailChanges> read_changes(const RemoteId& id, const model::Position& since, std::size_t limit) {
    auto& state = session_->state();
    const std::scoped_lock lock(state.mutex);
    OXB_TRY(const auto* stored, readable(id));
    MailChanges out;
    out.uid_validity = stored->uid_validity;
    out.total = static_cast<std::uint32_t>(stored->mails.size());
    for (const auto& [uid, mail] : stored->mails) out.unread += mail.flags.seen ? 0 : 1;

    Place place{stored->uid_validity, state.sequence, 0};
    bool first = since.value.empty();
    if (!first) {
      const auto known = parse(since.value);
      if (!known) return fail(Errc::invalid, "position");
      out.renumbered = known->validity != stored->uid_validity;
      first = out.renumbered || known->below != 0 || !state.vanished_reporting;
      if (!out.renumbered && (state.vanished_reporting || known->below != 0)) place = *known;
    }
    if (first) {
      const bool from_the_top = place.below == 0;
      first_reading(*stored, place, state.vanished_reporting ? limit : stored->mails.size() + 1, out);
      out.complete = from_the_top && !out.more;
    } else {
      delta(*stored, place, limit, state.sequence, out);
    }
    out.position = print(place);
    return out;
  }

  std::shared_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<MailStore> make_mail(std::shared_ptr<Session> session) {
  return std::make_unique<FakeMail>(std::move(session));
}

}  // namespace oxb::backend::fake
