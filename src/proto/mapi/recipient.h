// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// RecipientRow [MS-OXCDATA] 2.8.3. The extra columns are the wire parameter Columns.
#include "proto/mapi/row.h"

namespace oxb::mapi {

// RecipientFlags [MS-OXCDATA] 2.8.3.1
namespace recipient_flag {
inline constexpr std::uint16_t kTypeMask = 0x0007;
inline constexpr std::uint16_t kEmailAddress = 0x0008;
inline constexpr std::uint16_t kDisplayName = 0x0010;
inline constexpr std::uint16_t kTransmittableDisplayName = 0x0020;
inline constexpr std::uint16_t kSameAsDisplayName = 0x0040;
inline constexpr std::uint16_t kResponsible = 0x0080;
inline constexpr std::uint16_t kNonRich = 0x0100;
inline constexpr std::uint16_t kUnicode = 0x0200;
inline constexpr std::uint16_t kSimpleDisplayName = 0x0400;
inline constexpr std::uint16_t kOutOfStandard = 0x8000;
}  // namespace recipient_flag

enum class RecipientAddress : std::uint16_t {
  none = 0,
  x500 = 1,
  ms_mail = 2,
  smtp = 3,
  fax = 4,
  professional_office_system = 5,
  personal_dl_1 = 6,
  personal_dl_2 = 7,
};

struct RecipientRow {
  static constexpr std::string_view kName = "RecipientRow";
  std::uint16_t flags{};
  // type x500
  std::uint8_t address_prefix{};  // bytes of the context's DnPrefix in front of x500_dn
  std::uint8_t display_type{};
  std::string x500_dn;  // ASCII
  // types personal_dl
  Bytes entry_id;
  Bytes search_key;
  // type none with kOutOfStandard
  std::string address_type;  // ASCII
  // Texts are UTF-8 when kUnicode is set, else bytes in the message's code page.
  std::string email_address;
  std::string display_name;
  std::string simple_display_name;
  std::string transmittable_display_name;
  std::uint16_t column_count{};  // the first so many of the columns stand in the row
  PropertyRow properties;

  RecipientAddress address() const { return static_cast<RecipientAddress>(flags & recipient_flag::kTypeMask); }
  bool operator==(const RecipientRow&) const = default;
};

void read_recipient(wire::Reader& r, RecipientRow& x, const std::vector<PropTag>& columns);
void write_recipient(wire::Writer& w, const RecipientRow& x, const std::vector<PropTag>& columns);
// Bytes that write_recipient() would write.
std::size_t recipient_size(const RecipientRow& x, const std::vector<PropTag>& columns);
void print_recipient(wire::Printer& p, const RecipientRow& x, const std::vector<PropTag>& columns);
void make_recipient(wire::Generator& g, RecipientRow& x, const std::vector<PropTag>& columns);

template <class R>
struct RecipientOf {
  static constexpr bool kIsAdapter = true;
  const std::vector<PropTag>& columns;
  R& row;
  template <class Visitor>
  void visit(Visitor& v) const {
    if constexpr (wire::is_reader<Visitor>)
      read_recipient(v, row, columns);
    else if constexpr (wire::is_writer<Visitor>)
      write_recipient(v, row, columns);
    else if constexpr (wire::is_printer<Visitor>)
      print_recipient(v, row, columns);
    else
      make_recipient(v, row, columns);
  }
};
template <class R>
RecipientOf<R> recipient_of(const std::vector<PropTag>& columns, R& row) {
  return {columns, row};
}

}  // namespace oxb::mapi
