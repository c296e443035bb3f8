// parts: convert format model proto wire base
// SPDX-License-Identifier: GPL-3.0-or-later
// iCalendar text through the reader, the converters and the writer.
#include "convert/appointment.h"
#include "convert/task.h"
#include "convert/timezone_ical.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto options = convert::calendar_options("Europe/Berlin");
  const auto calendar = ical::read(text, options);
  if (!calendar) return 0;
  convert::PimContext context;
  context.owner_email = "a@example.com";
  for (const auto& series : calendar->series)
    for (const auto& part : convert::split_series(series))
      static_cast<void>(convert::appointment_from_event(part, context));
  for (const auto& task : calendar->tasks) static_cast<void>(convert::task_from_item(task, context));
  if (calendar->series.size() > 20) return 0;
  const auto again = ical::read(ical::write(calendar->series, calendar->tasks, "-//x//"), options);
  if (!again || again->series.size() != calendar->series.size()) std::abort();
  return 0;
}
