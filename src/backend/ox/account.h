// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A user signed in at an Open-Xchange server: who he is, his calendars, contacts, tasks and address book.
#include "backend/connector.h"
#include "backend/ox/reader.h"

namespace oxb::backend::ox {

struct SignedIn {
  Context context;
  model::Principal principal;
  std::map<std::string, model::FolderRole> roles;         // plain folder id -> what the configuration says it is
  std::map<model::FolderRole, std::string> mail_folders;  // full names at the mail server
};

// Signs in and asks who the user is. Two requests.
Task<Result<SignedIn>> sign_in(std::shared_ptr<net::HttpClient> http, Options options, model::Credentials credentials,
                               Wait wait);

std::unique_ptr<Groupware> make_groupware(SignedIn signed_in);
std::unique_ptr<AddressBook> make_address_book(Context context);

}  // namespace oxb::backend::ox
