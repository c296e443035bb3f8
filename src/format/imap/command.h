// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Commands as bytes. A command is sent in pieces: after each piece but the last the client waits for the server's "+"
// unless the server takes non-synchronizing literals (RFC 7888).
#include "base/bytes.h"
#include "format/imap/mailbox_name.h"

#include <string>
#include <string_view>
#include <vector>

namespace oxb::imap {

enum class LiteralMode { synchronizing, minus, plus };  // minus: non-synchronizing up to 4096 bytes

class Command {
 public:
  // verb with its fixed arguments, already in wire form: "UID FETCH", "SELECT".
  explicit Command(std::string verb) { text_ = std::move(verb); }

  Command& raw(std::string_view words);      // " " + words, wire form
  Command& string(std::string_view text);    // atom, quoted or literal, whatever holds it
  Command& literal(std::string_view bytes);  // a literal whatever it holds, as APPEND wants it
  Command& mailbox(std::string_view name, NameEncoding encoding);
  // Bytes for the wire with the tag in front. Every piece but the last ends in a literal header that wants an answer.
  std::vector<std::string> pieces(std::string_view tag, LiteralMode mode) const;
  // The verb and raw words only, for logs.
  std::string_view verb() const {
    return std::string_view(text_).substr(0, verb_size_ == 0 ? text_.size() : verb_size_);
  }

 private:
  struct Literal {
    std::size_t at;  // offset in text_ where the literal's header goes
    std::string bytes;
  };
  void mark_verb() {
    if (verb_size_ == 0) verb_size_ = text_.size();
  }
  std::string text_;
  std::vector<Literal> literals_;
  std::size_t verb_size_ = 0;
};

// True for text that can be an atom argument (an astring without quotes), which "NIL" is not.
bool is_atom_text(std::string_view text);
// A flag or keyword that may stand in STORE.
bool is_flag(std::string_view text);

}  // namespace oxb::imap
