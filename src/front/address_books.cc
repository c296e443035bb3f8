// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/address_books.h"

#include "proto/mapi/tags.h"

namespace oxb::front {

namespace {

namespace tag = mapi::tag;

class OwnEntryOnly final : public AddressBooks {
 public:
  explicit OwnEntryOnly(directory::Installation installation) : installation_(std::move(installation)) {}
  Task<Result<std::shared_ptr<const AddressView>>> view(std::shared_ptr<sync::Mailbox> caller, Wait) override {
    std::vector<AddressEntry> entries;
    entries.push_back(owner_entry(caller->owner(), installation_));
    co_return std::make_shared<const AddressView>(std::move(entries));
  }

 private:
  const directory::Installation installation_;
};

}  // namespace

AddressEntry owner_entry(const sync::Owner& owner, const directory::Installation& installation) {
  AddressEntry entry;
  entry.mid = directory::Installation::minimal_id(owner.entity);
  entry.dn = installation.legacy_dn(owner.entity);
  entry.properties.set(tag::kDisplayName, owner.display_name);
  entry.properties.set(tag::kSmtpAddress, owner.email);
  entry.properties.set(tag::kAccount, owner.email.substr(0, owner.email.find('@')));
  std::vector<std::string> proxies = {"SMTP:" + owner.email};
  for (const auto& alias : owner.aliases)
    if (alias != owner.email) proxies.push_back("smtp:" + alias);
  entry.properties.set(tag::kAddressBookProxyAddresses, std::move(proxies));
  return entry;
}

std::unique_ptr<AddressBooks> own_entry_only(directory::Installation installation) {
  return std::make_unique<OwnEntryOnly>(std::move(installation));
}

}  // namespace oxb::front
