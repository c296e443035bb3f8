// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/contact.h"
#include "format/oxjson/folder.h"
#include "format/oxjson/json.h"
#include "format/oxjson/principal.h"
#include "format/oxjson/rows.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace oxb::oxjson {
namespace {

using model::ContactField;

json::object object(std::string_view text) { return parse(text).value().get_object(); }

TEST(OxContact, EveryModelFieldHasAColumn) {
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    auto field = name(static_cast<ContactField>(i));
    if (field == "business_category") field = "busines_categorie";
    EXPECT_NE(find_column(contact_columns(), field), nullptr) << field;
  }
}

TEST(OxContact, RowOfEveryColumn) {
  const auto& columns = contact_request();
  json::array row;
  for (const auto& column : columns) {
    switch (column.kind) {
      case ColumnKind::text:
        row.emplace_back(std::string("v-") + std::string(column.name));
        break;
      case ColumnKind::id:
        row.emplace_back("17");
        break;
      case ColumnKind::boolean:
        row.emplace_back(false);
        break;
      case ColumnKind::array:
        row.emplace_back(nullptr);
        break;
      default:
        row.emplace_back(86'400'000);
        break;
    }
  }
  const auto contact = std::get<model::Contact>(contact_of(object_of_row(columns, row).value()).value());
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    auto field = std::string(name(static_cast<ContactField>(i)));
    if (field == "business_category") field = "busines_categorie";
    EXPECT_EQ(contact.text[i], "v-" + field);
  }
  EXPECT_EQ(contact.birthday, (model::Date{1970, 1, 2}));
  EXPECT_EQ(contact.version.value, "86400000");
  EXPECT_EQ(contact.image->url, "v-image1_url");
  EXPECT_TRUE(contact.categories == std::vector<std::string>{"v-categories"});
  EXPECT_EQ(std::set<std::string>({"lastModifiedOfNewestAttachmentUTC"}), [&] {
    std::set<std::string> keys;
    for (const auto& [k, v] : contact.raw) keys.insert(k);
    return keys;
  }());
}

TEST(OxContact, ShortRowIsMalformed) {
  EXPECT_EQ(object_of_row(contact_request(), parse("[1,2]").value()).error().code, Errc::malformed);
  EXPECT_EQ(object_of_row(contact_request(), parse("\"4711\"").value()).error().code, Errc::malformed);
}

// Seen with 8.19: inside `multiple`, rows of module user carry four elements more than columns were asked for.
TEST(OxUser, RowMayBeLongerThanTheColumns) {
  const Columns columns = {*find_column(contact_columns(), 1), *find_column(contact_columns(), 500)};
  const auto row = parse(R"([3,"Anton Alpha",null,null,"x",null])").value();
  EXPECT_EQ(object_of_user_row(columns, row).value(), (json::object{{"id", 3}, {"display_name", "Anton Alpha"}}));
  EXPECT_EQ(object_of_row(columns, row).error().code, Errc::malformed);
  EXPECT_EQ(object_of_user_row(columns, parse("[3]").value()).error().code, Errc::malformed);
  EXPECT_EQ(object_of_user_row(columns, parse("\"3\"").value()).error().code, Errc::malformed);
}

TEST(OxContact, ReadsBothSpellingsAndBothIdForms) {
  const auto a =
      std::get<model::Contact>(contact_of(object(R"({"id":5,"folder_id":32,"business_category":"x"})")).value());
  EXPECT_EQ(a.id.value, "5");
  EXPECT_EQ(a.folder.value, "32");
  EXPECT_EQ(a[ContactField::business_category], "x");
  const auto b = std::get<model::Contact>(
      contact_of(object(R"({"id":"5","busines_categorie":"y","business_category":"x"})")).value());
  EXPECT_EQ(b[ContactField::business_category], "y");
  EXPECT_EQ(json_of(b, Form::full).at("busines_categorie"), "y");
}

TEST(OxContact, DistributionListKeepsItsMembers) {
  const auto text = R"({"mark_as_distributionlist":true,"folder_id":"32","display_name":"List","id":"11","uid":"u",
    "distribution_list":[{"id":"4","folder_id":"6","mail":"c@x.test","display_name":"Carl","sort_name":"S","mail_field":1},
    {"mail":"e@y.test","display_name":"Ext","mail_field":0}],"last_modified_utc":1795356100018})";
  const auto list = std::get<model::DistributionList>(contact_of(object(text)).value());
  ASSERT_EQ(list.members.size(), 2U);
  EXPECT_EQ(list.members[0].kind, model::DistributionList::Member::Kind::email1);
  EXPECT_EQ(list.members[0].contact.value, "4");
  EXPECT_EQ(list.members[1].email, "e@y.test");
  const auto again = std::get<model::DistributionList>(contact_of(json_of(list, Form::full)).value());
  EXPECT_EQ(again.members, list.members);
  EXPECT_EQ(again.version, list.version);
}

TEST(OxContact, PicturesGoOutAsBytes) {
  model::Contact contact;
  contact.image = model::Contact::Image{"image/png", "", {}, to_bytes("PNG")};
  const auto o = json_of(contact, Form::writable);
  EXPECT_EQ(o.at("image1"), "UE5H");
  EXPECT_EQ(o.at("image1_content_type"), "image/png");
}

