// SPDX-License-Identifier: GPL-3.0-or-later
// Every sample mail: converts or is refused with a reason, and a listing says the same as the whole.
#include "base/text.h"
#include "convert/body.h"
#include "tests/convert_mail/mail.h"

#include <set>

namespace oxb::convert::test {
namespace {

using namespace mapi;

void expect_sound(const Content& c, const std::string& name, int depth = 0) {
  for (const auto tag : {tag::kMessageClass, tag::kSubject, tag::kMessageFlags, tag::kMessageDeliveryTime,
                         tag::kSearchKey, tag::kNativeBody})
    EXPECT_TRUE(c.properties.has(tag)) << name << std::hex << " lacks " << tag.value;
  const auto check = [&](const PropertyBag& bag) {
    for (const auto& p : bag.all())
      if (const auto* text = std::get_if<std::string>(&p.value))
        EXPECT_TRUE(is_valid_utf8(*text)) << name << std::hex << p.tag.value;
  };
  check(c.properties);
  EXPECT_TRUE(body_as_text(c.properties)) << name;
  EXPECT_TRUE(body_property(c.properties, tag::kHtml)) << name;
  EXPECT_TRUE(body_property(c.properties, tag::kRtfCompressed)) << name;
  for (const auto& r : c.recipients) {
    check(r.properties);
    EXPECT_FALSE(binary(r.properties, tag::kEntryId).empty()) << name;
  }
  for (const auto& a : c.attachments) {
    check(a.properties);
    EXPECT_TRUE(a.embedded || a.properties.has(tag::kAttachDataBinary)) << name;
    if (a.embedded && depth < 50) expect_sound(*a.embedded, name, depth + 1);
  }
  EXPECT_EQ(!c.attachments.empty(), flag(c.properties, tag::kHasAttachments)) << name;
}

TEST(MailSamples, AllConvertOrAreRefusedWithAReason) {
  std::size_t refused = 0;
  const auto all = samples();
  for (const auto& sample : all) {
    const auto content = message_from_mime(as_bytes(sample.bytes), context());
    if (!content) {
      ++refused;
      EXPECT_FALSE(content.error().what.empty());
      std::cout << sample.name << ": " << content.error().what << "\n";
      expect_sound(message_placeholder(as_bytes(sample.bytes), content.error().what, context()), sample.name);
      continue;
    }
    expect_sound(*content, sample.name);
  }
  std::cout << all.size() << " mails, " << refused << " refused\n";
}

TEST(MailSamples, ListingsAgreeWithWholeMails) {
  for (const auto& sample : samples()) {
    const auto content = message_from_mime(as_bytes(sample.bytes), context());
    if (!content) continue;
    const auto summary = message_summary(listing(sample.bytes), context());
    // What only the body tells: files inside a text or a winmail.dat.
    const bool found_later = !content->attachments.empty() && !flag(summary.properties, tag::kHasAttachments);
    const auto report = text(summary.properties, tag::kMessageClass).starts_with("REPORT.");
    for (const auto& p : summary.properties.all()) {
      const auto* whole = content->properties.find(p.tag.id());
      ASSERT_TRUE(whole) << sample.name << std::hex << " " << p.tag.value;
      if (report && p.tag == tag::kMessageClass) {
        EXPECT_TRUE(text(content->properties, tag::kMessageClass).starts_with("REPORT.IPM.Note."));
        continue;
      }
      if (found_later && (p.tag == tag::kHasAttachments || p.tag == tag::kMessageFlags)) continue;
      EXPECT_TRUE(whole->value == p.value) << sample.name << std::hex << " " << p.tag.value;
    }
    for (const auto& n : summary.named) {
      const auto* whole = content->find_named(n.name);
      ASSERT_TRUE(whole) << sample.name;
      EXPECT_TRUE(*whole == n.value) << sample.name;
    }
  }
}

TEST(MailSamples, CutAnywhereTheyStillConvert) {
  for (const auto& sample : samples()) {
    const auto step = std::max<std::size_t>(1, sample.bytes.size() / 12);
    for (std::size_t at = 0; at < sample.bytes.size(); at += step) {
      const auto content = message_from_mime(as_bytes(sample.bytes).first(at), context());
      ASSERT_TRUE(content || content.error().code == Errc::limit) << sample.name << " cut at " << at;
    }
  }
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

// Input on which a careless scan takes time quadratic in its size: here hours, or no time at all.
TEST(MailSamples, HostileTextsEnd) {
  constexpr std::size_t kSize = 500'000;
  const std::vector<std::string> mails = {
      "To: " + repeated("a:", kSize) + "\n\n",
      "To: " + repeated("x", 100'000) + "@" + repeated(":", kSize) + "\n\n",
      "Subject: " + repeated("=?a?q?x", kSize) + "\n\n",
      repeated("Subject: =?a?q?x=?a?q?x=?a?q?x\n", 100'000) + "\n",
      "To: " + repeated("(", kSize) + "\n\n",
      "To: " + repeated("\"", kSize) + "\n\n",
      "Content-Type: multipart/mixed; boundary=" + repeated("-", 15'000) + "x\n\n" + repeated("-", kSize),
      "Content-Type: multipart/mixed\n\n" + repeated("--a\n", kSize),
      "\n" + repeated("begin 644 a\n", kSize),
      "Content-Type: text/html\n\n" + repeated("<b>", kSize),
      "Content-Type: text/html\n\n<a href=http://x>" + repeated("x</a>", kSize),
      "Content-Type: text/html\n\n" + repeated("<a b=\"", kSize),
      "Content-Type: text/html\n\n" + repeated("<title>", kSize),
      "Content-Type: text/html\n\n" + repeated("</title", kSize),
      "Content-Type: text/html\n\n" + repeated("<!--", kSize),
      "Content-Type: text/html\n\n" + repeated("url(", kSize),
      "Content-Type: text/html\n\n<style>" + repeated("url(", kSize),
      "Content-Type: text/html\n\n" + repeated("&", kSize),
      "Content-Type: multipart/mixed; boundary=b\n\n" +
          repeated("--b\nContent-Type: text/html\n\n<p>x</body>" + repeated("x", 5000) + "\n", kSize)};
  for (const auto& mail : mails) {
    const auto content = message_from_mime(as_bytes(mail), context());
    if (!content) {
      EXPECT_EQ(content.error().code, Errc::limit);
      message_placeholder(as_bytes(mail), content.error().what, context());
      continue;
    }
    EXPECT_TRUE(body_as_text(content->properties));
  }
}

}  // namespace
}  // namespace oxb::convert::test
