// SPDX-License-Identifier: GPL-3.0-or-later
// Table ROPs [MS-OXCTABL] 2.2.2.
#include "session/rops/handlers.h"

#include <algorithm>

namespace oxb::session {
namespace {

using rop::Bookmark;

constexpr auto kUnableToAbort = static_cast<EcCode>(0x8004'0114);
constexpr auto kNotExpanded = static_cast<EcCode>(0x4F7);
constexpr auto kNotCollapsed = static_cast<EcCode>(0x4F8);

// A table whose view exists.
Answer<std::shared_ptr<Table>> viewed(Call& call, rop::HandleIndex index) {
  OXB_TRY(auto table, call.object<Table>(index));
  OXB_CHECK(call.replica().read([&](replica::ReadTx& tx) { return table->ensure_view(tx); }));
  return table;
}

std::size_t row_size(const mapi::PropertyRow& row, const std::vector<mapi::PropTag>& columns) {
  std::size_t size = 1;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const bool is_error = std::holds_alternative<mapi::ErrorValue>(row.values[i]);
    size += (row.flagged ? 1 : 0) + (is_error ? 4 : mapi::value_size(row.values[i]));
    if (columns[i].type() == mapi::PropType::unspecified) size += 2;
  }
  return size;
}

Bookmark origin_of(const Table& table) {
  if (table.cursor() == 0) return Bookmark::beginning;
  return table.cursor() >= table.size() ? Bookmark::end : Bookmark::current;
}

struct Rows {
  std::vector<mapi::PropertyRow> rows;
  bool is_full = false;  // more were asked for than the answer can hold
};

// As many rows as fit, from the first position on, in one direction.
Answer<Rows> fitting_rows(Call& call, const Table& table, std::size_t first, bool forward, std::size_t count,
                          std::size_t room) {
  constexpr std::size_t kBatch = 64;
  Rows out;
  const auto columns = table.row_columns();
  return call.replica().read([&](replica::ReadTx& tx) -> Result<Rows> {
    for (std::size_t done = 0; done < count && !out.is_full;) {
      std::vector<std::size_t> positions;
      for (; positions.size() < kBatch && done < count; ++done)
        positions.push_back(forward ? first + done : first - done);
      OXB_TRY(auto rows, table.rows(tx, positions));
      for (auto& row : rows) {
        const auto size = row_size(row, columns);
        if (size > room) {
          out.is_full = true;
          break;
        }
        room -= size;
        out.rows.push_back(std::move(row));
      }
    }
    return std::move(out);
  });
}

struct Moved {
  bool less = false;
  std::int32_t rows = 0;
};

// Moves the cursor from a position by so many rows, stopping at either end.
Moved seek(Table& table, std::size_t from, std::int64_t count) {
  const auto size = static_cast<std::int64_t>(table.size());
  const auto start = static_cast<std::int64_t>(std::min(from, table.size()));
  const auto target = std::clamp<std::int64_t>(start + count, 0, size);
  table.set_cursor(static_cast<std::size_t>(target));
  return {target != start + count, static_cast<std::int32_t>(target - start)};
}

// The row in the table that a client names by its 64-bit id: a category, or a row of this store.
RowName name_of(mapi::Eid id, std::uint32_t instance) {
  return id.is_own() ? RowName{id.counter(), instance, false} : RowName{id.raw, 0, true};
}

}  // namespace

Reply<rop::SetColumns> handle(Of<rop::SetColumns>, Call& call, const rop::SetColumns::Request& request) {
  OXB_CO_TRY(auto table, call.object<Table>(request.input));
  OXB_CO_CHECK(table->set_columns(request.columns));
  co_return rop::TableState{};
}

Reply<rop::SortTable> handle(Of<rop::SortTable>, Call& call, const rop::SortTable::Request& request) {
  OXB_CO_TRY(auto table, call.object<Table>(request.input));
  std::vector<ViewOrder> orders;
  for (const auto& order : request.order.orders)
    orders.push_back({order.tag(), order.direction == mapi::SortDirection::descending,
                      order.direction == mapi::SortDirection::maximum_category});
  OXB_CO_CHECK(table->set_order(std::move(orders), request.order.category_count, request.order.expanded_count));
  co_return rop::TableState{};
}

Reply<rop::Restrict> handle(Of<rop::Restrict>, Call& call, const rop::Restrict::Request& request) {
  OXB_CO_TRY(auto table, call.object<Table>(request.input));
  if (auto status = table->set_restriction(request.restriction.value_or(mapi::Restriction{})); !status)
    co_return refuse(status.error().code == Errc::unsupported ? EcCode::too_complex : ec_code(status.error().code));
  co_return rop::TableState{};
}

Reply<rop::QueryRows> handle(Of<rop::QueryRows>, Call& call, const rop::QueryRows::Request& request) {
  OXB_CO_TRY(auto table, call.object<Table>(request.input));
  if (!table->has_columns()) co_return refuse(EcCode::null_object);  // [MS-OXCTABL] 3.2.5.5
  OXB_CO_TRY(table, viewed(call, request.input));
  const auto available = request.forward ? table->size() - table->cursor() : table->cursor();
  const auto count = std::min<std::size_t>(request.count, available);
  constexpr std::size_t kFields = 3;  // Origin, RowCount
  const auto room = call.room() > kFields ? call.room() - kFields : 0;
  const auto first = request.forward ? table->cursor() : table->cursor() - 1;
  OXB_CO_TRY(auto found, fitting_rows(call, *table, first, request.forward, count, room));
  if (count > 0 && found.rows.empty()) co_return refuse(EcCode::buffer_too_small);
  if ((request.flags & rop::QueryRows::kNoAdvance) == 0) {
    const auto moved = found.rows.size();
    table->set_cursor(request.forward ? table->cursor() + moved : table->cursor() - moved);
  }
  call.columns.tags = table->row_columns();
  rop::QueryRows::Response response;
  response.origin = origin_of(*table);
  response.rows = std::move(found.rows);
  co_return response;
}

Reply<rop::GetStatus> handle(Of<rop::GetStatus>, Call& call, const rop::GetStatus::Request& request) {
  OXB_CO_TRY(const auto table, call.object<Table>(request.input));
  co_return rop::TableState{};
}

// Every operation is complete when its answer leaves, so there is nothing to abort.
Reply<rop::Abort> handle(Of<rop::Abort>, Call& call, const rop::Abort::Request& request) {
  OXB_CO_TRY(const auto table, call.object<Table>(request.input));
  co_return refuse(kUnableToAbort);
}

Reply<rop::QueryPosition> handle(Of<rop::QueryPosition>, Call& call, const rop::QueryPosition::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  co_return rop::QueryPosition::Response{static_cast<std::uint32_t>(table->cursor()),
                                         static_cast<std::uint32_t>(table->size())};
}

Reply<rop::SeekRow> handle(Of<rop::SeekRow>, Call& call, const rop::SeekRow::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  if (request.origin > Bookmark::end) co_return refuse(EcCode::invalid_parameter);
  OXB_CO_TRY(const auto place, table->place_of(static_cast<std::uint8_t>(request.origin), {}));
  const auto moved = seek(*table, place.position, request.count);
  co_return rop::SeekRow::Response{moved.less, request.want_moved_count ? moved.rows : 0};
}

Reply<rop::SeekRowBookmark> handle(Of<rop::SeekRowBookmark>, Call& call, const rop::SeekRowBookmark::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  const auto place = table->place_of(ByteView(request.bookmark));
  if (!place) co_return refuse(EcCode::invalid_bookmark);
  const auto moved = seek(*table, place->position, request.count);
  co_return rop::SeekRowBookmark::Response{place->is_gone, moved.less, request.want_moved_count ? moved.rows : 0};
}

Reply<rop::SeekRowFractional> handle(Of<rop::SeekRowFractional>, Call& call,
                                     const rop::SeekRowFractional::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  if (request.denominator == 0) co_return refuse(EcCode::invalid_parameter);
  const auto numerator = std::min(request.numerator, request.denominator);
  table->set_cursor(
      static_cast<std::size_t>(static_cast<std::uint64_t>(table->size()) * numerator / request.denominator));
  co_return rop::NoFields{};
}

Reply<rop::CreateBookmark> handle(Of<rop::CreateBookmark>, Call& call, const rop::CreateBookmark::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  OXB_CO_TRY(auto bookmark, table->create_bookmark(table->cursor()));
  co_return rop::BookmarkBytes{std::move(bookmark)};
}

Reply<rop::FreeBookmark> handle(Of<rop::FreeBookmark>, Call& call, const rop::FreeBookmark::Request& request) {
  OXB_CO_TRY(const auto table, call.object<Table>(request.input));
  if (!table->free_bookmark(request.bookmark)) co_return refuse(EcCode::invalid_bookmark);
  co_return rop::NoFields{};
}

Reply<rop::QueryColumnsAll> handle(Of<rop::QueryColumnsAll>, Call& call, const rop::QueryColumnsAll::Request& request) {
  OXB_CO_TRY(const auto table, call.object<Table>(request.input));
  OXB_CO_TRY(auto columns, call.replica().read([&](replica::ReadTx& tx) { return table->all_columns(tx); }));
  co_return rop::QueryColumnsAll::Response{std::move(columns)};
}

Reply<rop::FindRow> handle(Of<rop::FindRow>, Call& call, const rop::FindRow::Request& request) {
  OXB_CO_TRY(auto table, call.object<Table>(request.input));
  if (!table->has_columns()) co_return refuse(EcCode::null_object);
  OXB_CO_TRY(table, viewed(call, request.input));
  const auto place = table->place_of(static_cast<std::uint8_t>(request.origin), request.bookmark);
  if (!place) co_return refuse(EcCode::invalid_bookmark);
  const bool backward = (request.flags & rop::FindRow::kBackwards) != 0;
  rop::FindRow::Response response;
  response.row_no_longer_visible = place->is_gone;
  auto from = place->position;
  if (backward) {
    if (from == 0) co_return refuse(EcCode::not_found);
    --from;  // the search begins with the row before the origin
  }
  const auto restriction = request.restriction.value_or(mapi::Restriction{});
  using Found = std::pair<std::size_t, mapi::PropertyRow>;
  OXB_CO_TRY(auto found, call.replica().read([&](replica::ReadTx& tx) -> Result<std::optional<Found>> {
    OXB_TRY(const auto position, table->find(tx, from, backward, restriction));
    if (!position) return std::nullopt;
    OXB_TRY(auto rows, table->rows(tx, {*position}));
    return Found{*position, std::move(rows[0])};
  }));
  if (!found) co_return refuse(EcCode::not_found);
  table->set_cursor(found->first);
  call.columns.tags = table->row_columns();
  response.has_row = true;
  response.row = std::move(found->second);
  co_return response;
}

Reply<rop::ResetTable> handle(Of<rop::ResetTable>, Call& call, const rop::ResetTable::Request& request) {
  OXB_CO_TRY(const auto table, call.object<Table>(request.input));
  table->reset();
  co_return rop::NoFields{};
}

Reply<rop::ExpandRow> handle(Of<rop::ExpandRow>, Call& call, const rop::ExpandRow::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  if (!table->view().is_grouped()) co_return refuse(EcCode::not_supported);
  const auto count = table->view().expand(request.category.raw);
  if (!count) co_return refuse(count.error().code == Errc::not_found ? EcCode::not_found : kNotCollapsed);
  const auto header = *table->view().position_of({request.category.raw, 0, true});
  table->follow(header, *count);
  rop::ExpandRow::Response response;
  response.expanded = *count;
  if (request.max_rows > 0 && table->has_columns()) {
    constexpr std::size_t kFields = 6;
    const auto room = call.room() > kFields ? call.room() - kFields : 0;
    const auto wanted = std::min<std::size_t>(request.max_rows, *count);
    OXB_CO_TRY(auto found, fitting_rows(call, *table, header + 1, true, wanted, room));
    response.rows = std::move(found.rows);
  }
  call.columns.tags = table->row_columns();
  co_return response;
}

Reply<rop::CollapseRow> handle(Of<rop::CollapseRow>, Call& call, const rop::CollapseRow::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  if (!table->view().is_grouped()) co_return refuse(EcCode::not_supported);
  const auto count = table->view().collapse(request.category.raw);
  if (!count) co_return refuse(count.error().code == Errc::not_found ? EcCode::not_found : kNotExpanded);
  table->follow(*table->view().position_of({request.category.raw, 0, true}), -static_cast<std::ptrdiff_t>(*count));
  co_return rop::CollapseRow::Response{*count};
}

Reply<rop::GetCollapseState> handle(Of<rop::GetCollapseState>, Call& call,
                                    const rop::GetCollapseState::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  if (!table->view().is_grouped()) co_return refuse(EcCode::not_supported);
  OXB_CO_TRY(auto state, table->collapse_state(name_of(request.row, request.instance)));
  co_return rop::GetCollapseState::Response{std::move(state)};
}

Reply<rop::SetCollapseState> handle(Of<rop::SetCollapseState>, Call& call,
                                    const rop::SetCollapseState::Request& request) {
  OXB_CO_TRY(const auto table, viewed(call, request.input));
  if (!table->view().is_grouped()) co_return refuse(EcCode::not_supported);
  OXB_CO_TRY(const auto position, table->restore_collapse_state(request.state));
  OXB_CO_TRY(auto bookmark, table->create_bookmark(position));
  co_return rop::BookmarkBytes{std::move(bookmark)};
}

}  // namespace oxb::session