TEST(OxTask, RoundTripOfEveryField) {
  const auto text = R"({"last_modified_utc":1795356311313,"last_modified":1795356311313,"creation_date":1795356311000,
    "modified_by":3,"created_by":3,"id":1,"folder_id":33,"number_of_attachments":1,"color_label":2,"private_flag":true,
    "categories":"Work,Blue","full_time":true,"uid":"u","title":"Report","note":"Q1","start_date":1806710400000,
    "end_date":1806796800000,"start_time":1806710400000,"end_time":1806796800000,"actual_costs":12.5,"target_costs":100.25,
    "actual_duration":"90","target_duration":"120","billing_information":"bill","companies":"ACME","currency":"EUR",
    "percent_completed":40,"priority":3,"status":2,"trip_meter":"5km","alarm":1806742800000,"date_completed":1806800000000,
    "recurrence_type":2,"interval":1,"days":2,"occurrences":5,"organizer":"a@x.test",
    "participants":[{"id":4,"type":1,"confirmation":1,"confirmmessage":"ok"},{"type":5,"mail":"x@y.test","display_name":"X"},
    {"id":7,"type":2}],"users":[{"id":4,"confirmation":1}],"lastModifiedOfNewestAttachmentUTC":1795356312214})";
  const auto task = task_of(object(text)).value();
  EXPECT_EQ(task.actual_costs, "12.5");
  EXPECT_EQ(task.target_duration, 120);
  EXPECT_EQ(task.recurrence.type, model::TaskRecurrence::Type::weekly);
  EXPECT_EQ(task.recurrence.occurrences, 5);
  ASSERT_EQ(task.participants.size(), 3U);
  EXPECT_EQ(task.participants[0].message, "ok");
  EXPECT_EQ(task.participants[1].kind, model::TaskParticipant::Kind::external);
  EXPECT_EQ(json::value(json_of(task, Form::full)), json::value(object(text)));
}

TEST(OxTask, MinimalTaskHasNoOpinions) {
  const auto task =
      task_of(object(R"({"id":4,"folder_id":33,"recurrence_type":0,"participants":[],"users":[],"confirmations":[]})"))
          .value();
  EXPECT_FALSE(task.status || task.priority || task.percent_completed || task.start);
  EXPECT_TRUE(task.full_time);
  EXPECT_TRUE(task.raw.empty());
}

TEST(OxTask, OldStyleAnswersSayConfirmationsOnlyOfUsers) {
  const auto task = task_of(object(R"({"id":4,"participants":[{"id":4,"type":1}],
    "users":[{"id":4,"confirmation":2,"confirmmessage":"no","display_name":"B"}]})"))
                        .value();
  EXPECT_EQ(task.participants[0].confirmation, model::TaskParticipant::Confirmation::declined);
  EXPECT_EQ(task.participants[0].name, "B");
}

TEST(OxFolder, PermissionBits) {
  for (const std::uint32_t bits : {0U, 2U, 257U, 33025U, 4227330U, 4227332U, 2113666U, 2113794U, 2097410U, 2113796U,
                                   2113665U, 4227329U, 16641U, 403710016U}) {
    EXPECT_EQ(bits_of(rights_of(bits)), bits) << bits;
  }
  EXPECT_EQ(rights_of(403710016), model::full_rights());
  EXPECT_EQ(rights_of(272662788), model::full_rights());  // how a mail folder's owner reads
  EXPECT_EQ(rights_of(3).folder, model::Rights::FolderLevel::none);
  EXPECT_EQ(rights_of(257).read, model::Rights::ItemLevel::all);
  EXPECT_EQ(rights_of(2113666).read, model::Rights::ItemLevel::own);
}

model::Folder folder(std::string_view row) { return folder_of(object(row)).value(); }

