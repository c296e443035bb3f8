// SPDX-License-Identifier: GPL-3.0-or-later
// What every groupware writer promises for each kind of item (backend/writing.h), asked of the in-memory server and of
// the Open-Xchange connector.
#include "tests/contract/writer_suite.h"

namespace oxb::backend::contract {
namespace {

using model::ContactField, model::FolderKind;

class GroupwareWriting : public WriterSuite {
 protected:
  Item titled(const std::string& title, const std::string& uid = {}) const {
    if (kind == FolderKind::contacts) {
      model::Contact contact;
      contact[ContactField::display_name] = title;
      contact[ContactField::note] = "kept";
      contact.uid = uid;
      return contact;
    }
    if (kind == FolderKind::tasks) {
      model::Task task;
      task.title = title;
      task.note = "kept";
      task.uid = uid;
      return task;
    }
    model::Series series;
    auto& event = series.master.emplace();
    event.summary = title;
    event.description = "kept";
    event.uid = uid;
    event.start = utc(5, 9);
    event.end = utc(5, 10);
    return series;
  }
  static Item renamed(Item item, const std::string& title) {
    if (auto* series = std::get_if<model::Series>(&item)) series->master->summary = title;
    if (auto* contact = std::get_if<model::Contact>(&item)) (*contact)[ContactField::display_name] = title;
    if (auto* task = std::get_if<model::Task>(&item)) task->title = title;
    return item;
  }
  static std::string title_of(const Item& item) {
    if (const auto* series = std::get_if<model::Series>(&item)) return series->master->summary;
    if (const auto* contact = std::get_if<model::Contact>(&item)) return (*contact)[ContactField::display_name];
    return std::get<model::Task>(item).title;
  }
  static std::string note_of(const Item& item) {
    if (const auto* series = std::get_if<model::Series>(&item)) return series->master->description;
    if (const auto* contact = std::get_if<model::Contact>(&item)) return (*contact)[ContactField::note];
    return std::get<model::Task>(item).note;
  }
  static std::string uid_of(const Item& item) {
    if (const auto* series = std::get_if<model::Series>(&item)) return series->master->uid;
    if (const auto* contact = std::get_if<model::Contact>(&item)) return contact->uid;
    return std::get<model::Task>(item).uid;
  }
  static std::vector<model::FileData>& files_of(Item& item) {
    if (auto* series = std::get_if<model::Series>(&item)) return series->master->attachments;
    if (auto* contact = std::get_if<model::Contact>(&item)) return contact->attachments;
    return std::get<model::Task>(item).attachments;
  }
  const char* title_field() const {
    if (kind == FolderKind::calendar) return "summary";
    return kind == FolderKind::contacts ? "display_name" : "title";
  }
  static model::FileData file(const std::string& name, const std::string& content) {
    model::FileData out;
    out.name = name;
    out.mime_type = "text/plain";
    out.data = to_bytes(content);
    return out;
  }
  std::map<std::string, std::string> contents(const RemoteId& id) {
    auto stored = item(id);
    std::map<std::string, std::string> out;
    for (const auto& one : files_of(stored)) {
      const auto bytes = run(account->groupware().attachment(folder, id, one, soon()));
      out[one.name] = bytes ? std::string(as_text(*bytes)) : bytes.error().what;
    }
    return out;
  }
  Result<std::optional<RemoteId>> find(const model::Folder& where, const std::string& uid) {
    return run(writer().find(where, uid, soon()));
  }
};

TEST_P(GroupwareWriting, WhatIsCreatedIsThere) {
  const auto before = read(folder);
  const auto made = create(titled("Ünicode 😀", "uid-1@oxbridge"));
  ASSERT_TRUE(made) << made.error().what;
  const auto stored = item(made->id);
  EXPECT_EQ(title_of(stored), "Ünicode 😀");
  EXPECT_EQ(note_of(stored), "kept");
  EXPECT_EQ(uid_of(stored), "uid-1@oxbridge");
  EXPECT_EQ(version_of(stored), made->version);
  const auto changes = read(folder, before.position);
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_EQ(id_of(changes.changed[0]), made->id);
  EXPECT_FALSE(uid_of(item(create(titled("B")).value().id)).empty());
}

TEST_P(GroupwareWriting, AUidIsThereOnce) {
  create(titled("A", "same@oxbridge")).value();
  EXPECT_EQ(create(titled("B", "same@oxbridge")).error().code, Errc::exists);
  EXPECT_EQ(count(folder), 1U);
}

TEST_P(GroupwareWriting, OnlyWhatDiffersIsChanged) {
  const auto first = made(titled("A", "uid-1@oxbridge"));
  auto after = renamed(first, "B");
  const auto changed = update(first, after);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto second = item(changed->id);
  EXPECT_EQ(id_of(second), id_of(first));
  EXPECT_EQ(title_of(second), "B");
  EXPECT_EQ(note_of(second), "kept");
  EXPECT_EQ(uid_of(second), "uid-1@oxbridge");
  EXPECT_EQ(version_of(second), changed->version);
  EXPECT_NE(version_of(second), version_of(first));
  // The same once more changes nothing.
  EXPECT_EQ(update(second, second).value().version, version_of(second));
  EXPECT_EQ(version_of(item(id_of(second))), version_of(second));
}

TEST_P(GroupwareWriting, AChangeOfAnOldVersionIsRefused) {
  const auto first = made(titled("A"));
  world->rename(kind, id_of(first).value, "Theirs");
  EXPECT_EQ(update(first, renamed(first, "Mine")).error().code, Errc::conflict);
  EXPECT_EQ(title_of(item(id_of(first))), "Theirs");
  world->remove(kind, id_of(first).value);
  EXPECT_EQ(update(first, renamed(first, "Mine")).error().code, Errc::not_found);
}

TEST_P(GroupwareWriting, DeletionsGoInOneBatch) {
  std::vector<Written> items;
  for (const auto* title : {"A", "B", "C", "D"}) items.push_back(written(made(titled(title))));
  world->remove(kind, items[1].id.value);
  world->rename(kind, items[2].id.value, "Theirs");
  const auto results = run(writer().remove(folder, items, soon()));
  ASSERT_TRUE(results) << results.error().what;
  ASSERT_EQ(results->size(), 4U);
  EXPECT_TRUE((*results)[0]);
  EXPECT_TRUE((*results)[1]) << (*results)[1].error().what;
  EXPECT_EQ((*results)[2].error().code, Errc::conflict);
  EXPECT_TRUE((*results)[3]);
  const auto left = read(folder);
  ASSERT_EQ(left.changed.size(), 1U);
  EXPECT_EQ(title_of(left.changed[0]), "Theirs");
  EXPECT_TRUE(run(writer().remove(folder, {}, soon())).value().empty());
}

TEST_P(GroupwareWriting, ItemsMoveToAnotherFolder) {
  const auto other = new_folder("Ablage");
  std::vector<Written> items;
  for (const auto* title : {"A", "B", "C"}) items.push_back(written(made(titled(title))));
  const auto before = read(folder);
  world->remove(kind, items[1].id.value);
  world->rename(kind, items[2].id.value, "Theirs");
  const auto results = run(writer().move(folder, items, other, soon()));
  ASSERT_TRUE(results) << results.error().what;
  ASSERT_EQ(results->size(), 3U);
  ASSERT_TRUE((*results)[0]) << (*results)[0].error().what;
  EXPECT_EQ((*results)[1].error().code, Errc::not_found);
  EXPECT_EQ((*results)[2].error().code, Errc::conflict);
  const auto moved = try_item(other, (*results)[0]->id);
  ASSERT_TRUE(moved) << moved.error().what;
  EXPECT_EQ(title_of(*moved), "A");
  EXPECT_EQ(version_of(*moved), (*results)[0]->version);
  const auto deleted = read(folder, before.position).deleted;
  EXPECT_NE(std::find(deleted.begin(), deleted.end(), items[0].id), deleted.end());
  EXPECT_EQ(count(folder), 1U);
  EXPECT_EQ(count(other), 1U);
  // Back again.
  EXPECT_TRUE(run(writer().move(other, {*(*results)[0]}, folder, soon())).value().at(0));
  EXPECT_EQ(count(folder), 2U);
}

TEST_P(GroupwareWriting, ItemsAreFoundByUid) {
  const auto other = new_folder("Ablage");
  const auto id = create(titled("A", "find-me@oxbridge")).value().id;
  create(titled("B", "another@oxbridge")).value();
  EXPECT_EQ(find(folder, "find-me@oxbridge").value(), id);
  EXPECT_EQ(find(folder, "find-*").value(), std::nullopt);
  EXPECT_EQ(find(folder, "nothing@oxbridge").value(), std::nullopt);
  EXPECT_EQ(find(other, "find-me@oxbridge").value(), std::nullopt);
}

TEST_P(GroupwareWriting, FilesGoAlong) {
  auto wanted = titled("A");
  files_of(wanted) = {file("a.txt", "first"), file("b \"ü\".txt", std::string("se\0cond\r\n--", 11))};
  const auto written = create(wanted);
  ASSERT_TRUE(written) << written.error().what;
  EXPECT_EQ(version_of(item(written->id)), written->version);
  EXPECT_EQ(contents(written->id), (std::map<std::string, std::string>{
                                       {"a.txt", "first"}, {"b \"ü\".txt", std::string("se\0cond\r\n--", 11)}}));
}

TEST_P(GroupwareWriting, FilesComeAndGo) {
  auto first = made(titled("A"));
  FileChanges changes;
  changes.add = {file("a.txt", "first"), file("b.txt", "second")};
  const auto one = run(writer().change_files(folder, first, changes, soon()));
  ASSERT_TRUE(one) << one.error().what;
  auto second = item(one->id);
  EXPECT_EQ(version_of(second), one->version);
  EXPECT_EQ(contents(one->id), (std::map<std::string, std::string>{{"a.txt", "first"}, {"b.txt", "second"}}));
  FileChanges more;
  more.add = {file("c.txt", "third")};
  for (const auto& known : files_of(second))
    if (known.name == "a.txt") more.remove.push_back(known.id);
  EXPECT_EQ(run(writer().change_files(folder, first, more, soon())).error().code, Errc::conflict);
  EXPECT_EQ(contents(one->id).size(), 2U);
  const auto two = run(writer().change_files(folder, second, more, soon()));
  ASSERT_TRUE(two) << two.error().what;
  EXPECT_EQ(contents(one->id), (std::map<std::string, std::string>{{"b.txt", "second"}, {"c.txt", "third"}}));
  const auto third = item(one->id);
  EXPECT_EQ(version_of(third), two->version);
  EXPECT_EQ(note_of(third), "kept");
  // A change of fields leaves them alone.
  update(third, renamed(third, "B")).value();
  EXPECT_EQ(contents(one->id).size(), 2U);
}

TEST_P(GroupwareWriting, ATextThatIsTooLongIsNamed) {
  const std::string much(1000, 'x');
  const auto refused = create(titled(much));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit);
  EXPECT_NE(refused.error().what.find(title_field()), std::string::npos) << refused.error().what;
  EXPECT_EQ(count(folder), 0U);
  const auto first = made(titled("A"));
  const auto again = update(first, renamed(first, much));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::limit);
  EXPECT_NE(again.error().what.find(title_field()), std::string::npos) << again.error().what;
  EXPECT_EQ(version_of(item(id_of(first))), version_of(first));
}

