// SPDX-License-Identifier: GPL-3.0-or-later
// One VCARD -> one contact.
#include "format/vcard/card.h"

#include "base/text.h"
#include "format/ical/ical.h"
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oxb::vcard::detail {
namespace {

using ical::Component;
using ical::ContentLine;
using ical::split_escaped;
using ical::unescape;
using model::Contact;
using F = model::ContactField;

constexpr std::size_t kPictureLimit = 16 * 1024 * 1024;

class Card {
 public:
  explicit Card(const Component& card) : card_(card) {}

  Result<Contact> read() {
    for (const auto& line : card_.lines) {
      if (line.name == "TEL" || line.name == "X-MS-TEL")
        telephone(line);
      else if (line.name == "EMAIL")
        email(line);
      else if (line.name == "ADR")
        address(line);
      else if (line.name == "LABEL")
        label(line);
      else if (line.name == "URL")
        web_page(line);
      else if (line.name == "PHOTO")
        picture(line);
      else if (!messenger(line) && !date(line))
        plain(line);
    }
    finish();
    const bool empty = std::all_of(contact_.text.begin(), contact_.text.end(), [](const auto& t) { return t.empty(); });
    if (empty) return fail(Errc::malformed, "card without a name or any other field");
    return std::move(contact_);
  }

 private:
  static std::string text(const ContentLine& line) { return std::string(trim(unescape(line.value))); }

  bool is(const ContentLine& line, std::string_view type) const { return line.has("TYPE", type); }

  // "_$!<HomePage>!$_" of Apple's address book, else as written; of the line's group.
  std::string label_of(const ContentLine& line) const {
    if (line.group.empty()) return {};
    for (const auto& other : card_.lines) {
      if (other.name != "X-ABLABEL" || other.group != line.group) continue;
      auto label = text(other);
      if (label.starts_with("_$!<") && label.ends_with(">!$_")) label = label.substr(4, label.size() - 8);
      return label;
    }
    return {};
  }

  bool put(F field, const std::string& value) {
    if (!contact_[field].empty()) return contact_[field] == value;
    contact_[field] = value;
    return true;
  }
  template <std::size_t N>
  bool put_first(const std::array<F, N>& fields, const std::string& value) {
    return std::any_of(fields.begin(), fields.end(), [&](F field) { return put(field, value); });
  }
  // What has no field (any more) is told in the note.
  void keep(std::string_view what, const std::string& value) { rest_.push_back(fmt::format("{}: {}", what, value)); }

  static std::string number_of(const ContentLine& line) {
    auto value = text(line);
    if (ascii_lower(value.substr(0, 4)) == "tel:") {
      value = value.substr(4);
      if (const auto ext = value.find(";ext="); ext != value.npos) value.replace(ext, 5, " ext. ");
    }
    return value;
  }

  void telephone(const ContentLine& line) {
    const auto number = number_of(line);
    if (number.empty()) return;
    const auto label = ascii_lower(label_of(line));
    const auto has = [&](std::string_view type) {
      return is(line, type) || label.find(ascii_lower(type)) != label.npos;
    };
    const bool home = has("HOME"), work = has("WORK");
    bool done = false;
    if (has("FAX")) {
      done = home ? put(F::fax_home, number) : work ? put(F::fax_business, number) : put(F::fax_other, number);
      if (!done) done = put_first(std::array{F::fax_other, F::fax_business, F::fax_home}, number);
    } else if (has("CELL") || has("MOBILE") || has("IPHONE")) {
      done = put_first(std::array{F::cellular_telephone1, F::cellular_telephone2}, number);
    } else if (has("PAGER")) {
      done = put(F::telephone_pager, number);
    } else if (has("CAR")) {
      done = put(F::telephone_car, number);
    } else if (has("ISDN")) {
      done = put(F::telephone_isdn, number);
    } else if (has("TEXTPHONE") || has("TTYTDD") || has("X-TTYTDD") || has("TTY-TDD")) {
      done = put(F::telephone_ttytdd, number);
    } else if (has("CALLBACK") || has("X-CALLBACK")) {
      done = put(F::telephone_callback, number);
    } else if (has("COMPANY") || has("X-COMPANY")) {
      done = put(F::telephone_company, number);
    } else if (has("ASSISTANT") || has("X-ASSISTANT")) {
      done = put(F::telephone_assistant, number);
    } else if (has("RADIO") || has("X-RADIO")) {
      done = put(F::telephone_radio, number);
    } else if (has("TLX") || has("TELEX") || has("X-TELEX")) {
      done = put(F::telephone_telex, number);
    } else if (has("IP") || has("X-IP")) {
      done = put(F::telephone_ip, number);
    } else if (has("MAIN")) {
      done = put(F::telephone_primary, number);
    } else if (work) {
      done = put_first(std::array{F::telephone_business1, F::telephone_business2}, number);
    } else if (home) {
      done = put_first(std::array{F::telephone_home1, F::telephone_home2}, number);
    } else if (is(line, "PREF")) {
      done = put(F::telephone_primary, number);
    }
    if (!done) numbers_.emplace_back(label.empty() ? "Tel" : label_of(line), number);
  }

  void email(const ContentLine& line) {
    auto value = text(line);
    if (ascii_lower(value.substr(0, 7)) == "mailto:") value = value.substr(7);
    if (value.empty()) return;
    bool done = false;
    if (is(line, "WORK")) done = put(F::email1, value);
    if (!done && is(line, "HOME")) done = put(F::email2, value);
    // The first address that says nothing is the main one; Outlook shows the first three in order.
    if (!done) emails_.push_back(value);
  }

  struct AddressFields {
    F street, postal_code, city, state, country, whole;
  };
  static constexpr AddressFields kHome{F::street_home, F::postal_code_home, F::city_home,
                                       F::state_home,  F::country_home,     F::address_home};
  static constexpr AddressFields kWork{F::street_business, F::postal_code_business, F::city_business,
                                       F::state_business,  F::country_business,     F::address_business};
  static constexpr AddressFields kOther{F::street_other, F::postal_code_other, F::city_other,
                                        F::state_other,  F::country_other,     F::address_other};

  const AddressFields& address_fields(const ContentLine& line) const {
    if (is(line, "HOME")) return kHome;
    if (is(line, "WORK")) return kWork;
    return kOther;
  }

  void address(const ContentLine& line) {
    const auto parts = split_escaped(line.value, ';');
    const auto part = [&](std::size_t i) {
      return i < parts.size() ? std::string(trim(unescape(parts[i]))) : std::string();
    };
    std::string street = part(2);
    for (const std::size_t i : {std::size_t{1}, std::size_t{0}})  // extended address, post office box
      if (!part(i).empty()) street = street.empty() ? part(i) : street + "\n" + part(i);
    const std::array values = {street, part(5), part(3), part(4), part(6)};
    if (std::all_of(values.begin(), values.end(), [](const auto& v) { return v.empty(); })) return;
    for (const auto* fields : {&address_fields(line), &kOther, &kHome, &kWork}) {
      const std::array targets = {fields->street, fields->postal_code, fields->city, fields->state, fields->country};
      const bool free = std::all_of(targets.begin(), targets.end(), [&](F f) { return contact_[f].empty(); });
      if (!free) continue;
      for (std::size_t i = 0; i < targets.size(); ++i) contact_[targets[i]] = values[i];
      if (const auto whole = line.parameter("LABEL"); !whole.empty()) contact_[fields->whole] = std::string(whole);
      if (!contact_.default_address && is(line, "PREF"))
        contact_.default_address = fields == &kWork ? 1 : fields == &kHome ? 2 : 3;
      return;
    }
    keep("Address", fmt::format("{}", fmt::join(values, ", ")));
  }

  void label(const ContentLine& line) { put(address_fields(line).whole, text(line)); }

  void web_page(const ContentLine& line) {
    const auto value = text(line);
    if (!value.empty() && !put(F::url, value)) keep(label_of(line).empty() ? "Web" : label_of(line), value);
  }

  bool messenger(const ContentLine& line) {
    static constexpr std::array<std::string_view, 12> kNames = {
        "IMPP",  "X-MS-IMADDRESS", "X-AIM",   "X-JABBER", "X-SKYPE",          "X-ICQ",
        "X-MSN", "X-YAHOO",        "X-GTALK", "X-QQ",     "X-SKYPE-USERNAME", "X-GOOGLE-TALK"};
    if (std::find(kNames.begin(), kNames.end(), line.name) == kNames.end()) return false;
    const auto value = text(line);
    if (!value.empty() && !put_first(std::array{F::instant_messenger1, F::instant_messenger2}, value))
      keep("IM", value);
    return true;
  }

  static std::optional<model::Date> date_of(std::string_view value) {
    value = trim(value);
    if (const auto t = value.find_first_of("Tt "); t != value.npos) value = value.substr(0, t);
    const auto time = ical::date_time_of(value);
    if (!time || time->date.year < 1601) return std::nullopt;
    return time->date;
  }

  bool date(const ContentLine& line) {
    const bool labelled = line.name == "X-ABDATE";
    const bool anniversary = line.name == "ANNIVERSARY" || line.name == "X-ANNIVERSARY" ||
                             line.name == "X-MS-ANNIVERSARY" || line.name == "X-EVOLUTION-ANNIVERSARY" ||
                             line.name == "X-KADDRESSBOOK-X-ANNIVERSARY" ||
                             (labelled && ascii_iequals(label_of(line), "Anniversary"));
    if (!anniversary && !labelled && line.name != "BDAY") return false;
    if (trim(line.value).empty()) return true;
    const auto date = date_of(line.value);
    auto& target = anniversary ? contact_.anniversary : contact_.birthday;
    if (date && (anniversary || line.name == "BDAY") && !target) {
      target = date;
      return true;
    }
    keep(line.name == "BDAY"      ? "Birthday"
         : anniversary            ? "Anniversary"
         : label_of(line).empty() ? "Date"
                                  : label_of(line),
         text(line));
    return true;
  }

  void picture(const ContentLine& line) {
    if (contact_.image) return;
    Contact::Image image;
    std::string_view encoded = line.value;
    std::string type(line.parameter("TYPE"));
    if (ascii_lower(encoded.substr(0, 5)) == "data:") {
      const auto comma = encoded.find(',');
      if (comma == encoded.npos) return;
      image.mime_type = ascii_lower(encoded.substr(5, encoded.substr(0, comma).find(';') - 5));
      encoded.remove_prefix(comma + 1);
    } else if (line.parameter("ENCODING").empty() && !is(line, "BASE64")) {
      return;  // a link: nothing is fetched from where a card points to
    }
    std::string compact;
    for (const char c : encoded)
      if (static_cast<unsigned char>(c) > ' ') compact += c;
    if (compact.size() > kPictureLimit) return;
    auto bytes = from_base64(compact);
    if (!bytes || bytes->empty()) return;
    if (image.mime_type.empty()) {
      type = ascii_lower(line.parameter("MEDIATYPE").empty() ? type : std::string(line.parameter("MEDIATYPE")));
      image.mime_type = type.find('/') != type.npos      ? type
                        : type == "png" || type == "gif" ? "image/" + type
                                                         : "image/jpeg";
    }
    image.data = std::move(*bytes);
    contact_.image = std::move(image);
  }

  void name(const ContentLine& line) {
    const auto parts = split_escaped(line.value, ';');
    static constexpr std::array kFields = {F::last_name, F::first_name, F::second_name, F::title, F::suffix};
    for (std::size_t i = 0; i < kFields.size() && i < parts.size(); ++i)
      put(kFields[i], std::string(trim(unescape(parts[i]))));
  }

  void organization(const ContentLine& line) {
    const auto parts = split_escaped(line.value, ';');
    put(F::company, std::string(trim(unescape(parts.front()))));
    std::string department;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const auto part = std::string(trim(unescape(parts[i])));
      if (!part.empty()) department += (department.empty() ? "" : ", ") + part;
    }
    if (!department.empty()) put(F::department, department);
  }

  void plain(const ContentLine& line) {
    struct Row {
      std::string_view name;
      F field;
    };
    static constexpr std::array kRows = {
        Row{"FN", F::display_name},
        Row{"NICKNAME", F::nickname},
        Row{"TITLE", F::position},
        Row{"ROLE", F::profession},
        Row{"NOTE", F::note},
        Row{"X-SPOUSE", F::spouse_name},
        Row{"X-MS-SPOUSE", F::spouse_name},
        Row{"X-EVOLUTION-SPOUSE", F::spouse_name},
        Row{"X-MANAGER", F::manager_name},
        Row{"X-MS-MANAGER", F::manager_name},
        Row{"X-EVOLUTION-MANAGER", F::manager_name},
        Row{"X-ASSISTANT", F::assistant_name},
        Row{"X-MS-ASSISTANT", F::assistant_name},
        Row{"X-EVOLUTION-ASSISTANT", F::assistant_name},
        Row{"X-PHONETIC-FIRST-NAME", F::yomi_first_name},
        Row{"X-PHONETIC-LAST-NAME", F::yomi_last_name},
        Row{"X-PHONETIC-ORG", F::yomi_company},
        Row{"X-EVOLUTION-FILE-AS", F::file_as},
        Row{"X-EVOLUTION-OFFICE", F::room_number},
        Row{"X-OFFICE", F::room_number},
        Row{"X-DEPARTMENT", F::department},
        Row{"X-PROFESSION", F::profession},
    };
    if (line.name == "N") return name(line);
    if (line.name == "ORG") return organization(line);
    if (line.name == "CATEGORIES") {
      for (const auto part : split_escaped(line.value, ','))
        if (!trim(part).empty()) contact_.categories.push_back(unescape(trim(part)));
      return;
    }
    if (line.name == "UID") {
      contact_.uid = text(line);
      return;
    }
    if (line.name == "REV") {
      if (const auto time = ical::date_time_of(line.value))
        contact_.modified = ical::TimeZone::utc()->to_utc(ical::local_time(*time));
      return;
    }
    if (line.name == "CLASS") {
      contact_.secret = ascii_iequals(trim(line.value), "PRIVATE") || ascii_iequals(trim(line.value), "CONFIDENTIAL");
      return;
    }
    if (line.name == "RELATED" && is(line, "SPOUSE")) {
      put(F::spouse_name, text(line));
      return;
    }
    if (line.name.starts_with("X-OX-")) return ox_field(line);
    for (const auto& row : kRows) {
      if (row.name != line.name) continue;
      const auto value = text(line);
      if (!value.empty() && !put(row.field, value)) keep(line.name, value);
      return;
    }
  }

  // "X-OX-MARITAL_STATUS": fields that no standard property has, as this program writes them.
  void ox_field(const ContentLine& line) {
    const auto wanted = ascii_lower(std::string_view(line.name).substr(5));
    for (std::size_t i = 0; i < model::kContactFields; ++i)
      if (ascii_lower(model::name(static_cast<F>(i))) == wanted) put(static_cast<F>(i), text(line));
  }

  void finish() {
    for (const auto& address : emails_)
      if (!put_first(std::array{F::email1, F::email2, F::email3}, address)) keep("E-mail", address);
    for (const auto& [label, number] : numbers_)
      if (!put_first(std::array{F::telephone_other, F::telephone_primary}, number)) keep(label, number);
    auto& note = contact_[F::note];
    for (const auto& line : rest_) note += (note.empty() ? "" : "\n") + line;
    auto& display = contact_[F::display_name];
    if (!display.empty()) return;
    for (const auto field : {F::first_name, F::last_name})
      if (!contact_[field].empty()) display += (display.empty() ? "" : " ") + contact_[field];
    for (const auto field : {F::company, F::nickname, F::email1})
      if (display.empty()) display = contact_[field];
  }

  const Component& card_;
  Contact contact_;
  std::vector<std::string> emails_, rest_;
  std::vector<std::pair<std::string, std::string>> numbers_;  // without a field of their own: label, number
};

}  // namespace

Result<Contact> contact_of(const Component& card) { return Card(card).read(); }

}  // namespace oxb::vcard::detail
