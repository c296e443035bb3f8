// SPDX-License-Identifier: GPL-3.0-or-later
// Dialog templates [MS-OXOABKT] 2.2.2.1: a TRowSet, its rows, and behind them the 8-bit texts that the rows point to.
#include "base/text.h"
#include "front/nspi_calls.h"
#include "proto/mapi/tags.h"

namespace oxb::front {

namespace {

namespace tag = mapi::tag;
using mapi::PropType;

// [MS-OXOABKT] 2.2.2.1.2
enum class Control : std::uint32_t { label = 0, edit = 1, list_box = 2, group_box = 6, page = 8 };
constexpr std::uint32_t kMultiline = 1;
constexpr std::uint32_t kAcceptsDoubleByte = 0x20;
constexpr std::size_t kHeader = 8;
constexpr std::size_t kRow = 36;

struct Row {
  std::uint32_t x{}, width{}, y{}, height{};
  Control control = Control::label;
  std::uint32_t flags{};
  std::uint32_t type{};  // the property, where the control shows one
  std::uint32_t size{};  // most characters
  std::string text;
};

void put(Bytes& out, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::byte>(value >> shift & 255));
}

class Dialog {
 public:
  void page(std::string title) { rows_.push_back({0, 0, 0, 0, Control::page, 0, 0, 0, std::move(title)}); }
  // A label and, right of it, the property's value.
  void field(std::uint32_t x, std::uint32_t y, std::string label, mapi::PropTag property, std::uint32_t height = 12,
             std::uint32_t flags = 0) {
    rows_.push_back({x, kLabelWidth, y + 2, 9, Control::label, 0, 0, 0, std::move(label)});
    rows_.push_back({x + kLabelWidth + 3, kEditWidth, y, height, Control::edit, flags | kAcceptsDoubleByte,
                     property.with(PropType::string8).value, 1024, "*"});
  }
  void list(std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height, mapi::PropTag property) {
    rows_.push_back({x, width, y, height, Control::list_box, 0, property.value, 0, ""});
  }
  Bytes encode(std::uint32_t code_page) const {
    Bytes out;
    std::string texts;
    put(out, 1);
    put(out, static_cast<std::uint32_t>(rows_.size()));
    for (const auto& row : rows_) {
      auto text = code_page_from_utf8(row.text, code_page);
      if (!text) text = row.text;  // the labels are ASCII
      for (const auto number :
           {row.x, row.width, row.y, row.height, static_cast<std::uint32_t>(row.control), row.flags, row.type, row.size,
            static_cast<std::uint32_t>(kHeader + kRow * rows_.size() + texts.size())})
        put(out, number);
      texts += *text;
      texts.push_back('\0');
    }
    const auto bytes = as_bytes(texts);
    out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
  }

 private:
  static constexpr std::uint32_t kLabelWidth = 52;
  static constexpr std::uint32_t kEditWidth = 110;
  std::vector<Row> rows_;
};

}  // namespace

Bytes details_template(bool distribution_list, std::uint32_t code_page) {
  constexpr std::uint32_t kLeft = 6;
  constexpr std::uint32_t kRight = 178;
  Dialog dialog;
  dialog.page("General");
  if (distribution_list) {
    dialog.field(kLeft, 6, "&Display name:", tag::kDisplayName);
    dialog.field(kLeft, 22, "&E-mail:", tag::kSmtpAddress);
    dialog.field(kLeft, 38, "&Notes:", tag::kComment, 36, kMultiline);
    dialog.list(kLeft, 80, 330, 70, tag::kAddressBookMember);
    return dialog.encode(code_page);
  }
  dialog.field(kLeft, 6, "&First:", tag::kGivenName);
  dialog.field(kRight, 6, "&Last:", tag::kSurname);
  dialog.field(kLeft, 22, "&Display:", tag::kDisplayName);
  dialog.field(kRight, 22, "&Alias:", tag::kAccount);
  dialog.field(kLeft, 38, "&E-mail:", tag::kSmtpAddress);
  dialog.field(kRight, 38, "&Title:", tag::kTitle);
  dialog.field(kLeft, 54, "&Company:", tag::kCompanyName);
  dialog.field(kRight, 54, "De&partment:", tag::kDepartmentName);
  dialog.field(kLeft, 70, "&Office:", tag::kOfficeLocation);
  dialog.field(kRight, 70, "Ass&istant:", tag::kAssistant);
  dialog.field(kLeft, 86, "Add&ress:", tag::kStreetAddress, 24, kMultiline);
  dialog.field(kRight, 86, "Cit&y:", tag::kLocality);
  dialog.field(kRight, 102, "&Zip code:", tag::kPostalCode);
  dialog.field(kLeft, 118, "&State:", tag::kStateOrProvince);
  dialog.field(kRight, 118, "Co&untry:", tag::kCountry);
  dialog.page("Phone/Notes");
  dialog.field(kLeft, 6, "&Business:", tag::kBusinessTelephoneNumber);
  dialog.field(kRight, 6, "B&usiness 2:", tag::kBusiness2TelephoneNumber);
  dialog.field(kLeft, 22, "&Mobile:", tag::kMobileTelephoneNumber);
  dialog.field(kRight, 22, "&Home:", tag::kHomeTelephoneNumber);
  dialog.field(kLeft, 38, "&Fax:", tag::kBusinessFaxNumber);
  dialog.field(kRight, 38, "&Pager:", tag::kPagerTelephoneNumber);
  dialog.field(kLeft, 54, "&Notes:", tag::kComment, 60, kMultiline);
  return dialog.encode(code_page);
}

}  // namespace oxb::front
