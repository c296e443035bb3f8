// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// An Open-Xchange server as a backend. It is the authority for who a user is; mail comes from another store.
#include "backend/connector.h"
#include "backend/ox/options.h"
#include "backend/writing.h"
#include "net/http_client.h"

#include <functional>
#include <map>

namespace oxb::backend::ox {

// What a mail store needs to know of a user who has just signed in.
struct MailUser {
  const model::Principal& principal;
  const model::Credentials& credentials;
  std::map<model::FolderRole, std::string> folders;  // full names of the special folders, as the server says
};
// Reading and writing may be one object. submission: null where mail cannot be sent.
struct Mail {
  std::shared_ptr<MailStore> store;
  std::shared_ptr<MailWriter> writer;
  std::shared_ptr<Submission> submission;
};
// Makes the user's mail access without asking the mail server: mail that is down does not keep anybody from his
// calendar.
using MailFactory = std::function<Mail(const MailUser&)>;

// Without a factory every mail call answers unsupported.
std::shared_ptr<Backend> make_backend(Executor executor, std::shared_ptr<net::HttpClient> http, Options options,
                                      MailFactory mail = {});

}  // namespace oxb::backend::ox
