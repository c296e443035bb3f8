// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Which part of a mail becomes what [MS-OXCMAIL] 2.2.3.3, 2.2.3.4: decided from types, dispositions and nesting alone,
// so that a listing (from BODYSTRUCTURE) and a whole mail come to the same answer.
#include "format/mime/message.h"
#include "model/mail.h"

#include <string>
#include <string_view>
#include <vector>

namespace oxb::convert {

// What the plan looks at.
struct Node {
  std::string type;  // "text/plain"
  std::string disposition;
  std::string file_name;
  std::string content_id;
  std::string protocol, report_type, smime_type, start;  // parameters, lower case but for start
  const mime::Part* part = nullptr;                      // null when made from a listing
  std::vector<Node> children;

  bool is(std::string_view full) const { return type == full; }
  bool is_multipart() const { return type.starts_with("multipart/"); }
};
Node node_of(const mime::Part& part);
Node node_of(const model::MailPart& part);

enum class MailKind { note, smime, smime_signed, delivery_report, receipt };

struct PlannedText {
  const Node* node;
  bool html;
};
struct PlannedFile {
  const Node* node;
  bool related;  // stands beside the HTML in multipart/related: can be a picture of it
};
struct Plan {
  MailKind kind = MailKind::note;
  std::vector<PlannedText> texts;  // in order; joined they are the body
  std::vector<PlannedFile> files;  // in order
  const Node* calendar = nullptr;  // also among files
  const Node* tnef = nullptr;      // not among files
  const Node* report = nullptr;    // the machine-readable part; not among files
  bool has_html() const;
  // Whether a client should show a paper clip: a file that is not a picture of the body.
  bool has_visible_files() const;
};
Plan plan_mail(const Node& root);

// PidTagMessageClass as far as the structure tells it.
std::string_view message_class(MailKind kind);

bool is_tnef(const Node& node);
bool is_inline_picture_type(std::string_view type);

}  // namespace oxb::convert
