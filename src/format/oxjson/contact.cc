// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/contact.h"

#include "format/oxjson/json.h"

#include <boost/json.hpp>

namespace oxb::oxjson {
namespace {

using model::Contact, model::ContactField, model::DistributionList;

// The name on the wire; one of them is misspelt there for historical reasons.
std::string_view wire_name(ContactField field) {
  return field == ContactField::business_category ? "busines_categorie" : name(field);
}

template <class T>
void read_common(Reader& in, T& out) {
  out.id = in.id("id");
  out.folder = in.id("folder_id");
  out.uid = in.text("uid");
  out.created = in.instant("creation_date");
  const auto zoned = in.integer("last_modified");  // shifted by the request's zone: only a fallback
  const auto modified = in.integer("last_modified_utc");
  if (const auto ms = modified ? modified : zoned) {
    out.version = model::Version{std::to_string(*ms)};
    out.modified = from_unix_ms(*ms);
  }
  out.categories = in.comma_texts("categories");
  out.secret = in.boolean("private_flag").value_or(false);
  for (const auto* known : {"number_of_distribution_list", "mark_as_distributionlist", "distribution_list"})
    in.drop(known);
}

void read_image(Reader& in, Contact& out) {
  const auto count = in.integer("number_of_images").value_or(0);
  const auto url = in.text("image1_url");
  const auto type = in.text("image1_content_type");
  const auto modified = in.instant("image_last_modified");
  if (const auto* bytes = in.take("image1"); bytes != nullptr && bytes->is_string()) {
    if (auto data = from_base64(bytes->get_string())) {
      out.image = Contact::Image{type, url, modified, std::move(*data)};
      return;
    }
  }
  if (count > 0 || !url.empty()) out.image = Contact::Image{type, url, modified, {}};
}

Result<Contact> read_contact(const json::object& object) {
  Reader in(object);
  Contact out;
  read_common(in, out);
  for (std::size_t i = 0; i < model::kContactFields; ++i)
    out.text[i] = in.text(wire_name(static_cast<ContactField>(i)));
  if (auto spelt_right = in.text("business_category"); out[ContactField::business_category].empty()) {
    out[ContactField::business_category] = std::move(spelt_right);
  }
  out.birthday = in.date("birthday");
  out.anniversary = in.date("anniversary");
  out.default_address = in.int32("default_address");
  out.color_label = in.int32("color_label");
  out.use_count = in.int32("useCount");
  out.user = in.positive_id("user_id");
  out.created_by = in.positive_id("created_by");
  out.modified_by = in.positive_id("modified_by");
  out.attachment_count = static_cast<std::uint32_t>(std::max(in.int32("number_of_attachments").value_or(0), 0));
  read_image(in, out);
  OXB_CHECK(in.check());
  out.raw = in.rest();
  return out;
}

Result<DistributionList::Member> member_of(const json::value& value) {
  if (!value.is_object()) return fail(Errc::malformed, "distribution list member");
  Reader in(value.get_object());
  DistributionList::Member out;
  const auto kind = in.integer("mail_field").value_or(0);
  if (kind >= 1 && kind <= 3) out.kind = static_cast<DistributionList::Member::Kind>(kind);
  out.contact = in.id("id");
  if (out.contact.value == "0") out.contact = {};
  out.contact_folder = in.id("folder_id");
  if (out.contact_folder.value == "0") out.contact_folder = {};
  out.name = in.text("display_name");
  out.email = in.text("mail");
  OXB_CHECK(in.check());
  return out;
}

Result<DistributionList> read_list(const json::object& object) {
  Reader in(object);
  DistributionList out;
  read_common(in, out);
  in.drop("distribution_list");
  out.name = in.text("display_name");
  out.note = in.text("note");
  in.drop("number_of_images");
  for (const auto& value : in.array("distribution_list")) {
    OXB_TRY(auto member, member_of(value));
    out.members.push_back(std::move(member));
  }
  OXB_CHECK(in.check());
  out.raw = in.rest();
  return out;
}

bool is_list(const json::object& object) {
  if (const auto* mark = object.if_contains("mark_as_distributionlist")) {
    if (const auto b = boolean_of(*mark)) return *b;
  }
  const auto* members = object.if_contains("distribution_list");
  return members != nullptr && members->is_array() && !members->get_array().empty();
}

template <class T>
void write_common(Writer& out, const T& object, Form form) {
  if (form == Form::full) {
    out.text("id", object.id.value).instant("creation_date", object.created);
    out.instant("last_modified", object.modified);
    out.number("last_modified_utc", integer_of(json::value(object.version.value)));
  }
  out.text("folder_id", object.folder.value).text("uid", object.uid);
  out.text("categories", join_commas(object.categories));
  if (object.secret) out.value("private_flag", true);
}

}  // namespace

Result<Contact> plain_contact_of(const json::object& object) { return read_contact(object); }

Result<ContactObject> contact_of(const json::object& object) {
  if (is_list(object)) {
    OXB_TRY(auto list, read_list(object));
    if (list.id.value.empty()) return fail(Errc::malformed, "distribution list without id");
    return ContactObject(std::move(list));
  }
  OXB_TRY(auto contact, read_contact(object));
  if (contact.id.value.empty()) return fail(Errc::malformed, "contact without id");
  return ContactObject(std::move(contact));
}

json::object json_of(const Contact& contact, Form form) {
  Writer out;
  write_common(out, contact, form);
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    const auto field = static_cast<ContactField>(i);
    if (form == Form::writable && field == ContactField::sort_name) continue;  // computed
    out.text(wire_name(field), contact.text[i]);
  }
  out.date("birthday", contact.birthday).date("anniversary", contact.anniversary);
  out.number("default_address", contact.default_address).number("color_label", contact.color_label);
  if (form == Form::writable) {
    if (contact.image && contact.image->data) {
      out.text("image1", to_base64(*contact.image->data)).text("image1_content_type", contact.image->mime_type);
    }
    return out.take();
  }
  out.number("useCount", contact.use_count).numeric_id("user_id", contact.user);
  out.numeric_id("created_by", contact.created_by).numeric_id("modified_by", contact.modified_by);
  out.number("number_of_attachments", contact.attachment_count);
  out.number("number_of_images", contact.image ? 1 : 0);
  if (contact.image) {
    out.text("image1_url", contact.image->url).text("image1_content_type", contact.image->mime_type);
    out.instant("image_last_modified", contact.image->modified);
  }
  return out.raw(contact.raw).take();
}

json::object json_of(const DistributionList& list, Form form) {
  Writer out;
  write_common(out, list, form);
  out.text("display_name", list.name).text("note", list.note).value("mark_as_distributionlist", true);
  json::array members;
  for (const auto& member : list.members) {
    Writer one;
    one.text("id", member.contact.value).text("folder_id", member.contact_folder.value);
    one.text("display_name", member.name).text("mail", member.email);
    members.push_back(one.number("mail_field", static_cast<std::int64_t>(member.kind)).take());
  }
  if (form == Form::full) out.number("number_of_distribution_list", static_cast<std::int64_t>(members.size()));
  out.value("distribution_list", std::move(members));
  if (form == Form::full) out.raw(list.raw);
  return out.take();
}

}  // namespace oxb::oxjson
