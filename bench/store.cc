// parts: replica
// SPDX-License-Identifier: GPL-3.0-or-later
// The mailbox store alone: filling a folder of 100,000 mails, a sorted view over it, its first 50 rows.
#include "proto/mapi/tags.h"
#include "replica/replica.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>

namespace {

using namespace oxb;
using namespace oxb::replica;
using SteadyClock = std::chrono::steady_clock;

double ms_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

WriteTx::MessageChange mail(FolderId folder, int number, std::mt19937& random) {
  WriteTx::MessageChange change;
  change.row.folder = folder;
  change.row.remote.value = std::to_string(number);
  change.row.remote_version = "1";
  auto& p = change.row.properties;
  p.set(mapi::tag::kMessageClass, std::string("IPM.Note"));
  p.set(mapi::tag::kNormalizedSubject, fmt::format("Report {} of week {}", number, random() % 52));
  p.set(mapi::tag::kSentRepresentingName, fmt::format("Person {}", random() % 300));
  p.set(mapi::tag::kSentRepresentingSmtpAddress, fmt::format("person{}@example.test", random() % 300));
  p.set(mapi::tag::kDisplayTo, std::string("Anton Alpha; Berta Beta"));
  p.set(mapi::tag::kMessageDeliveryTime, mapi::FileTime{132'000'000'000'000'000ULL + random() * 1000ULL});
  p.set(mapi::tag::kMessageSize, static_cast<std::int32_t>(random() % 100'000));
  p.set(mapi::tag::kInternetMessageId, fmt::format("<{}@example.test>", random()));
  return change;
}

}  // namespace

int main() {
  constexpr int kMails = 100'000;
  constexpr int kBatch = 500;
  const auto path =
      (std::filesystem::temp_directory_path() / fmt::format("oxb_bench_store_{}.sqlite", ::getpid())).string();
  std::mt19937 random(1);
  {
    auto replica = Replica::open(path, {}).value();
    FolderRow row;
    row.name = "Inbox";
    row.source = Source::mail;
    const auto folder = replica->write([&](WriteTx& tx) { return tx.put_folder(row); }).value().id;
    const auto filling = SteadyClock::now();
    for (int first = 0; first < kMails; first += kBatch) {
      const auto done = replica->write([&](WriteTx& tx) -> Result<> {
        for (int i = first; i < first + kBatch; ++i) OXB_CHECK(tx.put_message(mail(folder, i, random)));
        return {};
      });
      if (!done) {
        fmt::print(stderr, "{}\n", done.error().what);
        return 1;
      }
    }
    const auto fill_ms = ms_since(filling);
    fmt::print("fill {} mails in batches of {}: {:.0f} ms, {:.0f} mails/s\n", kMails, kBatch, fill_ms,
               kMails * 1000.0 / fill_ms);
    for (const auto& column : {std::pair{"received", SortKey::received}, std::pair{"subject", SortKey::subject},
                               std::pair{"size", SortKey::size}}) {
      for (const char* state : {"first", "again"}) {
        const auto start = SteadyClock::now();
        const auto ids =
            replica
                ->read([&](ReadTx& tx) {
                  return tx.message_ids(folder, ContentsKind::normal, column.second, ReadTx::Order::descending);
                })
                .value();
        const auto view_ms = ms_since(start);
        const auto rows_start = SteadyClock::now();
        const auto rows =
            replica
                ->read([&](ReadTx& tx) { return tx.messages(std::vector<MessageId>(ids.begin(), ids.begin() + 50)); })
                .value();
        fmt::print("view by {:8} {:5}: {} ids in {:.1f} ms, first {} rows {:.2f} ms   (budget for both, warm: 50 ms)\n",
                   column.first, state, ids.size(), view_ms, rows.size(), ms_since(rows_start));
      }
    }
  }
  fmt::print("store file: {:.1f} MB\n", static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}
