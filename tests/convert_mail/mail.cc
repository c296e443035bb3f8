// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/convert_mail/mail.h"

#include "format/mime/message.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace oxb::convert::test {
namespace {

model::MailPart listed(const mime::Part& part) {
  model::MailPart out;
  const auto slash = part.type.find('/');
  out.type = part.type.substr(0, slash);
  out.subtype = part.type.substr(slash + 1);
  for (const auto& p : part.parameters) out.parameters.emplace_back(p.name, p.value);
  out.disposition = part.disposition;
  out.file_name = part.file_name;
  out.content_id = part.content_id.empty() ? "" : "<" + part.content_id + ">";
  out.encoding = part.encoding;
  if (!part.is_multipart()) out.size = part.body.size();
  for (const auto& child : part.children) out.parts.push_back(listed(child));
  return out;
}

void add(const std::filesystem::path& root, std::vector<Sample>& out) {
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root, error)) {
    if (entry.path().extension() != ".eml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    out.push_back({std::filesystem::relative(entry.path(), root).string(), bytes.str()});
  }
}

}  // namespace

model::MailSummary listing(std::string_view mail, const MessageContext& with) {
  model::MailSummary out;
  const auto part = mime::parse(mail);
  out.received = with.received;
  out.size = mail.size();
  out.flags = with.flags;
  if (part) {
    out.headers = to_bytes(part->headers.block);
    out.structure = listed(*part);
  }
  return out;
}

std::vector<Sample> samples() {
  std::vector<Sample> out;
  add(std::filesystem::path(OXB_SOURCE_DIR) / "share/sample/mail", out);
  const char* set = std::getenv("OXBRIDGE_DATA");
  const auto data = set ? std::filesystem::path(set) : std::filesystem::path(OXB_SOURCE_DIR) / "../shared/data";
  const auto before = out.size();
  add(data / "mail", out);
  if (out.size() == before) std::cout << "no sample mails in " << data << ": only the project's own are read\n";
  return out;
}

}  // namespace oxb::convert::test
