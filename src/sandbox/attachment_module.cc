// SPDX-License-Identifier: GPL-3.0-or-later
// Module `attachment`: files of tasks (4) and contacts (7). Attaching and detaching changes the object they hang on.
#include "sandbox/contact_write.h"
#include "sandbox/registry.h"
#include "sandbox/tasks.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

namespace oxb::sandbox {
namespace {

constexpr std::int64_t kTaskModule = 4;
constexpr std::int64_t kContactModule = 7;
constexpr std::size_t kFileLimit = 10'485'760;

struct Parent {
  std::int64_t module = 0;
  std::int64_t folder = 0;
  std::int64_t object = 0;
};

Ox<std::int64_t> needed(const Call& call, std::string_view name) {
  const auto* text = call.param(name);
  if (!text) return ox_fail("UPL-0006", name);
  const auto number = parse_number(*text);
  if (!number) return ox_fail("SVL-0010", name, *text);
  return *number;
}

Ox<Parent> parent_of(const Call& call) {
  Parent parent;
  OXB_TRY(parent.module, needed(call, "module"));
  OXB_TRY(parent.object, needed(call, "attached"));
  OXB_TRY(parent.folder, needed(call, "folder"));
  return parent;
}

enum class Want : std::uint8_t { read, write };

// The folder must exist and the object be readable or writable there.
Ox<> check_parent(Call& call, const Parent& parent, Want want) {
  const auto folder = find_folder(call.db, call.context, parent.folder);
  if (!folder) return ox_fail("FLD-0008", parent.folder, call.context);
  const auto rights = rights_on(call.db, call.context, call.user, *folder);
  std::int64_t created_by = 0;
  if (parent.module == kTaskModule) {
    OXB_TRY(const auto task, readable_task(call, *folder, parent.object));
    created_by = task.created_by;
  } else if (parent.module == kContactModule) {
    OXB_TRY(const auto contact, readable_contact(call, *folder, parent.object));
    created_by = contact.created_by;
  } else {
    return ox_fail("SVL-0010", "module", std::to_string(parent.module));
  }
  const int level = created_by == call.user ? 1 : 2;
  if (want == Want::write && rights.write < level) return ox_fail("ATT-0404");
  return {};
}

// The object's counters follow its files.
std::int64_t touch_parent(Call& call, const Parent& parent) {
  const auto count = call.db
                         .integer("SELECT count(*) FROM attachment WHERE context = ? AND module = ? AND object = ?",
                                  call.context, parent.module, parent.object)
                         .value_or(0);
  const auto newest =
      call.db.integer("SELECT max(created) FROM attachment WHERE context = ? AND module = ? AND object = ?",
                      call.context, parent.module, parent.object);
  const auto stamp = call.stamp();
  const auto apply = [&](json::object& data) {
    data["number_of_attachments"] = count;
    if (newest) {
      data["lastModifiedOfNewestAttachmentUTC"] = *newest;
    } else {
      data.erase("lastModifiedOfNewestAttachmentUTC");
    }
    data["modified_by"] = call.user;
  };
  if (parent.module == kTaskModule) {
    if (auto task = find_task(call.db, call.context, parent.object)) {
      apply(task->data);
      task->modified = stamp;
      store_task(call, *task);
    }
  } else if (auto contact = find_contact(call.db, call.context, parent.object)) {
    apply(contact->data);
    contact->modified = stamp;
    store_contact(call.db, call.context, *contact);
  }
  return stamp;
}

struct File {
  std::int64_t id = 0;
  std::int64_t created_by = 0;
  std::int64_t created = 0;
  std::string name;
  std::string mime;
  std::int64_t size = 0;
  json::object data;
};

std::vector<File> files_of(const Call& call, const Parent& parent, std::int64_t after = -1) {
  std::vector<File> out;
  auto q = call.db.query(
      "SELECT id, created_by, created, name, mime, length(content), data FROM attachment "
      "WHERE context = ? AND module = ? AND object = ? AND created > ? ORDER BY id",
      call.context, parent.module, parent.object, after);
  while (q.next()) {
    out.push_back(
        {q.integer(0), q.integer(1), q.integer(2), q.text(3), q.text(4), q.integer(5), parse_object(q.text(6))});
  }
  return out;
}

bool is_rtf(const File& file) { return file.data.contains("rtf_flag"); }

json::value file_column(const Call& call, const Parent& parent, const File& file, int column) {
  switch (column) {
    case 1:
      return file.id;
    case 2:
      return file.created_by;
    case 4:
      return call.to_time(file.created);
    case 800:
      return 0;  // never filled in rows
    case 801:
      return parent.object;
    case 802:
      return parent.module;
    case 803:
      return json::value(file.name);
    case 804:
      return file.size;
    case 805:
      return json::value(file.mime);
    case 806:
      return is_rtf(file);
    default:
      return nullptr;
  }
}

json::array file_row(const Call& call, const Parent& parent, const File& file, const std::vector<int>& columns) {
  json::array row;
  for (const int column : columns) row.push_back(file_column(call, parent, file, column));
  return row;
}

std::string md5_of(ByteView bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  return to_hex(std::as_bytes(std::span(digest.data(), size)));
}

Ox<Answer> rows_of(Call& call, const Parent& parent, std::vector<File> files) {
  OXB_TRY(const auto columns, call.columns());
  json::array rows;
  std::int64_t newest = 0;
  for (const auto& file : files) {
    rows.push_back(file_row(call, parent, file, columns));
    newest = std::max(newest, file.created);
  }
  return newest > 0 ? Answer(std::move(rows), newest) : Answer(std::move(rows));
}

Ox<Answer> all(Call& call) {
  OXB_TRY(const auto parent, parent_of(call));
  OXB_CHECK(check_parent(call, parent, Want::read));
  return rows_of(call, parent, files_of(call, parent));
}

Ox<Answer> list(Call& call) {
  OXB_TRY(const auto parent, parent_of(call));
  OXB_CHECK(check_parent(call, parent, Want::read));
  OXB_TRY(const auto body, call.body_array());
  auto files = files_of(call, parent);
  std::erase_if(files, [&](const File& file) {
    return std::none_of(body.begin(), body.end(), [&](const json::value& v) { return as_number(v) == file.id; });
  });
  return rows_of(call, parent, std::move(files));
}

Ox<Answer> get(Call& call) {
  OXB_TRY(const auto parent, parent_of(call));
  OXB_TRY(const auto id, needed(call, "id"));
  OXB_CHECK(check_parent(call, parent, Want::read));
  for (const auto& file : files_of(call, parent)) {
    if (file.id != id) continue;
    return Answer(json::object{{"created_by", file.created_by},
                               {"creation_date", call.to_time(file.created)},
                               {"file_mimetype", file.mime},
                               {"file_size", file.size},
                               {"filename", file.name},
                               {"attached", parent.object},
                               {"module", parent.module},
                               {"rtf_flag", is_rtf(file)},
                               {"id", file.id},
                               {"folder", parent.folder},
                               {"comment", ""},
                               {"file_id", fmt::format("sandbox/{}", file.id)},
                               {"checksum", as_string(file.data, "checksum")},
                               {"uri", ""}},
                  file.created);
  }
  return ox_fail("ATT-0405");
}

Ox<Answer> document(Call& call) {
  OXB_TRY(const auto parent, parent_of(call));
  OXB_TRY(const auto id, needed(call, "id"));
  OXB_CHECK(check_parent(call, parent, Want::read));
  auto q = call.db.query("SELECT content FROM attachment WHERE context = ? AND module = ? AND object = ? AND id = ?",
                         call.context, parent.module, parent.object, id);
  if (!q.next()) return ox_fail("ATT-0405");
  Answer answer;
  answer.raw.emplace();
  answer.raw->headers.add("Content-Type", call.param_or("content_type", "application/octet-stream") + ";charset=UTF-8");
  answer.raw->body = q.bytes(0);
  return answer;
}

Ox<Answer> updates(Call& call) {
  OXB_TRY(const auto parent, parent_of(call));
  OXB_TRY(const auto since, needed(call, "timestamp"));
  OXB_TRY(const auto columns, call.columns());
  OXB_CHECK(check_parent(call, parent, Want::read));
  json::array rows;
  for (const auto& file : files_of(call, parent, since)) rows.push_back(file_row(call, parent, file, columns));
  if (call.param_or("ignore", "") != "deleted") {
    auto q = call.db.query(
        "SELECT id FROM attachment_gone WHERE context = ? AND module = ? AND object = ? AND modified > ? ORDER BY id",
        call.context, parent.module, parent.object, since);
    while (q.next()) rows.push_back(q.integer(0));
  }
  return Answer(std::move(rows), call.sandbox_now());
}

// json_0 with file_0, json_1 with file_1 ...
Ox<Answer> attach(Call& call) {
  json::array ids;
  std::int64_t stamp = 0;
  for (int index = 0;; ++index) {
    const auto named = [&](const char* kind) {
      const auto name = fmt::format("{}_{}", kind, index);
      return std::find_if(call.parts.begin(), call.parts.end(), [&](const Part& part) { return part.name == name; });
    };
    const auto description = named("json");
    if (description == call.parts.end()) break;
    const auto file = named("file");
    if (file == call.parts.end()) return ox_fail("ATT-0401");
    boost::system::error_code code;
    const auto value = json::parse(as_text(description->content), code);
    if (code || !value.is_object()) return ox_fail("SVL-0029");
    const auto& object = value.get_object();
    Parent parent;
    for (const auto& [field, into] :
         {std::pair{"module", &parent.module}, {"attached", &parent.object}, {"folder", &parent.folder}}) {
      const auto number = as_number(object, field);
      if (!number) return ox_fail("UPL-0006", field);
      *into = *number;
    }
    OXB_CHECK(check_parent(call, parent, Want::write));
    if (file->content.size() > kFileLimit) return ox_fail("ATT-0001");
    auto name = as_string(object, "filename");
    if (name.empty()) name = file->file_name;
    json::object data{{"checksum", md5_of(file->content)}};
    if (const auto* rtf = object.if_contains("rtf_flag"); rtf && rtf->is_bool() && rtf->get_bool())
      data["rtf_flag"] = true;
    const auto id = call.sandbox_id("attachment");
    const auto mime = as_string(object, "file_mimetype");
    call.db.run(
        "INSERT INTO attachment (context, id, module, folder, object, created_by, created, name, mime, data, content) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        call.context, id, parent.module, parent.folder, parent.object, call.user, call.stamp(), name,
        mime.empty() ? file->content_type : mime, json::serialize(data), file->content);
    ids.push_back(id);
    stamp = touch_parent(call, parent);
  }
  if (ids.empty()) return ox_fail("ATT-0401");
  return Answer(std::move(ids), stamp);
}

Ox<Answer> detach(Call& call) {
  OXB_TRY(const auto parent, parent_of(call));
  OXB_TRY(const auto body, call.body_array());
  OXB_CHECK(check_parent(call, parent, Want::write));
  for (const auto& value : body) {
    const auto id = as_number(value).value_or(0);
    call.db.run("DELETE FROM attachment WHERE context = ? AND module = ? AND object = ? AND id = ?", call.context,
                parent.module, parent.object, id);
    if (call.db.changes() == 0) return ox_fail("ATT-0405");
    call.db.run("INSERT OR REPLACE INTO attachment_gone (context, id, module, object, modified) VALUES (?, ?, ?, ?, ?)",
                call.context, id, parent.module, parent.object, call.stamp());
  }
  return Answer(json::value(""), touch_parent(call, parent));
}

constexpr Action kActions[] = {
    {"attachment", "all", all},         {"attachment", "list", list},
    {"attachment", "get", get},         {"attachment", "document", document, ActionKind::download},
    {"attachment", "updates", updates}, {"attachment", "attach", attach},
    {"attachment", "detach", detach},
};

}  // namespace

std::span<const Action> attachment_actions() { return kActions; }

}  // namespace oxb::sandbox
