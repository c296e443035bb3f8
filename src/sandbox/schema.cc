// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/schema.h"

namespace oxb::sandbox {
namespace {

// Objects are kept as the JSON that the API speaks, beside the few columns that queries need. All times are UTC ms.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE context (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  domain TEXT NOT NULL,
  admin INTEGER NOT NULL,
  stamp INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE counter (
  context INTEGER NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (context, name)
) WITHOUT ROWID;
CREATE TABLE user (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  login TEXT NOT NULL,
  password TEXT NOT NULL,
  contact INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX user_login ON user (context, login);
CREATE TABLE address (
  address TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
  context INTEGER NOT NULL,
  user INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE principal_group (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE TABLE member (
  context INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  user INTEGER NOT NULL,
  PRIMARY KEY (context, grp, user)
) WITHOUT ROWID;
CREATE INDEX member_user ON member (context, user);
CREATE TABLE resource (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE TABLE principal_gone (
  context INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, kind, id)
) WITHOUT ROWID;
CREATE TABLE folder (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  module TEXT NOT NULL,
  type INTEGER NOT NULL,
  title TEXT NOT NULL,
  standard INTEGER NOT NULL DEFAULT 0,
  created_by INTEGER NOT NULL,
  created INTEGER NOT NULL,
  modified_by INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE INDEX folder_parent ON folder (context, parent);
CREATE INDEX folder_modified ON folder (context, modified);
CREATE TABLE permission (
  context INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  bits INTEGER NOT NULL,
  PRIMARY KEY (context, folder, entity, grp)
) WITHOUT ROWID;
CREATE TABLE subscription (
  context INTEGER NOT NULL,
  user INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, user, folder)
) WITHOUT ROWID;
CREATE TABLE folder_gone (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE TABLE setting (
  context INTEGER NOT NULL,
  user INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (context, user, name)
) WITHOUT ROWID;
CREATE TABLE contact (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  private INTEGER NOT NULL DEFAULT 0,
  modified INTEGER NOT NULL,
  sort_name TEXT NOT NULL,
  data TEXT NOT NULL,
  image BLOB,
  PRIMARY KEY (context, id)
);
CREATE INDEX contact_folder ON contact (context, folder, modified);
CREATE TABLE contact_gone (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (context, folder, id)
) WITHOUT ROWID;
CREATE TABLE task (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  private INTEGER NOT NULL DEFAULT 0,
  modified INTEGER NOT NULL,
  uid TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, id)
);
CREATE UNIQUE INDEX task_uid ON task (context, uid);
CREATE TABLE task_place (
  context INTEGER NOT NULL,
  task INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  user INTEGER NOT NULL,
  PRIMARY KEY (context, folder, task)
) WITHOUT ROWID;
CREATE INDEX task_place_task ON task_place (context, task);
CREATE TABLE task_gone (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (context, folder, id)
) WITHOUT ROWID;
CREATE TABLE event (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  series INTEGER NOT NULL DEFAULT 0,
  recurrence TEXT NOT NULL DEFAULT '',
  folder INTEGER NOT NULL DEFAULT 0,
  calendar_user INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  uid TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, id)
);
CREATE INDEX event_series ON event (context, series);
CREATE INDEX event_uid ON event (context, uid);
CREATE INDEX event_folder ON event (context, folder, modified);
CREATE TABLE event_place (
  context INTEGER NOT NULL,
  event INTEGER NOT NULL,
  user INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  PRIMARY KEY (context, folder, event)
) WITHOUT ROWID;
CREATE INDEX event_place_event ON event_place (context, event);
CREATE TABLE event_gone (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  user INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, id, user)
) WITHOUT ROWID;
CREATE INDEX event_gone_folder ON event_gone (context, folder, modified);
CREATE TABLE event_file (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  event INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (context, id)
);
CREATE TABLE alarm (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  event INTEGER NOT NULL,
  user INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE INDEX alarm_event ON alarm (context, event, user);
CREATE TABLE attachment (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  module INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  object INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  created INTEGER NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  content BLOB NOT NULL,
  PRIMARY KEY (context, id)
);
CREATE INDEX attachment_object ON attachment (context, module, object);
CREATE TABLE attachment_gone (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  module INTEGER NOT NULL,
  object INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE TABLE reminder (
  context INTEGER NOT NULL,
  id INTEGER NOT NULL,
  user INTEGER NOT NULL,
  task INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  alarm INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (context, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX reminder_task ON reminder (context, task, user);
)sql";

// What the submission server took.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE outgoing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  context INTEGER NOT NULL,
  user INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  outside TEXT NOT NULL,
  message BLOB NOT NULL
);
)sql";

constexpr const char* kMigrations[] = {kVersion1, kVersion2};

}  // namespace

std::span<const char* const> schema_migrations() { return kMigrations; }

}  // namespace oxb::sandbox
