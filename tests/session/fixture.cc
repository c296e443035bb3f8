// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/session/fixture.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <future>

namespace oxb::session {
namespace {

std::string next_path() {
  static std::atomic<int> count = 0;
  return (std::filesystem::path(testing::TempDir()) / fmt::format("oxb_session_{}_{}.db", ::getpid(), count++))
      .string();
}

Wait soon() { return Wait::upto(std::chrono::seconds(30)); }

}  // namespace

// ---- TestMailbox ----

TestMailbox::TestMailbox(Executor executor, const std::string& path) : executor_(std::move(executor)) {
  owner_.entity = {directory::EntityKind::user, 1, 3};
  owner_.legacy_dn = installation_.legacy_dn(owner_.entity);
  owner_.display_name = "Erika Muster";
  owner_.email = "erika@example.test";
  owner_.time_zone = "Europe/Berlin";
  auto opened = replica::Replica::open(path, {});
  if (opened) replica_ = std::move(*opened);
}

Task<Result<>> TestMailbox::ensure_folders(Wait) {
  if (trouble) co_return fail(*trouble, "backend");
  co_return Result<>{};
}

Task<Result<>> TestMailbox::ensure_contents(FolderId, Wait) {
  if (trouble) co_return fail(*trouble, "backend");
  co_return Result<>{};
}

Task<Result<std::shared_ptr<const mapi::Content>>> TestMailbox::content(MessageId message, Wait wait) {
  fetched.push_back(message);
  if (hold) co_await hold->wait(wait);
  if (trouble) co_return fail(*trouble, "backend");
  if (const auto saved = writer_.contents.find(message); saved != writer_.contents.end()) co_return saved->second;
  const auto at = contents.find(message);
  if (at == contents.end()) co_return fail(Errc::not_found, "message");
  co_return at->second;
}

Task<Result<>> TestMailbox::set_read(std::vector<MessageId> messages, bool read, Wait) {
  if (trouble) co_return fail(*trouble, "backend");
  std::vector<sync::MailboxEvent> events;
  auto status = replica_->write([&](replica::WriteTx& tx) -> Result<> {
    for (const auto id : messages) {
      flagged.emplace_back(id, read);
      OXB_CHECK(tx.set_read(id, read));
      OXB_TRY(const auto row, tx.message(id));
      sync::MailboxEvent event;
      event.kind = sync::MailboxEvent::Kind::message_modified;
      event.folder = row->folder;
      event.message = id;
      events.push_back(event);
    }
    return {};
  });
  if (status) post(std::move(events));
  co_return status;
}

void TestMailbox::post(std::vector<sync::MailboxEvent> events) {
  for (auto* listener : std::set<sync::Listener*>(listeners_)) listener->on_events(events);
}

// ---- Client ----

Result<Bytes> Client::send_bytes(const Bytes& bytes, std::uint32_t max_out) {
  return loop_.run(context_->execute(bytes, max_out, soon()));
}

Result<rop::ResponseBuffer> Client::send(const std::vector<rop::RopRequest>& rops, Handles handles,
                                         std::uint32_t max_out) {
  rop::RequestBuffer buffer;
  buffer.rops = rops;
  buffer.handles = handles;
  OXB_TRY(const auto bytes, rop::encode_request_buffer(buffer));
  OXB_TRY(const auto answer, send_bytes(bytes, max_out));
  EXPECT_LE(answer.size(), max_out);
  rop::ResponseContext context;
  context.requests = &rops;
  context.request_handles = &handles;
  context.columns = [this](std::uint32_t handle) {
    const auto at = columns.find(handle);
    return at == columns.end() ? nullptr : at->second;
  };
  OXB_TRY(auto out, rop::parse_response_buffer(answer, context));
  for (const auto& response : out.rops)
    if (const auto* notify = response.body.get<rop::Notify::Response>()) notifications_.push_back(*notify);
  std::erase_if(out.rops, [](const auto& response) { return response.id == rop::Notify::kId; });
  return out;
}

void Client::release(std::uint32_t handle) {
  const auto answer = send({rop::RopRequest::of<rop::Release>(logon_id, {})}, {handle});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->rops.empty());
}

rop::Logon::Response Client::log_on(std::string essdn) {
  rop::Logon::Request request;
  request.open_flags = rop::kOpenUsePerMdbReplidMapping | rop::kOpenHomeLogon;
  request.essdn = std::move(essdn);
  const auto out = call<rop::Logon>(std::move(request));
  EXPECT_EQ(out.code, EcCode::none);
  logon = out.handle;
  return out.body;
}

