// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/mime_types.h"

#include "base/text.h"

#include <array>

namespace oxb::convert {
namespace {

struct Row {
  std::string_view type, extension;
};
// The first row of a type, or of an extension, counts.
constexpr std::array kTypes = {
    Row{"text/plain", ".txt"},
    Row{"text/html", ".htm"},
    Row{"text/calendar", ".ics"},
    Row{"text/vcard", ".vcf"},
    Row{"text/x-vcard", ".vcf"},
    Row{"text/directory", ".vcf"},
    Row{"text/csv", ".csv"},
    Row{"text/xml", ".xml"},
    Row{"application/rtf", ".rtf"},
    Row{"text/rtf", ".rtf"},
    Row{"text/rfc822-headers", ".txt"},
    Row{"message/delivery-status", ".txt"},
    Row{"message/disposition-notification", ".txt"},
    Row{"message/rfc822", ".eml"},
    Row{"message/global", ".eml"},
    Row{"message/partial", ".eml"},
    Row{"image/jpeg", ".jpg"},
    Row{"image/pjpeg", ".jpg"},
    Row{"image/png", ".png"},
    Row{"image/gif", ".gif"},
    Row{"image/bmp", ".bmp"},
    Row{"image/tiff", ".tif"},
    Row{"image/svg+xml", ".svg"},
    Row{"image/webp", ".webp"},
    Row{"application/pdf", ".pdf"},
    Row{"application/zip", ".zip"},
    Row{"application/json", ".json"},
    Row{"application/ms-tnef", ".dat"},
    Row{"application/pgp-signature", ".asc"},
    Row{"application/pgp-encrypted", ".asc"},
    Row{"audio/mpeg", ".mp3"},
    Row{"application/msword", ".doc"},
    Row{"text/html", ".html"},
    Row{"image/jpeg", ".jpeg"},
    Row{"image/tiff", ".tiff"},
    Row{"image/wmf", ".wmf"},
    Row{"image/emf", ".emf"},
    Row{"image/heic", ".heic"},
    Row{"image/vnd.microsoft.icon", ".ico"},
    Row{"text/markdown", ".md"},
    Row{"text/css", ".css"},
    Row{"text/javascript", ".js"},
    Row{"text/plain", ".log"},
    Row{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    Row{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    Row{"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
    Row{"application/vnd.ms-excel", ".xls"},
    Row{"application/vnd.ms-powerpoint", ".ppt"},
    Row{"application/vnd.ms-outlook", ".msg"},
    Row{"application/vnd.visio", ".vsd"},
    Row{"application/vnd.ms-project", ".mpp"},
    Row{"application/vnd.oasis.opendocument.text", ".odt"},
    Row{"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
    Row{"application/vnd.oasis.opendocument.presentation", ".odp"},
    Row{"application/x-7z-compressed", ".7z"},
    Row{"application/gzip", ".gz"},
    Row{"application/x-tar", ".tar"},
    Row{"application/vnd.rar", ".rar"},
    Row{"application/xml", ".xml"},
    Row{"application/postscript", ".ps"},
    Row{"application/pkcs7-mime", ".p7m"},
    Row{"application/pkcs7-signature", ".p7s"},
    Row{"application/x-pkcs12", ".p12"},
    Row{"application/pkix-cert", ".cer"},
    Row{"audio/wav", ".wav"},
    Row{"audio/ogg", ".ogg"},
    Row{"audio/mp4", ".m4a"},
    Row{"video/mp4", ".mp4"},
    Row{"video/mpeg", ".mpeg"},
    Row{"video/quicktime", ".mov"},
    Row{"video/webm", ".webm"},
    Row{"video/x-msvideo", ".avi"},
    Row{"font/ttf", ".ttf"},
    Row{"application/epub+zip", ".epub"}};

}  // namespace

std::string_view extension_of_type(std::string_view type) {
  for (const auto& row : kTypes)
    if (type == row.type) return row.extension;
  return ".dat";
}

std::string_view type_of_extension(std::string_view extension) {
  // What is called .dat, .eml or .asc can be anything.
  for (const auto wide : {".dat", ".eml", ".asc"})
    if (ascii_iequals(extension, wide)) return {};
  for (const auto& row : kTypes)
    if (ascii_iequals(extension, row.extension)) return row.type;
  return {};
}

}  // namespace oxb::convert
