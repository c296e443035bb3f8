// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_plan.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace oxb::convert {

Node node_of(const mime::Part& part) {
  Node out;
  out.type = part.type;
  out.disposition = part.disposition;
  out.file_name = part.file_name;
  out.content_id = part.content_id;
  out.protocol = ascii_lower(part.parameter("protocol"));
  out.report_type = ascii_lower(part.parameter("report-type"));
  out.smime_type = ascii_lower(part.parameter("smime-type"));
  out.start = part.parameter("start");
  out.part = &part;
  if (part.is_multipart())
    for (const auto& child : part.children) out.children.push_back(node_of(child));
  return out;
}

namespace {

Node listed_node(const model::MailPart& part, int depth) {
  const auto parameter = [&](std::string_view name) -> std::string {
    for (const auto& [key, value] : part.parameters)
      if (key == name) return value;
    return {};
  };
  Node out;
  out.type = ascii_lower(part.type) + "/" + ascii_lower(part.subtype);
  out.disposition = ascii_lower(part.disposition);
  out.file_name = part.file_name.empty() ? parameter("name") : part.file_name;
  const auto id = trim(part.content_id);
  out.content_id = id.starts_with('<') && id.ends_with('>') ? id.substr(1, id.size() - 2) : id;
  out.protocol = ascii_lower(parameter("protocol"));
  out.report_type = ascii_lower(parameter("report-type"));
  out.smime_type = ascii_lower(parameter("smime-type"));
  out.start = parameter("start");
  if (out.is_multipart() && depth < 40)
    for (const auto& child : part.parts) out.children.push_back(listed_node(child, depth + 1));
  // A multipart in which nothing was found is shown as text, as the parser does.
  if (out.is_multipart() && out.children.empty()) out.type = "text/plain";
  return out;
}

}  // namespace

Node node_of(const model::MailPart& part) { return listed_node(part, 0); }