TEST(OxFolder, KindsScopesAndRoles) {
  const auto calendar = folder(R"({"id":"cal://0/31","folder_id":"1","title":"Calendar","module":"calendar","type":1,
    "own_rights":403710016,"standard_folder":true,"standard_folder_type":2,"supported_capabilities":["search","sync"],
    "permissions":[{"identifier":"3","bits":403710016,"entity":3,"group":false}]})");
  EXPECT_EQ(calendar.kind, model::FolderKind::calendar);
  EXPECT_EQ(calendar.role, model::FolderRole::calendar);
  EXPECT_EQ(calendar.scope, model::FolderScope::own);
  EXPECT_TRUE(calendar.supports_changes);
  ASSERT_EQ(calendar.permissions.size(), 1U);
  EXPECT_EQ(calendar.permissions[0].entity.value, "3");

  const auto birthdays =
      folder(R"({"id":"cal://1/0","title":"Birthdays","module":"calendar","type":1,"standard_folder_type":2,
    "standard_folder":false,"own_rights":257,"supported_capabilities":["ctag","search"],"com.openexchange.calendar.provider":"birthdays"})");
  EXPECT_EQ(birthdays.role, model::FolderRole::birthdays);
  EXPECT_FALSE(birthdays.supports_changes);

  const auto shared =
      folder(R"({"id":"con://0/87","folder_id":"u:4","title":"B","module":"contacts","type":3,"own_rights":257,
    "standard_folder":true,"standard_folder_type":3,"created_by":4,"com.openexchange.folderstorage.displayName":"Berta"})");
  EXPECT_EQ(shared.scope, model::FolderScope::shared);
  EXPECT_EQ(shared.role, model::FolderRole::none);
  EXPECT_EQ(shared.owner.value, "4");
  EXPECT_EQ(shared.owner_name, "Berta");

  const auto gab = folder(
      R"({"id":"con://0/6","folder_id":"2","title":"All Users","module":"contacts","type":5,"own_rights":16641})");
  EXPECT_EQ(gab.role, model::FolderRole::global_address_book);

  const auto mail =
      folder(R"({"id":"default0/INBOX","module":"mail","type":7,"standard_folder":true,"standard_folder_type":7,
    "own_rights":809533700,"total":12,"unread":-1})");
  EXPECT_EQ(mail.role, model::FolderRole::inbox);
  EXPECT_EQ(mail.total, 12U);
  EXPECT_FALSE(mail.unread);
  EXPECT_TRUE(mail.own_rights.admin);
}

TEST(OxFolder, RoundTripKeepsMeaning) {
  for (const auto* row :
       {R"({"id":"cal://0/31","folder_id":"1","title":"C","module":"calendar","type":1,"own_rights":403710016,
         "standard_folder":true,"standard_folder_type":2,"supported_capabilities":["sync"],"last_modified_utc":5,
         "used_for_sync":{"value":"true"},"permissions":[{"bits":257,"entity":7,"group":true}]})",
        R"({"id":"con://0/87","folder_id":"u:4","title":"B","module":"contacts","type":3,"own_rights":257})",
        R"({"id":"con://0/6","folder_id":"2","title":"G","module":"contacts","type":5,"own_rights":16641})",
        R"({"id":"33","folder_id":"1","title":"T","module":"tasks","type":1,"subscribed":false})"}) {
    const auto a = folder(row);
    const auto b = folder_of(json_of(a, Form::full)).value();
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.scope, b.scope);
    EXPECT_EQ(a.role, b.role);
    EXPECT_EQ(a.own_rights, b.own_rights);
    EXPECT_EQ(a.permissions, b.permissions);
    EXPECT_EQ(a.owner, b.owner);
    EXPECT_EQ(a.subscribed, b.subscribed);
    EXPECT_EQ(a.version, b.version);
    EXPECT_EQ(a.supports_changes, b.supports_changes);
    EXPECT_EQ(a.raw, b.raw);
  }
}

TEST(OxPrincipal, UserIdsAndContactIdsAreDifferentThings) {
  const auto text = R"({"id":4,"folder_id":"6","display_name":"Berta Beispiel","user_id":4,"email1":"berta@x.test",
    "aliases":["berta.alias@x.test","Berta@x.test"],"login_info":"berta","contact_id":3,"department":"Sales","groups":[0,1,7],
    "timezone":"Europe/Berlin","last_modified_utc":1795355728291})";
  const auto user = user_of(object(text)).value();
  EXPECT_EQ(user.id, 4U);
  EXPECT_EQ(user.login, "berta");
  EXPECT_EQ(user.details.id.value, "3");
  EXPECT_EQ(user.details.user.value, "4");
  EXPECT_EQ(user.details[ContactField::department], "Sales");
  EXPECT_EQ(user.aliases, std::vector<std::string>{"berta.alias@x.test"});
  EXPECT_FALSE(is_guest(object(text)));
  EXPECT_TRUE(is_guest(object(R"({"id":9,"guest_created_by":3})")));
}

TEST(OxPrincipal, GroupsAndResources) {
  const auto group =
      group_of(object(R"({"id":7,"display_name":"Team","name":"team","last_modified_utc":5,"members":[3,4]})")).value();
  EXPECT_EQ(group.kind, model::DirectoryEntry::Kind::group);
  EXPECT_EQ(group.members, (std::vector<std::uint32_t>{3, 4}));
  const auto room =
      resource_of(
          object(R"({"id":6,"name":"room1","display_name":"Room 1","mailaddress":"r@x.test","description":"d"})"))
          .value();
  EXPECT_EQ(room.kind, model::DirectoryEntry::Kind::resource);
  EXPECT_EQ(room.email, "r@x.test");
  EXPECT_FALSE(group_of(object(R"({"id":7,"members":["x"]})")));
  EXPECT_FALSE(resource_of(object("{}")));
}

TEST(OxRows, RequestsNameNoColumnThatBreaksRows) {
  for (const auto& column : task_request()) {
    EXPECT_FALSE(column.number == 217 || (column.number >= 224 && column.number <= 229) || column.number == 304 ||
                 column.number == 306 || column.number == 310 || column.number == 311);
  }
  EXPECT_EQ(column_list({*find_column(contact_columns(), 1), *find_column(contact_columns(), 500)}), "1,500");
}

}  // namespace
}  // namespace oxb::oxjson
