// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The three forms of a message body [MS-OXBBODY] 2.1.3.1, [MS-OXCMSG] 2.2.1.58. Items carry their native form; the
// other forms are made here when a client asks for them. Pure functions.
#include "proto/mapi/property.h"

#include <optional>
#include <string>
#include <string_view>

namespace oxb::convert {

// PidTagNativeBody
enum class NativeBody : std::int32_t { undefined = 0, text = 1, rtf = 2, html = 3, clear_signed = 4 };
// The form that an object carries, by PidTagNativeBody and, where that says nothing, by the table of
// [MS-OXBBODY] 2.1.3.1.
NativeBody native_body(const mapi::PropertyBag& bag);

// The value of PidTagBody, PidTagHtml, PidTagBodyHtml or PidTagRtfCompressed: what the object carries, else made from
// its native form. nullopt where the object has no body, or the form cannot be made (a client then makes it itself).
std::optional<mapi::PropertyValue> body_property(const mapi::PropertyBag& bag, mapi::PropTag tag);
// Whether the native form is plain text, or rich text that holds nothing else: a text says all of it.
bool is_plain_text(const mapi::PropertyBag& bag);
// Whether the tag is one of those.
bool is_body_property(mapi::PropId id);

std::optional<std::string> body_as_text(const mapi::PropertyBag& bag);
std::optional<std::string> body_as_html(const mapi::PropertyBag& bag);  // UTF-8, says charset=utf-8 where it says any
std::optional<std::string> body_as_rtf(const mapi::PropertyBag& bag);   // not compressed
// One line of at most that many characters (PidTagPreview).
std::string body_preview(const mapi::PropertyBag& bag, std::size_t characters = 255);

// Sets native form, PidTagNativeBody, PidTagInternetCodepage and PidTagRtfInSync (which Outlook takes for true when
// absent).
void set_text_body(mapi::PropertyBag& bag, std::string text, std::uint32_t code_page = 65001);
void set_html_body(mapi::PropertyBag& bag, Bytes html, std::uint32_t code_page = 65001);
void set_rtf_body(mapi::PropertyBag& bag, std::string_view rtf);

}  // namespace oxb::convert
