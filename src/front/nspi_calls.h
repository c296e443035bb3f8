// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What each address book request answers [MS-OXNSPI] 3.1.4.1. Pure functions over one caller's view.
#include "front/nspi_rows.h"
#include "front/urls.h"
#include "proto/nspi/requests.h"

namespace oxb::front {

struct BookCall {
  const directory::View& view;
  const directory::Installation& installation;
  const Urls& urls;
  directory::Entity caller;
  std::string caller_email;

  RowForm form(const std::optional<nspi::Stat>& stat, std::uint32_t flags) const;
  RowForm form(std::uint32_t code_page, std::uint32_t flags) const;
};

nspi::Bind::Response answer(const BookCall& call, const nspi::Bind::Request& request);
nspi::Unbind::Response answer(const BookCall& call, const nspi::Unbind::Request& request);
nspi::CompareMinIds::Response answer(const BookCall& call, const nspi::CompareMinIds::Request& request);
nspi::DnToMinId::Response answer(const BookCall& call, const nspi::DnToMinId::Request& request);
nspi::GetMatches::Response answer(const BookCall& call, const nspi::GetMatches::Request& request);
nspi::GetPropList::Response answer(const BookCall& call, const nspi::GetPropList::Request& request);
nspi::GetProps::Response answer(const BookCall& call, const nspi::GetProps::Request& request);
nspi::GetSpecialTable::Response answer(const BookCall& call, const nspi::GetSpecialTable::Request& request);
nspi::GetTemplateInfo::Response answer(const BookCall& call, const nspi::GetTemplateInfo::Request& request);
nspi::ModLinkAtt::Response answer(const BookCall& call, const nspi::ModLinkAtt::Request& request);
nspi::ModProps::Response answer(const BookCall& call, const nspi::ModProps::Request& request);
nspi::QueryRows::Response answer(const BookCall& call, const nspi::QueryRows::Request& request);
nspi::QueryColumns::Response answer(const BookCall& call, const nspi::QueryColumns::Request& request);
nspi::ResolveNames::Response answer(const BookCall& call, const nspi::ResolveNames::Request& request);
nspi::ResortRestriction::Response answer(const BookCall& call, const nspi::ResortRestriction::Request& request);
nspi::QueryRows::Response answer(const BookCall& call, const nspi::SeekEntries::Request& request);
nspi::UpdateStat::Response answer(const BookCall& call, const nspi::UpdateStat::Request& request);
// One request body for two request types.
nspi::GetMailboxUrl::Response mailbox_url(const BookCall& call, const nspi::GetMailboxUrl::Request& request);
nspi::GetMailboxUrl::Response address_book_url(const BookCall& call, const nspi::GetMailboxUrl::Request& request);

// The dialog that shows an entry [MS-OXOABKT] 2.2.2.1, with labels in the code page.
Bytes details_template(bool distribution_list, std::uint32_t code_page);

}  // namespace oxb::front
