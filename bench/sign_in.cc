// parts: support
// SPDX-License-Identifier: GPL-3.0-or-later
// From nothing to the first folder list: Autodiscover, Connect, Logon, all rows of the hierarchy table, one request
// each.
//   cold: the mailbox was never seen; warm: its store is there, the gateway has just started; hot: the mailbox is open.
// Before each run the client is new, too: it connects and shakes hands anew.
#include "bench/outlook.h"

namespace {

using namespace oxb;
using namespace oxb::bench;

constexpr int kRuns = 20;
constexpr int kHotRuns = 100;

struct Figures {
  Samples whole, autodiscover, connect, logon, folders, trips;
  void add(const Outlook& client) {
    whole.add(client.times().whole());
    autodiscover.add(client.times().autodiscover);
    connect.add(client.times().connect);
    logon.add(client.times().logon);
    folders.add(client.times().folders);
  }
};

std::string note_of(const Figures& figures, int away_ms) {
  if (figures.trips.count() == 0) return {};
  const auto trips = figures.trips.p50();
  if (away_ms == 0) return fmt::format("{:.0f} backend round trips", trips);
  return fmt::format("x{:.2f} of {:.0f} backend round trips", figures.whole.p50() / (trips * away_ms), trips);
}

void one_run(Stack& stack, Figures& figures) {
  stack.start_gateway();
  const auto before = stack.traffic();
  Outlook client(stack, kAnton);
  client.sign_in();
  const auto after = stack.traffic();
  figures.add(client);
  figures.trips.add(static_cast<double>(after.ox - before.ox + after.imap - before.imap));
  stack.stop_gateway();
}

void measure(Stack& stack, int away_ms) {
  stack.set_round_trip(std::chrono::milliseconds(away_ms));
  const auto name = [&](std::string_view what, std::string_view state) {
    return fmt::format("{}, {}, backend {} ms away", what, state, away_ms);
  };
  Figures cold, warm, hot;
  for (int i = 0; i < kRuns; ++i) {
    stack.remove_store();
    one_run(stack, cold);
  }
  for (int i = 0; i < kRuns; ++i) one_run(stack, warm);
  stack.start_gateway();
  Outlook holder(stack, kAnton);
  holder.sign_in();
  for (int i = 0; i < kHotRuns; ++i) {
    Outlook client(stack, kAnton);
    client.sign_in();
    hot.add(client);
    need(client.mailbox().disconnect(), "Disconnect");
  }
  stack.stop_gateway();
  print_times(name("sign-in to folder list", "cold"), cold.whole, kFirstListColdMs, note_of(cold, away_ms));
  print_times(name("sign-in to folder list", "warm"), warm.whole, kFirstListWarmMs, note_of(warm, away_ms));
  print_times(name("sign-in to folder list", "hot"), hot.whole, kFirstListWarmMs);
  print_times(name("Autodiscover with the TLS handshake", "hot"), hot.autodiscover, std::nullopt);
  print_times(name("Connect", "cold"), cold.connect, std::nullopt);
  print_times(name("Connect", "warm"), warm.connect, std::nullopt);
  print_times(name("Connect", "hot"), hot.connect, std::nullopt);
  print_times(name("Logon", "cold"), cold.logon, std::nullopt);
  print_times(name("Logon", "warm"), warm.logon, std::nullopt);
  print_times(name("Logon", "hot"), hot.logon, std::nullopt);
  print_times(name("folder list", "hot"), hot.folders, std::nullopt);
}

void measure_all() {
  const auto stack = start_stack();
  stack->load_mail(kAnton, std::string(OXB_SOURCE_DIR) + "/share/sample/mail/nordwind/anton");
  stack->start_gateway();  // makes the store and the certificate
  stack->stop_gateway();
  for (const int away_ms : {0, 20}) measure(*stack, away_ms);
}

}  // namespace

int main() { return run(measure_all); }
