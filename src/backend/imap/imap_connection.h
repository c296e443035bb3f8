// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One authenticated connection to an IMAP server. Used by one coroutine at a time, always on the same strand. A
// connection on which anything went wrong in the middle of a command is broken and good for nothing but destruction.
#include "backend/imap/imap_settings.h"
#include "format/imap/command.h"
#include "format/imap/data.h"
#include "format/imap/response.h"
#include "net/stream.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace oxb::backend {

struct ImapAnswer {
  imap::Response::Status status = imap::Response::Status::none;
  std::optional<imap::ResponseCode> code;
  std::vector<imap::Response> untagged;
  std::size_t malformed = 0;  // untagged responses whose text broke the grammar and was left out

  bool is_ok() const { return status == imap::Response::Status::ok; }
  bool has_code(std::string_view name) const { return code && code->name == name; }
};
// The refusal as an error: what was asked goes into the text, the server's words do not.
Result<> check_answer(const ImapAnswer& answer, std::string_view what);

// What SELECT or EXAMINE says.
struct ImapSelected {
  std::uint32_t uid_validity{}, uid_next{}, exists{};
  std::uint64_t highest_mod_seq{};  // 0: the mailbox has none
  bool read_only = false;
  std::vector<imap::FetchData> changed;  // with Resync: flags changed since
  imap::UidSet vanished;                 // with Resync
};
struct ImapResync {
  std::uint32_t uid_validity{};
  std::uint64_t mod_seq{};
};
enum class ImapMode { read, write };

class ImapConnection {
 public:
  // unauthenticated: the server refused the login. access_denied: its certificate, or it offers no way to sign in
  // safely.
  static Task<Result<std::unique_ptr<ImapConnection>>> open(ImapSettings settings, ImapLogin login, Wait wait);
  ~ImapConnection();

  // Sends all commands without waiting for answers in between (as far as their size allows) and returns one answer
  // each.
  Task<Result<std::vector<ImapAnswer>>> run(std::vector<imap::Command> commands, Wait wait);
  Task<Result<ImapAnswer>> run_one(imap::Command command, Wait wait);
  // SELECT or EXAMINE; not_found, access_denied, unavailable. also: a command for the opened mailbox, sent in the same
  // flight; its answer means nothing when the mailbox does not open.
  Task<Result<ImapSelected>> select(std::string mailbox, ImapMode mode, std::optional<ImapResync> resync, Wait wait,
                                    imap::Command* also = nullptr, ImapAnswer* also_answer = nullptr);
  // Opens the mailbox unless it is open already in a mode that serves.
  Task<Result<>> ensure_selected(std::string mailbox, ImapMode mode, Wait wait);
  // Mails that came since the mailbox was opened are known to the server's session only after this: it ignores their
  // UIDs before.
  Task<Result<>> catch_up(Wait wait);
  // Opens the mailbox, or catches up with what happened in it.
  Task<Result<>> open_up_to_date(std::string mailbox, ImapMode mode, Wait wait);
  // Closes what is open without expunging: servers say goodbye to a session whose mailbox is deleted.
  Task<Result<>> leave_selected(Wait wait);
  // False also for a name that holds folders only.
  Task<Result<bool>> exists(std::string mailbox, Wait wait);
  // True as soon as the server reports anything about the selected mailbox; false when the time of the wait is over
  // (the connection stays good, cancelled or not). Renews itself; polls where the server has no IDLE.
  Task<Result<bool>> idle(Wait wait);
  Task<void> log_out(Wait wait);

  bool has(std::string_view capability) const { return capabilities_.count(std::string(capability)) != 0; }
  // What follows the prefix in a capability like "APPENDLIMIT=1000"; empty where there is none.
  std::string_view capability_with(std::string_view prefix) const;
  bool enabled(std::string_view extension) const { return enabled_.count(std::string(extension)) != 0; }
  imap::NameEncoding encoding() const {
    return enabled("UTF8=ACCEPT") ? imap::NameEncoding::utf8 : imap::NameEncoding::modified_utf7;
  }
  // The fetch item that gives a mail an id that outlives moves; empty where the server has none.
  std::string_view global_id_item() const;
  const imap::Namespaces& namespaces() const { return namespaces_; }
  const std::string& selected() const { return selected_; }
  bool serves(std::string_view mailbox, ImapMode mode) const {
    return selected_ == mailbox && (mode == ImapMode::read || selected_mode_ == ImapMode::write);
  }
  std::uint32_t selected_validity() const { return selected_validity_; }
  // What is open may be another mailbox by now; it is opened again when it is needed.
  void forget_selected() { selected_.clear(); }
  bool broken() const { return broken_; }
  bool secure() const { return stream_->secure(); }
  std::chrono::steady_clock::time_point last_used() const { return last_used_; }

 private:
  ImapConnection(ImapSettings settings, std::unique_ptr<net::Stream> stream);

  // Sign-in, in imap_sign_in.cc.
  Task<Result<>> greet(Wait wait);
  Task<Result<>> secure_connection(Wait wait);
  Task<Result<>> authenticate(const ImapLogin& login, Wait wait);
  Task<Result<>> load_capabilities(Wait wait);
  Task<Result<>> introduce(Wait wait);
  void take_capabilities(const ImapAnswer& answer);

  // Transport, in imap_connection.cc.
  enum class SaslResponse { with_command, when_asked };
  struct Batch;
  Task<Result<>> fill(Batch& batch, const Wait& wait);
  Task<Result<>> send_in_pieces(Batch& batch, const Wait& wait);
  Result<> take(Batch& batch, imap::Response response);
  Task<Result<imap::Response>> next_response(Batch* batch, const Wait& wait);
  Task<Result<>> write(std::string bytes, const Wait& wait);
  // AUTHENTICATE with one client response, sent with the command or when the server asks for it.
  Task<Result<ImapAnswer>> authenticate_with(std::string mechanism, std::string response, SaslResponse when, Wait wait);
  Task<Result<bool>> idle_once(Wait wait);
  Task<Result<>> end_idle(Batch& batch);
  Task<Result<bool>> poll(Wait wait);
  std::string next_tag();
  imap::LiteralMode literal_mode() const;

  ImapSettings settings_;
  std::unique_ptr<net::Stream> stream_;
  imap::ResponseSplitter splitter_;
  std::vector<std::byte> buffer_;
  std::set<std::string> capabilities_, enabled_;
  std::map<std::string, std::string> server_id_;
  imap::Namespaces namespaces_;
  std::string selected_;
  ImapMode selected_mode_ = ImapMode::read;
  std::uint32_t selected_validity_ = 0;
  bool mailbox_open_ = false;  // also where selected_ was forgotten
  std::uint32_t exists_ = 0;
  std::uint64_t tag_ = 0;
  bool said_bye_ = false;
  bool preauthenticated_ = false;
  bool broken_ = false;
  std::chrono::steady_clock::time_point last_used_;
};

}  // namespace oxb::backend
