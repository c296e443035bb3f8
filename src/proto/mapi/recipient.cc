// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/recipient.h"

#include "wire/generator.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace oxb::mapi {
namespace {

using namespace recipient_flag;

// One walk for all visitors; `columns` are those of the whole list.
template <class V, class M>
void walk(V& v, M& m, const std::vector<PropTag>& columns) {
  v("RecipientFlags", m.flags);
  const auto address = m.address();
  if (address == RecipientAddress::x500) {
    v("AddressPrefixUsed", m.address_prefix);
    v("DisplayType", m.display_type);
    v("X500DN", wire::priv(wire::string8z(m.x500_dn)));
  } else if (address == RecipientAddress::personal_dl_1 || address == RecipientAddress::personal_dl_2) {
    v("EntryId", wire::priv(wire::blob<std::uint16_t>(m.entry_id)));
    v("SearchKey", wire::priv(wire::blob<std::uint16_t>(m.search_key)));
  } else if (address == RecipientAddress::none && (m.flags & kOutOfStandard) != 0) {
    v("AddressType", wire::string8z(m.address_type));
  }
  const auto text = [&](std::uint16_t flag, std::string_view name, auto& member) {
    if ((m.flags & flag) == 0) return;
    if (m.flags & kUnicode)
      v(name, wire::priv(wire::utf16z(member)));
    else
      v(name, wire::priv(wire::string8z(member)));
  };
  text(kEmailAddress, "EmailAddress", m.email_address);
  text(kDisplayName, "DisplayName", m.display_name);
  text(kSimpleDisplayName, "SimpleDisplayName", m.simple_display_name);
  text(kTransmittableDisplayName, "TransmittableDisplayName", m.transmittable_display_name);
  if constexpr (wire::is_generator<V>) m.column_count = static_cast<std::uint16_t>(v.pick(columns.size() + 1));
  if constexpr (!wire::is_generator<V>) v("RecipientColumnCount", m.column_count);
  if constexpr (wire::is_reader<V>)
    if (m.column_count > columns.size()) return v.set_error(Errc::malformed, "more recipient columns than announced");
  const std::vector<PropTag> used(columns.begin(),
                                  columns.begin() + std::min<std::ptrdiff_t>(m.column_count, std::ssize(columns)));
  v("RecipientProperties", row_of(used, m.properties));
}

}  // namespace

void read_recipient(wire::Reader& r, RecipientRow& x, const std::vector<PropTag>& columns) { walk(r, x, columns); }
void write_recipient(wire::Writer& w, const RecipientRow& x, const std::vector<PropTag>& columns) {
  walk(w, x, columns);
}
std::size_t recipient_size(const RecipientRow& x, const std::vector<PropTag>& columns) {
  wire::Writer w;
  write_recipient(w, x, columns);
  return w.size();
}
void print_recipient(wire::Printer& p, const RecipientRow& x, const std::vector<PropTag>& columns) {
  p.enter();
  walk(p, x, columns);
  p.leave();
}
void make_recipient(wire::Generator& g, RecipientRow& x, const std::vector<PropTag>& columns) { walk(g, x, columns); }

}  // namespace oxb::mapi
