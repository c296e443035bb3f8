// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The processes that are measured, and a client that signs in to them as Outlook does.
#include "proto/mapi/tags.h"
#include "tests/support/stack.h"

#include "bench/figures.h"

#include <map>
#include <memory>
#include <string>

namespace oxb::bench {

using testing::Stack;

constexpr const char* kAnton = "anton@nordwind.example";
constexpr double kFirstListWarmMs = 1000, kFirstListColdMs = 3000, kFirstRowsMs = 50;

inline std::unique_ptr<Stack> start_stack(int more_users = 0) {
  Stack::Options options;
  options.failed = [](const std::string& text) { give_up(text); };
  options.more_users = more_users;
  options.imap_through_relay = true;
  auto stack = std::make_unique<Stack>(std::move(options));
  if (!stack->usable()) give_up(stack->why_not());
  return stack;
}

class Outlook {
 public:
  struct Times {
    double autodiscover = 0, connect = 0, logon = 0, folders = 0;
    double whole() const { return autodiscover + connect + logon + folders; }
  };

  Outlook(Stack& stack, const std::string& user) {
    cli::Access access;
    access.server = stack.url();
    access.user = user;
    access.password = Secret(Stack::kPassword);
    access.ca_file = stack.ca_file();
    web_ = need(cli::Web::create(stack.loop(), std::move(access)), "client");
  }

  // From nothing to the first folder list.
  void sign_in() {
    Stopwatch watch;
    settings_ = need(web_->autodiscover(), "Autodiscover");
    times_.autodiscover = watch.lap();
    mailbox_ = std::make_unique<cli::MapiClient>(*web_, settings_.mapi_http->mail_store);
    need(mailbox_->connect(settings_.legacy_dn), "Connect");
    times_.connect = watch.lap();
    logon_ = need(mailbox_->log_on(settings_.legacy_dn), "Logon");
    times_.logon = watch.lap();
    folders_ = need(mailbox_->folders_below(mailbox_->logon_folder(rop::LogonFolder::ipm_subtree)), "folder list");
    times_.folders = watch.lap();
    if (folders_.empty()) give_up("the folder list is empty");
  }

  cli::MapiClient& mailbox() { return *mailbox_; }
  const Times& times() const { return times_; }
  const std::vector<cli::FolderInfo>& folders() const { return folders_; }
  mapi::Eid inbox() const { return mailbox_->logon_folder(rop::LogonFolder::inbox); }
  const cli::FolderInfo& folder(std::string_view name) const {
    for (const auto& each : folders_)
      if (each.name == name) return each;
    give_up(fmt::format("there is no folder {}", name));
  }

 private:
  std::unique_ptr<cli::Web> web_;
  autodiscover::Settings settings_;
  std::unique_ptr<cli::MapiClient> mailbox_;
  rop::Logon::Response logon_;
  std::vector<cli::FolderInfo> folders_;
  Times times_;
};

// What Outlook's message list shows, newest first.
inline cli::MapiClient::Query message_list(std::size_t rows) {
  namespace tag = mapi::tag;
  cli::MapiClient::Query query;
  query.columns = {tag::kFolderId,
                   tag::kMid,
                   tag::kInstID,
                   tag::kInstanceNum,
                   tag::kSubject,
                   tag::kSentRepresentingName,
                   tag::kDisplayTo,
                   tag::kMessageDeliveryTime,
                   tag::kMessageSize,
                   tag::kMessageFlags,
                   tag::kMessageClass,
                   tag::kImportance,
                   tag::kSensitivity,
                   tag::kHasAttachments,
                   tag::kFlagStatus,
                   tag::kIconIndex,
                   tag::kMessageStatus,
                   tag::kInternetMessageId,
                   tag::kConversationIndex,
                   tag::kConversationTopic,
                   tag::kLastModificationTime};
  query.order = {{tag::kMessageDeliveryTime.type(), tag::kMessageDeliveryTime.id(), mapi::SortDirection::descending}};
  query.most = rows;
  return query;
}

}  // namespace oxb::bench
