// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The walk of `oxbridge try`, in the order in which Outlook starts.
#include "cli/address_book_client.h"
#include "cli/mapi_client.h"
#include "cli/report.h"
#include "cli/try_command.h"

#include <memory>

namespace oxb::cli {

class Walk {
 public:
  Walk(net::EventLoop& loop, const TryOptions& options) : loop_(loop), options_(options), report_(options.form) {}
  int run();

 private:
  // walk.cc: until the mailbox is open. Each returns whether going on makes sense.
  bool find_server();
  bool look_at_address_book();
  bool open_mailbox();
  Result<std::string> check_logon(const rop::Logon::Response& logon);
  Result<std::string> store_properties();
  Result<std::string> receive_folders();
  Result<std::string> named_properties();
  Result<std::string> special_folders();
  Result<std::string> notifications();
  void close();

  // walk_mail.cc
  Result<std::uint32_t> count_of(Eid folder);
  Result<std::vector<FolderInfo>> counted_folders();
  void show_folders();
  void show_mails();
  Result<std::string> open_one_mail(Eid folder, const PropertyBag& row);
  void print_mail(const OpenedMessage& mail, std::string_view body);
  Result<std::string> body_of(const OpenedMessage& mail);
  Result<std::string> show_attachments(Handle message);
  Result<std::string> one_attachment(Handle message, const PropertyBag& row, boost::json::array& list);
  void check_folders();
  Result<std::string> check_mails(Eid folder, const std::vector<PropertyBag>& rows);
  Result<std::string> check_unread(Eid folder, std::uint32_t expected);

  // walk_pim.cc
  void show_appointments();
  Result<std::string> next_appointments(Eid folder);
  void show_contacts();
  Result<std::string> first_contacts(Eid folder);
  void show_tasks();
  Result<std::string> open_tasks(Eid folder);

  // walk_write.cc
  void write_mails();
  Result<std::string> write_draft(MapiClient& other, Eid folder);
  Result<std::string> write_lists(MapiClient& other, Eid folder, Handle trial);
  Result<std::string> write_and_send(MapiClient& other);

  Result<Eid> special_folder(PropTag pointer);

  net::EventLoop& loop_;
  const TryOptions& options_;
  Report report_;
  std::unique_ptr<Web> web_;
  std::unique_ptr<MapiClient> mailbox_;
  autodiscover::Settings settings_;
  std::vector<FolderInfo> folders_;
  Eid inbox_;
  PropertyBag pointers_;  // the special folder entry ids of the Inbox
};

}  // namespace oxb::cli
