// parts: front
// SPDX-License-Identifier: GPL-3.0-or-later
// Any request body that parses gets an answer that can be encoded, whatever ids, positions and restrictions it names.
#include "front/nspi_calls.h"
#include "wire/codec.h"

#include <cstdlib>

namespace {

using namespace oxb;

const directory::Installation& installation() {
  static const directory::Installation kInstallation("fuzz");
  return kInstallation;
}

const directory::View& view() {
  static const directory::View kView = [] {
    std::vector<std::shared_ptr<const directory::Entry>> entries;
    for (std::uint32_t id = 1; id <= 12; ++id) {
      model::DirectoryEntry entry;
      entry.id = id;
      entry.kind = id % 5 == 0 ? model::DirectoryEntry::Kind::group : model::DirectoryEntry::Kind::user;
      entry.login = "user" + std::to_string(id);
      entry.display_name = std::string(1, static_cast<char>('a' + id % 4)) + "na " + entry.login;
      entry.email = entry.login + "@example.test";
      entry.aliases = {"alias" + std::to_string(id) + "@example.test"};
      if (id % 5 == 0) entry.members = {1, 2, 99};
      entries.push_back(directory::make_entry(installation(), 1, entry));
    }
    return directory::View(std::move(entries));
  }();
  return kView;
}

template <class Rop>
void run(const front::BookCall& call, ByteView body) {
  const auto request = wire::decode<typename Rop::Request>(body);
  if (!request) return;
  if (!wire::encode(front::answer(call, *request))) std::abort();
}

void run_url(const front::BookCall& call, ByteView body) {
  const auto request = wire::decode<nspi::GetMailboxUrl::Request>(body);
  if (request && !wire::encode(front::mailbox_url(call, *request))) std::abort();
}

using Function = void (*)(const front::BookCall&, ByteView);
constexpr std::array<Function, 16> kFunctions = {
    &run<nspi::CompareMinIds>,     &run<nspi::DnToMinId>,       &run<nspi::GetMatches>,      &run<nspi::GetPropList>,
    &run<nspi::GetProps>,          &run<nspi::GetSpecialTable>, &run<nspi::GetTemplateInfo>, &run<nspi::ModLinkAtt>,
    &run<nspi::ModProps>,          &run<nspi::QueryRows>,       &run<nspi::QueryColumns>,    &run<nspi::ResolveNames>,
    &run<nspi::ResortRestriction>, &run<nspi::SeekEntries>,     &run<nspi::UpdateStat>,      &run_url};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const front::Urls kUrls(installation(), "https://mapi.example.test");
  const front::BookCall call{view(), installation(), kUrls, {directory::EntityKind::user, 1, 1}, "user1@example.test"};
  const auto body = std::as_bytes(std::span(data + 1, size - 1));
  const auto which = data[0] % (kFunctions.size() + 1);
  if (which < kFunctions.size()) {
    kFunctions[which](call, body);
    return 0;
  }
  // The rest of the byte range: requests made from the input, so that deep ones are reached at once.
  const auto seed = body;
  const auto made = [&](auto request) {
    if (!wire::encode(front::answer(call, request))) std::abort();
  };
  made(wire::generate<nspi::GetMatches::Request>(seed));
  made(wire::generate<nspi::QueryRows::Request>(seed));
  made(wire::generate<nspi::SeekEntries::Request>(seed));
  made(wire::generate<nspi::ResolveNames::Request>(seed));
  return 0;
}
