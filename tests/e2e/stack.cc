// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/e2e/stack.h"

#include "proto/mapi/tags.h"

#include <fmt/format.h>

namespace oxb::e2e {

Client::Client(Stack& stack, const std::string& login, const std::string& password, const std::string& email) {
  cli::Access access;
  access.server = stack.url();
  access.user = login;
  access.email = email;
  access.password = Secret(password);
  access.ca_file = stack.ca_file();
  const auto step = [this](auto result) {
    if (!result && error_.empty()) error_ = result.error().what;
    return result;
  };
  if (auto web = step(cli::Web::create(stack.loop(), std::move(access)))) web_ = *std::move(web);
  if (!ready()) return;
  if (auto settings = step(web_->autodiscover())) settings_ = *std::move(settings);
  if (!ready()) return;
  mailbox_ = std::make_unique<cli::MapiClient>(*web_, settings_.mapi_http->mail_store);
  address_book_ = std::make_unique<cli::AddressBookClient>(*web_, settings_.mapi_http->address_book);
  if (!step(mailbox_->connect(settings_.legacy_dn))) return;
  if (auto answer = step(mailbox_->log_on(settings_.legacy_dn))) logon_ = *answer;
}

mapi::Eid Client::inbox() { return mailbox_->logon_folder(rop::LogonFolder::inbox); }

std::map<std::string, std::uint64_t> Client::folder_ids() {
  std::map<std::string, std::uint64_t> ids;
  const auto folders = mailbox_->folders_below(mailbox_->logon_folder(rop::LogonFolder::ipm_subtree));
  EXPECT_TRUE(folders) << folders.error().what;
  if (!folders) return ids;
  std::vector<std::string> path;
  for (const auto& folder : *folders) {
    path.resize(folder.depth - 1);
    path.push_back(folder.name);
    ids.emplace(fmt::format("{}", fmt::join(path, "/")), folder.id.raw);
  }
  return ids;
}

std::map<std::string, std::uint64_t> Client::message_ids(mapi::Eid folder) {
  std::map<std::string, std::uint64_t> ids;
  const auto opened = mailbox_->open_folder(folder);
  EXPECT_TRUE(opened) << opened.error().what;
  if (!opened) return ids;
  cli::MapiClient::Query query;
  query.columns = {mapi::tag::kMid, mapi::tag::kSubject};
  query.most = 5000;
  const auto rows = mailbox_->contents(*opened, std::move(query));
  EXPECT_TRUE(rows) << rows.error().what;
  mailbox_->release(*opened);
  if (!rows) return ids;
  for (const auto& row : rows->rows) {
    const auto* id = row.get<std::int64_t>(mapi::tag::kMid);
    const auto* subject = row.get<std::string>(mapi::tag::kSubject);
    if (id)
      EXPECT_TRUE(ids.emplace(subject ? *subject : std::string(), static_cast<std::uint64_t>(*id)).second || !subject ||
                  subject->empty());
  }
  return ids;
}

}  // namespace oxb::e2e