std::uint32_t Client::open_folder(FolderId folder) {
  rop::OpenFolder::Request request;
  request.folder = mapi::Eid::of(folder);
  const auto out = call<rop::OpenFolder>(request, logon);
  EXPECT_EQ(out.code, EcCode::none);
  return out.handle;
}

std::uint32_t Client::hierarchy(FolderId folder, std::uint8_t flags) {
  const auto out = call<rop::GetHierarchyTable>({0, 1, flags}, open_folder(folder));
  EXPECT_EQ(out.code, EcCode::none);
  return out.handle;
}

std::uint32_t Client::contents(FolderId folder, std::uint8_t flags) {
  const auto out = call<rop::GetContentsTable>({0, 1, flags}, open_folder(folder));
  EXPECT_EQ(out.code, EcCode::none);
  return out.handle;
}

void Client::set_columns(std::uint32_t table, std::vector<mapi::PropTag> wanted) {
  columns[table] = std::make_shared<const mapi::Columns>(mapi::Columns{wanted});
  EXPECT_EQ(call<rop::SetColumns>({0, 0, std::move(wanted)}, table).code, EcCode::none);
}

void Client::sort(std::uint32_t table, std::vector<mapi::SortOrder> orders, std::uint16_t categories,
                  std::uint16_t expanded) {
  rop::SortTable::Request request;
  request.order = {categories, expanded, std::move(orders)};
  EXPECT_EQ(call<rop::SortTable>(request, table).code, EcCode::none);
}

EcCode Client::restrict(std::uint32_t table, mapi::Restriction restriction) {
  rop::Restrict::Request request;
  request.restriction = std::move(restriction);
  return call<rop::Restrict>(request, table).code;
}

std::vector<mapi::PropertyRow> Client::rows(std::uint32_t table, std::uint16_t count, bool forward,
                                            std::uint32_t max_out) {
  rop::QueryRows::Request request;
  request.count = count;
  request.forward = forward;
  const auto out = call<rop::QueryRows>(request, table, max_out);
  EXPECT_EQ(out.code, EcCode::none);
  return out->rows;
}

std::vector<std::string> Client::texts(std::uint32_t table) {
  call<rop::SeekRow>({}, table);
  std::vector<std::string> out;
  for (const auto& row : rows(table)) out.push_back(text(row.values[0]));
  return out;
}

std::uint32_t Client::open_message(FolderId folder, MessageId message, std::uint8_t mode) {
  rop::OpenMessage::Request request;
  request.folder = mapi::Eid::of(folder);
  request.message = mapi::Eid::of(message);
  request.mode = mode;
  const auto out = call<rop::OpenMessage>(request, logon);
  EXPECT_EQ(out.code, EcCode::none);
  return out.handle;
}

std::vector<mapi::PropertyValue> Client::get(std::uint32_t object, std::vector<mapi::PropTag> tags,
                                             std::uint16_t limit) {
  const auto count = tags.size();
  const auto out = call<rop::GetPropertiesSpecific>({0, limit, 1, std::move(tags)}, object);
  EXPECT_EQ(out.code, EcCode::none);
  auto values = out->row.values;
  values.resize(count);
  return values;
}

EcCode Client::set(std::uint32_t object, std::vector<mapi::Property> properties) {
  rop::SetProperties::Request request;
  request.values.properties = std::move(properties);
  const auto out = call<rop::SetProperties>(request, object);
  if (out.code == EcCode::none && !out->problems.empty()) return out->problems[0].error;
  return out.code;
}

std::uint32_t Client::create_message(FolderId folder, bool associated) {
  rop::CreateMessage::Request request;
  request.folder = mapi::Eid::of(folder);
  request.associated = associated;
  const auto out = call<rop::CreateMessage>(request, logon);
  EXPECT_EQ(out.code, EcCode::none);
  return out.handle;
}

Outcome<rop::SaveChangesMessage> Client::save(std::uint32_t message, std::uint8_t flags) {
  return call<rop::SaveChangesMessage>({1, 0, flags}, message);
}

EcCode Client::add_recipient(std::uint32_t message, std::uint32_t row_id, std::string name, std::string address,
                             std::uint8_t type) {
  namespace flag = mapi::recipient_flag;
  mapi::RecipientRow row;
  row.flags = static_cast<std::uint16_t>(mapi::RecipientAddress::smtp) | flag::kUnicode | flag::kEmailAddress |
              flag::kDisplayName;
  row.email_address = std::move(address);
  row.display_name = std::move(name);
  rop::ModifyRecipients::Request request;
  request.rows.push_back({row_id, type, std::move(row)});
  return call<rop::ModifyRecipients>(std::move(request), message).code;
}