TEST_P(GroupwareWriting, WhoMayOnlyReadChangesNothing) {
  const auto first = made(titled("A"));
  world->share(kind);
  const auto berta = sign_in("berta");
  auto& hers = berta->groupware_writer();
  model::Folder shared;
  for (const auto& one : folders(*berta))
    if (one.id == folder.id) shared = one;
  ASSERT_EQ(shared.id, folder.id);
  EXPECT_EQ(run(hers.create(shared, titled("B"), soon())).error().code, Errc::access_denied);
  EXPECT_EQ(run(hers.update(shared, first, renamed(first, "B"), soon())).error().code, Errc::access_denied);
  EXPECT_EQ(run(hers.remove(shared, {written(first)}, soon())).value().at(0).error().code, Errc::access_denied);
  EXPECT_EQ(run(hers.move(shared, {written(first)}, default_folder(*berta), soon())).value().at(0).error().code,
            Errc::access_denied);
  FileChanges changes;
  changes.add = {file("a.txt", "x")};
  EXPECT_EQ(run(hers.change_files(shared, first, changes, soon())).error().code, Errc::access_denied);
  EXPECT_EQ(run(hers.change_folder(shared, {}, "Mine", soon())).error().code, Errc::access_denied);
  EXPECT_EQ(run(hers.delete_folder(shared, soon())).error().code, Errc::access_denied);
  EXPECT_EQ(version_of(item(id_of(first))), version_of(first));
}

