// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "convert/pim_context.h"
#include "convert/timezone.h"
#include "proto/mapi/content.h"
#include "proto/mapi/named.h"

#include <gtest/gtest.h>

namespace oxb::convert {

inline PimContext test_context() {
  PimContext context;
  context.owner_name = "Anna Berger";
  context.owner_email = "anna@example.com";
  context.owner_addresses = {"anna@example.com", "a.berger@example.com"};
  context.owner_legacy_dn = "/o=Oxbridge/ou=abc/cn=Recipients/cn=1-u3";
  context.owner_entity = RemoteId{"3"};
  context.default_zone = "Europe/Berlin";
  context.now = TimeZone::utc()->to_utc(LocalTime(LocalDay(std::chrono::year(2026) / 3 / 1)));
  context.find_person = [](const model::Attendee& attendee) -> std::optional<Person> {
    if (attendee.entity.value == "3")
      return Person{"Anna Berger", "anna@example.com", "/o=Oxbridge/ou=abc/cn=Recipients/cn=1-u3"};
    if (attendee.entity.value == "4")
      return Person{"Bert Cole", "bert@example.com", "/o=Oxbridge/ou=abc/cn=Recipients/cn=1-u4"};
    return std::nullopt;
  };
  return context;
}

inline model::DateTime zoned(int year, unsigned month, unsigned day, unsigned hour, unsigned minute, std::string zone) {
  model::DateTime t;
  t.kind = model::DateTime::Kind::zoned;
  t.date = {static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
  t.hour = static_cast<std::uint8_t>(hour);
  t.minute = static_cast<std::uint8_t>(minute);
  t.zone = std::move(zone);
  return t;
}
inline model::DateTime utc(int year, unsigned month, unsigned day, unsigned hour, unsigned minute) {
  auto t = zoned(year, month, day, hour, minute, {});
  t.kind = model::DateTime::Kind::utc;
  return t;
}
inline model::DateTime whole_day(int year, unsigned month, unsigned day) {
  auto t = zoned(year, month, day, 0, 0, {});
  t.kind = model::DateTime::Kind::date;
  return t;
}
inline Instant instant(int year, unsigned month, unsigned day, unsigned hour = 0, unsigned minute = 0) {
  return *to_instant(utc(year, month, day, hour, minute), *TimeZone::utc());
}

// A named property's value; a default-constructed one, and a failure, where it is absent or of another type.
template <class T>
T named(const mapi::Content& content, const mapi::PropertyName& name) {
  const auto* value = content.find_named(name);
  const auto* typed = value == nullptr ? nullptr : std::get_if<T>(value);
  if (typed == nullptr) ADD_FAILURE() << "no such property";
  return typed == nullptr ? T{} : *typed;
}
template <class T>
T tagged(const mapi::Content& content, mapi::PropTag tag) {
  const auto* typed = content.properties.get<T>(tag);
  if (typed == nullptr) ADD_FAILURE() << "no property " << std::hex << tag.value;
  return typed == nullptr ? T{} : *typed;
}
inline Instant time_of(const mapi::Content& content, const mapi::PropertyName& name) {
  return mapi::instant(named<mapi::FileTime>(content, name));
}

// Every property has the type that its name says, no name twice, no empty multi-value.
void check_content(const mapi::Content& content);

}  // namespace oxb::convert