EcCode Client::write_stream(std::uint32_t object, mapi::PropTag tag, ByteView bytes, std::uint8_t mode) {
  const auto stream = call<rop::OpenStream>({0, 1, tag, mode}, object);
  if (stream.code != EcCode::none) return stream.code;
  constexpr std::size_t kPart = 0x6000;
  for (std::size_t at = 0; at < bytes.size(); at += kPart) {
    const auto part = bytes.subspan(at, std::min(kPart, bytes.size() - at));
    const auto out = call<rop::WriteStream>({0, Bytes(part.begin(), part.end())}, stream.handle);
    if (out.code != EcCode::none) return out.code;
    EXPECT_EQ(out->written, part.size());
  }
  const auto code = call<rop::CommitStream>({}, stream.handle).code;
  release(stream.handle);
  return code;
}

Bytes Client::read_stream(std::uint32_t object, mapi::PropTag tag) {
  const auto stream = call<rop::OpenStream>({0, 1, tag, 0}, object);
  EXPECT_EQ(stream.code, EcCode::none);
  Bytes out;
  for (;;) {
    const auto part = call<rop::ReadStream>({0, 0x6000, 0}, stream.handle);
    EXPECT_EQ(part.code, EcCode::none);
    if (part.code != EcCode::none || part->data.empty()) break;
    out.insert(out.end(), part->data.begin(), part->data.end());
  }
  release(stream.handle);
  return out;
}

std::uint32_t Client::subscribe(std::uint16_t types) {
  rop::RegisterNotification::Request request;
  request.types = types;
  request.whole_store = true;
  const auto out = call<rop::RegisterNotification>(request, logon);
  EXPECT_EQ(out.code, EcCode::none);
  return out.handle;
}

std::vector<rop::Notify::Response> Client::notifications() {
  EXPECT_TRUE(send({}, {}));
  return std::move(notifications_);
}

bool Client::wait_for_events(std::chrono::milliseconds time) {
  return loop_.run(context_->wait_for_events(Wait::upto(time)));
}

// ---- SessionTest ----

void SessionTest::SetUp() {
  path = next_path();
  mailbox = std::make_shared<TestMailbox>(loop.make_strand(), path);
  on_queue([&] {
    const auto status = mailbox->replica().write([](replica::WriteTx& tx) { return sync::ensure_skeleton(tx); });
    ASSERT_TRUE(status) << status.error().what;
  });
  client = std::make_unique<Client>(connect());
  inbox = special(replica::Special::inbox);
}

void SessionTest::TearDown() {
  client.reset();
  on_queue([] {});
  mailbox.reset();
  loop.stop();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

Client SessionTest::connect(ContextLimits limits) {
  Client out(loop, Context::create(mailbox, limits));
  out.log_on(mailbox->owner().legacy_dn);
  return out;
}

void SessionTest::on_queue(std::function<void()> fn) {
  std::promise<void> done;
  boost::asio::post(mailbox->executor(), [&] {
    fn();
    done.set_value();
  });
  done.get_future().wait();
}

FolderId SessionTest::special(replica::Special which) {
  FolderId id;
  on_queue([&] {
    const auto row = mailbox->replica().read([&](replica::ReadTx& tx) { return tx.special(which); });
    ASSERT_TRUE(row) << row.error().what;
    id = row->id;
  });
  return id;
}

FolderId SessionTest::add_folder(FolderId parent, std::string name, replica::Source source) {
  FolderId id;
  write([&](replica::WriteTx& tx) -> Result<> {
    replica::FolderRow row;
    row.parent = parent;
    row.name = std::move(name);
    row.source = source;
    row.rights = 0x7FB;
    row.container_class = "IPF.Note";
    if (source != replica::Source::local) row.remote.value = row.name;
    OXB_TRY(const auto put, tx.put_folder(row));
    id = put.id;
    return {};
  });
  return id;
}

void SessionTest::set_rights(FolderId folder, std::uint32_t rights) {
  write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(auto row, tx.folder(folder));
    row->rights = rights;
    OXB_TRY(const auto put, tx.put_folder(*std::move(row)));
    static_cast<void>(put);
    return {};
  });
}