bool is_inline_picture_type(std::string_view type) {
  static constexpr std::array<std::string_view, 9> kTypes = {"image/jpeg",  "image/jpg",     "image/pjpeg",
                                                             "image/gif",   "image/bmp",     "image/png",
                                                             "image/x-png", "image/svg+xml", "image/webp"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_tnef(const Node& node) {
  return node.is("application/ms-tnef") || node.is("application/vnd.ms-tnef") ||
         ascii_iequals(node.file_name, "winmail.dat");
}

bool Plan::has_html() const {
  return std::any_of(texts.begin(), texts.end(), [](const PlannedText& t) { return t.html; });
}

bool Plan::has_visible_files() const {
  const bool html = has_html();
  return std::any_of(files.begin(), files.end(), [&](const PlannedFile& f) {
    const bool picture = html && f.related && is_inline_picture_type(f.node->type) && !f.node->content_id.empty() &&
                         f.node->disposition != "attachment";
    return !picture;
  });
}

std::string_view message_class(MailKind kind) {
  switch (kind) {
    case MailKind::smime:
      return "IPM.Note.SMIME";
    case MailKind::smime_signed:
      return "IPM.Note.SMIME.MultipartSigned";
    case MailKind::delivery_report:
      return "REPORT.IPM.Note.NDR";
    case MailKind::receipt:
      return "REPORT.IPM.Note.IPNRN";
    case MailKind::note:
      break;
  }
  return "IPM.Note";
}

namespace {

bool is_body_text(std::string_view type) {
  return type == "text/plain" || type == "text/html" || type == "text/enriched" || type == "text/richtext";
}

// The texts and files of one part of the tree.
struct Found {
  std::vector<PlannedText> texts;
  std::vector<PlannedFile> files;
  bool html() const {
    return std::any_of(texts.begin(), texts.end(), [](const PlannedText& t) { return t.html; });
  }
};

class Planner {
 public:
  explicit Planner(Plan& plan) : plan_(plan) {}

  Found visit(const Node& node, bool may_be_body) {
    if (node.is("multipart/alternative")) return alternative(node, may_be_body);
    if (node.is("multipart/related")) return related(node, may_be_body);
    if (node.is_multipart()) return mixed(node, may_be_body);
    return leaf(node, may_be_body);
  }

 private:
  Found leaf(const Node& node, bool may_be_body) {
    Found out;
    if (node.is("text/calendar") && !plan_.calendar) plan_.calendar = &node;
    if (is_tnef(node) && !plan_.tnef) {
      plan_.tnef = &node;
      return out;
    }
    if (is_report_part(node) && plan_.kind != MailKind::note && !plan_.report) {
      plan_.report = &node;
      return out;
    }
    const bool first = !seen_text_;
    const bool named = !node.file_name.empty();
    if (may_be_body && is_body_text(node.type) && node.disposition != "attachment" && (first || !named)) {
      seen_text_ = true;
      out.texts.push_back({&node, node.is("text/html")});
    } else {
      out.files.push_back({&node, false});
    }
    return out;
  }

  static bool is_report_part(const Node& node) {
    return node.is("message/delivery-status") || node.is("message/disposition-notification") ||
           node.is("message/global-delivery-status") || node.is("message/global-disposition-notification");
  }

  Found mixed(const Node& node, bool may_be_body) {
    Found out;
    for (const auto& child : node.children) {
      auto found = visit(child, may_be_body);
      std::move(found.texts.begin(), found.texts.end(), std::back_inserter(out.texts));
      std::move(found.files.begin(), found.files.end(), std::back_inserter(out.files));
    }
    return out;
  }

  // The richest form is the body; the other forms are dropped, what is no form of the text is kept.
  Found alternative(const Node& node, bool may_be_body) {
    Found out;
    const bool before = seen_text_;
    std::vector<PlannedText> best;
    bool best_html = false;
    for (const auto& child : node.children) {
      // Each form stands for itself: whether a text came before is asked anew.
      seen_text_ = before;
      if (child.type.starts_with("text/") && !is_body_text(child.type) && !child.is("text/calendar") &&
          child.disposition != "attachment" && child.file_name.empty())
        continue;  // text/x-amp-html, text/watch-html and their like
      auto found = visit(child, may_be_body);
      if (!found.texts.empty() && (found.html() || !best_html)) {
        best_html = found.html();
        best = std::move(found.texts);
      }
      std::move(found.files.begin(), found.files.end(), std::back_inserter(out.files));
    }
    seen_text_ = before || !best.empty();
    out.texts = std::move(best);
    return out;
  }

  Found related(const Node& node, bool may_be_body) {
    Found out;
    const auto start = trim(node.start);
    const auto id = start.starts_with('<') && start.ends_with('>') ? start.substr(1, start.size() - 2) : start;
    std::size_t root = 0;
    for (std::size_t i = 0; i < node.children.size() && !id.empty(); ++i)
      if (node.children[i].content_id == id) root = i;
    if (!node.children.empty()) out = visit(node.children[root], may_be_body);
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i == root) continue;
      auto found = visit(node.children[i], false);
      for (auto& f : found.files) out.files.push_back({f.node, true});
    }
    return out;
  }

  Plan& plan_;
  bool seen_text_ = false;
};

MailKind kind_of(const Node& root) {
  if (root.is("application/pkcs7-mime") || root.is("application/x-pkcs7-mime"))
    return root.smime_type == "certs-only" ? MailKind::note : MailKind::smime;
  if (root.is("application/octet-stream") && ascii_lower(root.file_name).ends_with(".p7m")) return MailKind::smime;
  if (root.is("multipart/signed") &&
      (root.protocol == "application/pkcs7-signature" || root.protocol == "application/x-pkcs7-signature"))
    return MailKind::smime_signed;
  if (root.is("multipart/report")) {
    const auto has = [&](std::string_view type) {
      return std::any_of(root.children.begin(), root.children.end(),
                         [&](const Node& c) { return c.type.ends_with(type); });
    };
    if (has("delivery-status")) return MailKind::delivery_report;
    if (has("disposition-notification")) return MailKind::receipt;
    if (root.children.empty() && root.report_type == "delivery-status") return MailKind::delivery_report;
    if (root.children.empty() && root.report_type == "disposition-notification") return MailKind::receipt;
  }
  return MailKind::note;
}

}  // namespace

Plan plan_mail(const Node& root) {
  Plan plan;
  plan.kind = kind_of(root);
  auto found = Planner(plan).visit(root, true);
  plan.texts = std::move(found.texts);
  plan.files = std::move(found.files);
  return plan;
}

}  // namespace oxb::convert
