// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The address book over MAPI/HTTP (NSPI).
#include "cli/web.h"
#include "proto/nspi/requests.h"

namespace oxb::cli {

class AddressBookClient {
 public:
  AddressBookClient(Web& web, std::string url) : web_(web), url_(std::move(url)) {}

  Result<> bind();
  Result<> unbind();
  // Display names, flags and ids of the address lists.
  Result<std::vector<mapi::PropertyBag>> containers();
  // The minimal id of a DN. not_found.
  Result<nspi::MinimalId> find_dn(const std::string& dn);
  Result<mapi::PropertyBag> properties(nspi::MinimalId id, const std::vector<mapi::PropTag>& tags);
  struct Page {
    std::vector<mapi::PropertyBag> rows;
    std::uint32_t total = 0;
  };
  // The first entries of the global address list.
  Result<Page> first_rows(std::uint32_t count, const std::vector<mapi::PropTag>& tags);
  // The first entry that sorts at or behind the text, and those that follow.
  Result<Page> seek(const std::string& display_name, const std::vector<mapi::PropTag>& tags);
  struct Match {
    enum class Kind { none, ambiguous, one } kind = Kind::none;
    mapi::PropertyBag entry;  // of exactly one
  };
  // "Check Names" for each of the names.
  Result<std::vector<Match>> resolve(const std::vector<std::string>& names, const std::vector<mapi::PropTag>& tags);
  // "Advanced find": ambiguous name resolution, at most `most` rows.
  Result<std::vector<mapi::PropertyBag>> search(const std::string& text, std::uint32_t most,
                                                const std::vector<mapi::PropTag>& tags);

 private:
  template <class Request>
  Result<typename Request::Response> call(const typename Request::Request& request);
  nspi::Stat stat() const;

  Web& web_;
  std::string url_;
  net::CookieJar cookies_;
};

// Values of a row by their columns; errors and absent values are left out.
mapi::PropertyBag bag_of(const std::vector<mapi::PropTag>& columns, const mapi::PropertyRow& row);

}  // namespace oxb::cli