TEST_P(GroupwareWriting, AFullStoreIsTold) {
  world->fill_quota_once(kind);
  EXPECT_EQ(create(titled("A")).error().code, Errc::quota);
  EXPECT_EQ(count(folder), 0U);
}

TEST_P(GroupwareWriting, AnAnswerThatGetsLostIsNotAskedForAgain) {
  create(titled("warm")).value();
  world->lose_answer_to_create(kind);
  const auto lost = create(titled("A", "lost@oxbridge"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::unavailable);
  EXPECT_EQ(count(folder), 2U);
  const auto found = find(folder, "lost@oxbridge").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(title_of(item(*found)), "A");
}

TEST_P(GroupwareWriting, ASessionThatEndedIsRenewedForWriting) {
  const auto first = made(titled("A"));
  world->end_sessions();
  EXPECT_TRUE(run(writer().remove(folder, {written(first)}, soon())).value().at(0));
  EXPECT_EQ(count(folder), 0U);
}

TEST_P(GroupwareWriting, ItemsGoIntoFoldersOfTheirKind) {
  auto wrong = folder;
  for (const auto& one : folders(*account))
    if (one.role != model::FolderRole::none && one.kind != kind &&
        (one.kind == FolderKind::tasks || one.kind == FolderKind::contacts))
      wrong = one;
  EXPECT_EQ(run(writer().create(wrong, titled("A"), soon())).error().code, Errc::invalid);
  const auto first = made(titled("A"));
  EXPECT_EQ(run(writer().move(folder, {written(first)}, wrong, soon())).error().code, Errc::invalid);
  EXPECT_EQ(count(folder), 1U);
}

TEST_P(GroupwareWriting, FoldersAreMadeRenamedAndDeleted) {
  const auto made = new_folder("Büro & Co");
  EXPECT_EQ(made.kind, kind);
  EXPECT_EQ(made.name, "Büro & Co");
  EXPECT_TRUE(made.parent.value.empty());
  EXPECT_EQ(made.own_rights, model::full_rights());
  EXPECT_EQ(run(writer().create_folder({}, "Büro & Co", kind, soon())).error().code, Errc::exists);
  EXPECT_EQ(run(writer().create_folder({}, "", kind, soon())).error().code, Errc::invalid);
  const auto long_name = run(writer().create_folder({}, std::string(800, 'x'), kind, soon()));
  EXPECT_EQ(long_name.error().code, Errc::limit);
  EXPECT_NE(long_name.error().what.find("title"), std::string::npos) << long_name.error().what;
  ASSERT_TRUE(run(writer().create(made, titled("A"), soon())));
  ASSERT_TRUE(run(writer().change_folder(made, made.parent, "Bücher", soon())));
  EXPECT_EQ(folder_of(made.id)->name, "Bücher");
  EXPECT_TRUE(run(writer().change_folder(*folder_of(made.id), made.parent, "Bücher", soon())));
  EXPECT_EQ(count(made), 1U);
  EXPECT_EQ(run(writer().change_folder(folder, folder.parent, "Mine", soon())).error().code, Errc::access_denied);
  EXPECT_EQ(run(writer().delete_folder(folder, soon())).error().code, Errc::access_denied);
  EXPECT_TRUE(run(writer().delete_folder(made, soon())));
  EXPECT_FALSE(folder_of(made.id));
  EXPECT_TRUE(run(writer().delete_folder(made, soon())));
}

TEST_P(GroupwareWriting, FoldersBelowOthers) {
  const auto below = run(writer().create_folder(folder, "Unten", kind, soon()));
  ASSERT_TRUE(below) << below.error().what;
  const auto made = *folder_of(*below);
  if (kind == FolderKind::calendar) {  // they lie side by side
    EXPECT_TRUE(made.parent.value.empty());
    return;
  }
  EXPECT_EQ(made.parent, folder.id);
  ASSERT_TRUE(run(writer().change_folder(made, {}, "Oben", soon())));
  EXPECT_TRUE(folder_of(*below)->parent.value.empty());
  EXPECT_EQ(folder_of(*below)->name, "Oben");
  const auto deep = run(writer().create_folder(*folder_of(*below), "Tief", kind, soon())).value();
  EXPECT_EQ(run(writer().change_folder(*folder_of(*below), deep, "Oben", soon())).error().code, Errc::access_denied);
  EXPECT_TRUE(run(writer().delete_folder(*folder_of(*below), soon())));
  EXPECT_FALSE(folder_of(deep));
}

INSTANTIATE_TEST_SUITE_P(Contract, GroupwareWriting,
                         testing::Values(WriterCase{"FakeCalendar", &make_fake_world, FolderKind::calendar},
                                         WriterCase{"FakeContacts", &make_fake_world, FolderKind::contacts},
                                         WriterCase{"FakeTasks", &make_fake_world, FolderKind::tasks},
                                         WriterCase{"OxCalendar", &make_box_world, FolderKind::calendar},
                                         WriterCase{"OxContacts", &make_box_world, FolderKind::contacts},
                                         WriterCase{"OxTasks", &make_box_world, FolderKind::tasks}),
                         [](const testing::TestParamInfo<WriterCase>& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace oxb::backend::contract