std::optional<replica::MessageRow> SessionTest::row_of(MessageId message) {
  std::optional<replica::MessageRow> out;
  on_queue([&] {
    const auto row = mailbox->replica().read([&](replica::ReadTx& tx) { return tx.message(message); });
    if (row) out = *row;
  });
  return out;
}

std::optional<replica::FolderRow> SessionTest::row_of(FolderId folder) {
  std::optional<replica::FolderRow> out;
  on_queue([&] {
    const auto row = mailbox->replica().read([&](replica::ReadTx& tx) { return tx.folder(folder); });
    if (row) out = *row;
  });
  return out;
}

std::shared_ptr<const mapi::Content> SessionTest::stored(MessageId message) {
  std::shared_ptr<const mapi::Content> out;
  on_queue([&] {
    const auto at = mailbox->writer().contents.find(message);
    if (at != mailbox->writer().contents.end()) out = at->second;
  });
  return out;
}

mapi::FileTime SessionTest::time_of(int minute) {
  return mapi::file_time(from_unix_ms(1'700'000'000'000 + std::int64_t{60'000} * minute));
}

MessageId SessionTest::add_mail(FolderId folder, Mail mail) {
  MessageId id;
  write([&](replica::WriteTx& tx) -> Result<> {
    replica::WriteTx::MessageChange change;
    auto& row = change.row;
    static std::atomic<int> count = 0;
    row.folder = folder;
    row.remote.value = std::to_string(++count);
    row.read = mail.read;
    row.properties.set(tag::kMessageClass, std::string("IPM.Note"));
    row.properties.set(tag::kSubject, mail.subject);
    row.properties.set(tag::kNormalizedSubject, mail.subject);
    row.properties.set(tag::kSenderName, mail.sender);
    row.properties.set(tag::kSentRepresentingName, mail.sender);
    row.properties.set(tag::kMessageDeliveryTime, time_of(mail.minute));
    row.properties.set(tag::kMessageSize, std::int32_t{1000 + mail.minute});
    row.properties.set(tag::kMessageFlags, std::int32_t{0});
    row.properties.merge(mail.more);
    OXB_TRY(const auto put, tx.put_message(std::move(change)));
    id = put.id;
    return {};
  });
  auto content = mail.content.value_or(mapi::Content{});
  on_queue([&] { mailbox->contents[id] = std::make_shared<const mapi::Content>(std::move(content)); });
  return id;
}

void SessionTest::post(sync::MailboxEvent event) {
  on_queue([&] { mailbox->post({std::move(event)}); });
}

MessageId SessionTest::deliver(FolderId folder, Mail mail) {
  const auto id = add_mail(folder, std::move(mail));
  sync::MailboxEvent event;
  event.kind = sync::MailboxEvent::Kind::message_created;
  event.folder = folder;
  event.message = id;
  event.new_mail = true;
  event.message_class = "IPM.Note";
  post(event);
  return id;
}

void SessionTest::change(MessageId message, const std::vector<mapi::Property>& set) {
  FolderId folder;
  write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(const auto row, tx.message(message));
    folder = row->folder;
    replica::WriteTx::MessageChange update;
    update.row = *row;
    for (const auto& property : set) update.row.properties.set(property.tag, property.value);
    OXB_TRY(const auto put, tx.put_message(std::move(update)));
    static_cast<void>(put);
    return {};
  });
  sync::MailboxEvent event;
  event.kind = sync::MailboxEvent::Kind::message_modified;
  event.folder = folder;
  event.message = message;
  post(event);
}

void SessionTest::remove(MessageId message) {
  FolderId folder;
  write([&](replica::WriteTx& tx) -> Result<> {
    OXB_TRY(const auto row, tx.message(message));
    folder = row->folder;
    return tx.remove_message(message);
  });
  sync::MailboxEvent event;
  event.kind = sync::MailboxEvent::Kind::message_deleted;
  event.folder = folder;
  event.message = message;
  post(event);
}

std::string text(const mapi::PropertyValue& value) {
  if (const auto* utf8 = std::get_if<std::string>(&value)) return *utf8;
  if (const auto* raw = std::get_if<mapi::String8>(&value)) return raw->bytes;
  if (const auto* error = std::get_if<mapi::ErrorValue>(&value)) return ec_text(error->code);
  return "?";
}

std::uint32_t error_of(const mapi::PropertyValue& value) {
  const auto* error = std::get_if<mapi::ErrorValue>(&value);
  return error != nullptr ? error->code : 0;
}

}  // namespace oxb::session
