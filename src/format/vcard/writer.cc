// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/ical/ical.h"
#include "format/ical/zone.h"
#include "format/vcard/vcard.h"

#include <fmt/format.h>

#include <array>

namespace oxb::vcard {
namespace {

using ical::escape;
using ical::fold;
using model::Contact;
using F = model::ContactField;

class Writer {
 public:
  void line(std::string_view name, std::string_view value) {
    if (!value.empty()) out_ += fold(fmt::format("{}:{}", name, value));
  }
  void text(std::string_view name, std::string_view value) { line(name, escape(value)); }
  std::string take() && { return std::move(out_); }

  void contact(const Contact& c) {
    for (const auto field : kWritten) used_[static_cast<std::size_t>(field)] = true;
    line("BEGIN", "VCARD");
    line("VERSION", "4.0");
    text("UID", c.uid);
    line("FN", c[F::display_name].empty() ? "-" : escape(c[F::display_name]));
    line("N", fmt::format("{};{};{};{};{}", escape(c[F::last_name]), escape(c[F::first_name]),
                          escape(c[F::second_name]), escape(c[F::title]), escape(c[F::suffix])));
    if (!c[F::company].empty() || !c[F::department].empty())
      line("ORG", fmt::format("{};{}", escape(c[F::company]), escape(c[F::department])));
    for (const auto& row : kTexts) text(row.name, c[row.field]);
    for (const auto& row : kPhones) text(fmt::format("TEL;TYPE={}", row.name), c[row.field]);
    text("EMAIL;TYPE=work", c[F::email1]);
    text("EMAIL;TYPE=home", c[F::email2]);
    text("EMAIL", c[F::email3]);
    address(c, "ADR;TYPE=work", F::street_business, F::city_business, F::state_business, F::postal_code_business,
            F::country_business);
    address(c, "ADR;TYPE=home", F::street_home, F::city_home, F::state_home, F::postal_code_home, F::country_home);
    address(c, "ADR", F::street_other, F::city_other, F::state_other, F::postal_code_other, F::country_other);
    date("BDAY", c.birthday);
    date("ANNIVERSARY", c.anniversary);
    categories(c.categories);
    if (c.secret) line("CLASS", "PRIVATE");
    if (c.image && c.image->data)
      line("PHOTO", fmt::format("data:{};base64,{}", c.image->mime_type.empty() ? "image/jpeg" : c.image->mime_type,
                                to_base64(*c.image->data)));
    for (std::size_t i = 0; i < model::kContactFields; ++i) {
      if (used_[i]) continue;
      text("X-OX-" + ascii_upper(model::name(static_cast<F>(i))), c.text[i]);
    }
    line("END", "VCARD");
  }

  void list(const model::DistributionList& l) {
    line("BEGIN", "VCARD");
    line("VERSION", "4.0");
    line("KIND", "group");
    text("UID", l.uid);
    text("FN", l.name);
    text("NOTE", l.note);
    categories(l.categories);
    for (const auto& member : l.members) {
      std::string name;
      for (const char c : member.name) name += c == '"' || static_cast<unsigned char>(c) < ' ' ? '\'' : c;
      line(fmt::format("MEMBER;CN=\"{}\"", name), "mailto:" + member.email);
    }
    line("END", "VCARD");
  }

 private:
  struct Row {
    std::string_view name;
    F field;
  };
  static constexpr std::array kTexts = {
      Row{"NICKNAME", F::nickname},
      Row{"TITLE", F::position},
      Row{"ROLE", F::profession},
      Row{"NOTE", F::note},
      Row{"URL", F::url},
      Row{"X-SPOUSE", F::spouse_name},
      Row{"X-MANAGER", F::manager_name},
      Row{"X-ASSISTANT", F::assistant_name},
      Row{"X-PHONETIC-FIRST-NAME", F::yomi_first_name},
      Row{"X-PHONETIC-LAST-NAME", F::yomi_last_name},
      Row{"X-PHONETIC-ORG", F::yomi_company},
      Row{"IMPP", F::instant_messenger1},
      Row{"IMPP", F::instant_messenger2},
      Row{"X-OFFICE", F::room_number},
  };
  static constexpr std::array kPhones = {
      Row{"work,voice", F::telephone_business1},
      Row{"work,voice", F::telephone_business2},
      Row{"home,voice", F::telephone_home1},
      Row{"home,voice", F::telephone_home2},
      Row{"cell", F::cellular_telephone1},
      Row{"cell", F::cellular_telephone2},
      Row{"work,fax", F::fax_business},
      Row{"home,fax", F::fax_home},
      Row{"fax", F::fax_other},
      Row{"pager", F::telephone_pager},
  };
  // Fields with a property of their own; car and all other telephones go by name.
  static constexpr std::array kWritten = {
      F::display_name,
      F::last_name,
      F::first_name,
      F::second_name,
      F::title,
      F::suffix,
      F::company,
      F::department,
      F::nickname,
      F::position,
      F::profession,
      F::note,
      F::url,
      F::spouse_name,
      F::manager_name,
      F::assistant_name,
      F::yomi_first_name,
      F::yomi_last_name,
      F::yomi_company,
      F::instant_messenger1,
      F::instant_messenger2,
      F::room_number,
      F::telephone_business1,
      F::telephone_business2,
      F::telephone_home1,
      F::telephone_home2,
      F::cellular_telephone1,
      F::cellular_telephone2,
      F::fax_business,
      F::fax_home,
      F::fax_other,
      F::telephone_pager,
      F::email1,
      F::email2,
      F::email3,
      F::street_business,
      F::city_business,
      F::state_business,
      F::postal_code_business,
      F::country_business,
      F::street_home,
      F::city_home,
      F::state_home,
      F::postal_code_home,
      F::country_home,
      F::street_other,
      F::city_other,
      F::state_other,
      F::postal_code_other,
      F::country_other,
      F::sort_name,
  };

  void address(const Contact& c, std::string_view name, F street, F city, F state, F postal_code, F country) {
    if (c[street].empty() && c[city].empty() && c[state].empty() && c[postal_code].empty() && c[country].empty())
      return;
    line(name, fmt::format(";;{};{};{};{};{}", escape(c[street]), escape(c[city]), escape(c[state]),
                           escape(c[postal_code]), escape(c[country])));
  }
  void date(std::string_view name, const std::optional<model::Date>& d) {
    if (d) line(name, fmt::format("{:04}{:02}{:02}", d->year, d->month, d->day));
  }
  void categories(const std::vector<std::string>& names) {
    std::string value;
    for (const auto& name : names) value += (value.empty() ? "" : ",") + escape(name);
    line("CATEGORIES", value);
  }

  std::string out_;
  std::array<bool, model::kContactFields> used_{};
};

}  // namespace

std::string write(const Cards& cards) {
  Writer writer;
  for (const auto& contact : cards.contacts) writer.contact(contact);
  for (const auto& list : cards.lists) writer.list(list);
  return std::move(writer).take();
}

}  // namespace oxb::vcard
