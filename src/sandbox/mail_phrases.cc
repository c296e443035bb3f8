// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/mail_phrases.h"

#include <array>

namespace oxb::sandbox {
namespace {

using Text = std::string_view;

// clang-format off
constexpr std::array kWestern = {Charset{"utf-8", 65001}, Charset{"iso-8859-1", 28591}, Charset{"windows-1252", 1252}, Charset{"iso-8859-15", 28605}};
constexpr std::array kUtf8 = {Charset{"utf-8", 65001}};
constexpr std::array kJapanese = {Charset{"iso-2022-jp", 50220}, Charset{"utf-8", 65001}, Charset{"shift_jis", 932}};
constexpr std::array kRussian = {Charset{"koi8-r", 20866}, Charset{"windows-1251", 1251}, Charset{"utf-8", 65001}};
constexpr std::array kTurkish = {Charset{"iso-8859-9", 28599}, Charset{"windows-1254", 1254}, Charset{"utf-8", 65001}};
constexpr std::array kPolish = {Charset{"iso-8859-2", 28592}, Charset{"windows-1250", 1250}, Charset{"utf-8", 65001}};
constexpr std::array kGreek = {Charset{"iso-8859-7", 28597}, Charset{"utf-8", 65001}};
constexpr std::array kChinese = {Charset{"gb2312", 936}, Charset{"utf-8", 65001}, Charset{"gb18030", 54936}};
constexpr std::array kArabic = {Charset{"windows-1256", 1256}, Charset{"utf-8", 65001}};

constexpr std::array kGermanWriters = {Writer{"Katharina Vogt", "k.vogt@vogt-beschlaege.example"}, Writer{"Jörg Blümel", "bluemel@spedition-bluemel.example"},
                                       Writer{"Stadtwerke Kundenservice", "service@stadtwerke.example"}, Writer{"Dr. Annegret Weiß", "weiss@notariat-weiss.example"}};
constexpr std::array kGermanSubjects = {Text{"Angebot für die Tuchrollen"}, Text{"Rückfrage zur Rechnung 4711"}, Text{"Lieferverzögerung beim Großsegel"},
                                        Text{"Protokoll der Besprechung vom Dienstag"}, Text{"Änderung der Öffnungszeiten"}, Text{"Schlüsselübergabe am Freitag"},
                                        Text{"Messeplanung Düsseldorf"}, Text{"Wartungsvertrag läuft aus"}};
constexpr std::array kGermanSentences = {Text{"vielen Dank für Ihre schnelle Rückmeldung."}, Text{"Die Unterlagen finden Sie wie besprochen im Anhang."},
  Text{"Könnten Sie uns bitte bis Ende der Woche Bescheid geben?"}, Text{"Der Liefertermin verschiebt sich leider um etwa zehn Tage."},
  Text{"Die Maße des Vorlieks weichen von der Zeichnung ab."}, Text{"Wir schlagen vor, das am Telefon zu klären."}, Text{"Der Preis versteht sich zuzüglich Mehrwertsteuer."},
  Text{"Für Rückfragen stehe ich gern zur Verfügung."}, Text{"Das Muster ist gestern bei uns eingetroffen."}, Text{"Bitte beachten Sie die geänderte Lieferanschrift."}};

constexpr std::array kEnglishWriters = {Writer{"Priya Raman", "priya.raman@northfield-yachts.example"}, Writer{"Tom Ashworth", "tom@ashworth-couriers.example"},
                                        Writer{"Accounts Payable", "accounts@northfield-yachts.example"}, Writer{"Grace O'Neill", "grace.oneill@harbour-hotels.example"}};
constexpr std::array kEnglishSubjects = {Text{"Quarterly figures"}, Text{"Your order has been shipped"}, Text{"Cloth certificates"}, Text{"Minutes of Monday's call"},
                                         Text{"Travel arrangements for the fair"}, Text{"Question about the warranty"}, Text{"Draft of the maintenance contract"}, Text{"Parking permits"}};
constexpr std::array kEnglishSentences = {Text{"Thank you for getting back to us so quickly."}, Text{"Please find the documents attached, as agreed on the phone."},
  Text{"Could you let us know by the end of the week?"}, Text{"The delivery will be about ten days late, I am afraid."}, Text{"The second sample did not pass the tear test."},
  Text{"We would suggest a short call to sort this out."}, Text{"Prices are net and valid until the end of the quarter."}, Text{"The invoice will follow by separate mail."},
  Text{"Our new address is on the last page."}, Text{"Let me know if anything is unclear."}};

constexpr std::array kFrenchWriters = {Writer{"Hélène Mercier", "helene.mercier@atelier-mercier.example"}, Writer{"Benoît Lefèvre", "b.lefevre@transports-lefevre.example"}};
constexpr std::array kFrenchSubjects = {Text{"Confirmation de votre réservation"}, Text{"Devis pour les pièces détachées"}, Text{"Réunion décalée à jeudi"}, Text{"Facture n° 2026-118"}};
constexpr std::array kFrenchSentences = {Text{"Merci beaucoup pour votre réponse rapide."}, Text{"Vous trouverez ci-joint les documents demandés."},
  Text{"Pourriez-vous nous répondre avant la fin de la semaine ?"}, Text{"La livraison aura malheureusement dix jours de retard."}, Text{"Le montant s'élève à 1 250 € hors taxes."},
  Text{"Nous restons à votre entière disposition."}, Text{"La pièce a été contrôlée à l'entrée."}};

constexpr std::array kSpanishWriters = {Writer{"Íñigo Núñez", "inigo.nunez@talleres-nunez.example"}, Writer{"Lucía Peña", "lucia@viajes-pena.example"}};
constexpr std::array kSpanishSubjects = {Text{"Reunión del próximo miércoles"}, Text{"Envío de las muestras"}, Text{"¿Cuándo llega el pedido?"}, Text{"Presupuesto de mantenimiento"}};
constexpr std::array kSpanishSentences = {Text{"Muchas gracias por su rápida respuesta."}, Text{"Adjunto encontrará la documentación."}, Text{"¿Podría confirmarlo antes del viernes?"},
  Text{"El envío salió ayer de nuestro almacén."}, Text{"El precio no incluye el año de garantía adicional."}, Text{"Quedo a la espera de sus noticias."}};

constexpr std::array kJapaneseWriters = {Writer{"佐藤 健一", "sato@sato-hansen.example"}, Writer{"鈴木 美咲", "suzuki@tokai-marine.example"}};
constexpr std::array kJapaneseSubjects = {Text{"お見積書の件"}, Text{"納期についてのご連絡"}, Text{"打ち合わせの日程"}, Text{"検査成績書を送付いたします"}};
constexpr std::array kJapaneseSentences = {Text{"いつもお世話になっております。"}, Text{"資料を添付いたしますので、ご確認ください。"}, Text{"今週中にお返事をいただけますでしょうか。"},
  Text{"申し訳ございませんが、納期が十日ほど遅れます。"}, Text{"詳細はお電話でご説明いたします。"}, Text{"何かご不明な点がございましたらお知らせください。"}};

constexpr std::array kRussianWriters = {Writer{"Ольга Петрова", "o.petrova@nord-yacht.example"}, Writer{"Дмитрий Ковалёв", "kovalev@sever-logistika.example"}};
constexpr std::array kRussianSubjects = {Text{"Счёт на оплату"}, Text{"Сроки поставки оборудования"}, Text{"Протокол совещания"}, Text{"Вопрос по гарантии"}};
constexpr std::array kRussianSentences = {Text{"Спасибо за быстрый ответ."}, Text{"Документы находятся во вложении."}, Text{"Просим подтвердить до конца недели."},
  Text{"К сожалению, поставка задерживается примерно на десять дней."}, Text{"Цена указана без учёта налога."}, Text{"Готовы обсудить детали по телефону."}};

constexpr std::array kTurkishWriters = {Writer{"Ayşe Yıldırım", "ayse@yildirim-tekstil.example"}, Writer{"Gökhan Işık", "gokhan.isik@ege-lojistik.example"}};
constexpr std::array kTurkishSubjects = {Text{"Sipariş değişikliği"}, Text{"Toplantı günü hakkında"}, Text{"İhracat belgeleri"}, Text{"Fatura düzeltmesi"}};
constexpr std::array kTurkishSentences = {Text{"Hızlı cevabınız için teşekkür ederiz."}, Text{"İstediğiniz belgeler ektedir."}, Text{"Hafta sonuna kadar bilgi verebilir misiniz?"},
  Text{"Teslimat yaklaşık on gün gecikecek."}, Text{"Ölçüler çizimle uyuşmuyor."}, Text{"Görüşmek üzere, iyi çalışmalar dilerim."}};

constexpr std::array kPolishWriters = {Writer{"Małgorzata Wiśniewska", "m.wisniewska@slask-tkaniny.example"}, Writer{"Łukasz Żak", "zak@zak-transport.example"}};
constexpr std::array kPolishSubjects = {Text{"Zapytanie ofertowe"}, Text{"Opóźnienie wysyłki"}, Text{"Potwierdzenie zamówienia"}, Text{"Próbki tkanin"}};
constexpr std::array kPolishSentences = {Text{"Dziękujemy za szybką odpowiedź."}, Text{"Dokumenty znajdują się w załączniku."}, Text{"Proszę o potwierdzenie do końca tygodnia."},
  Text{"Dostawa opóźni się niestety o około dziesięć dni."}, Text{"Podane ceny są cenami netto."}, Text{"W razie pytań proszę o kontakt."}};

constexpr std::array kGreekWriters = {Writer{"Ελένη Παπαδοπούλου", "eleni@papadopoulou-travel.example"}, Writer{"Νίκος Γεωργίου", "georgiou@pireas-shipping.example"}};
constexpr std::array kGreekSubjects = {Text{"Επιβεβαίωση κράτησης"}, Text{"Φορτωτικά έγγραφα"}, Text{"Ερώτηση για την προσφορά"}};
constexpr std::array kGreekSentences = {Text{"Σας ευχαριστούμε για την άμεση απάντηση."}, Text{"Θα βρείτε τα έγγραφα συνημμένα."}, Text{"Παρακαλούμε απαντήστε έως το τέλος της εβδομάδας."},
  Text{"Η παράδοση θα καθυστερήσει περίπου δέκα ημέρες."}, Text{"Είμαστε στη διάθεσή σας για κάθε διευκρίνιση."}};

constexpr std::array kChineseWriters = {Writer{"王小明", "wang@suzhou-textile.example"}, Writer{"李芳", "lifang@ningbo-freight.example"}};
constexpr std::array kChineseSubjects = {Text{"报价单"}, Text{"交货日期"}, Text{"会议记录"}, Text{"检验报告"}};
constexpr std::array kChineseSentences = {Text{"感谢您的及时回复。"}, Text{"相关文件请见附件。"}, Text{"请在本周内确认。"}, Text{"很抱歉，交货将推迟大约十天。"}, Text{"价格不含税。"}, Text{"如有问题请随时联系。"}};

constexpr std::array kArabicWriters = {Writer{"ليلى حداد", "layla.haddad@haddad-trading.example"}, Writer{"سامي الخوري", "sami@khoury-logistics.example"}};
constexpr std::array kArabicSubjects = {Text{"عرض الأسعار"}, Text{"موعد التسليم"}, Text{"محضر الاجتماع"}};
constexpr std::array kArabicSentences = {Text{"شكرا على ردكم السريع."}, Text{"تجدون الوثائق في المرفقات."}, Text{"نرجو التأكيد قبل نهاية الأسبوع."}, Text{"سيتأخر التسليم حوالي عشرة أيام."}, Text{"نحن في خدمتكم دائما."}};

constexpr std::array kLanguages = {
  Language{"de", kWestern, kGermanWriters, "AW: ", kGermanSubjects, "Guten Tag {},", kGermanSentences, "Mit freundlichen Grüßen"},
  Language{"en", kUtf8, kEnglishWriters, "RE: ", kEnglishSubjects, "Hello {},", kEnglishSentences, "Kind regards"},
  Language{"fr", kWestern, kFrenchWriters, "RE: ", kFrenchSubjects, "Bonjour {},", kFrenchSentences, "Cordialement"},
  Language{"es", kWestern, kSpanishWriters, "RE: ", kSpanishSubjects, "Estimado/a {}:", kSpanishSentences, "Un cordial saludo"},
  Language{"ja", kJapanese, kJapaneseWriters, "Re: ", kJapaneseSubjects, "{} 様", kJapaneseSentences, "よろしくお願いいたします。"},
  Language{"ru", kRussian, kRussianWriters, "Re: ", kRussianSubjects, "Здравствуйте, {}!", kRussianSentences, "С уважением"},
  Language{"tr", kTurkish, kTurkishWriters, "YNT: ", kTurkishSubjects, "Merhaba {},", kTurkishSentences, "Saygılarımla"},
  Language{"pl", kPolish, kPolishWriters, "Odp: ", kPolishSubjects, "Dzień dobry {},", kPolishSentences, "Z poważaniem"},
  Language{"el", kGreek, kGreekWriters, "ΑΠ: ", kGreekSubjects, "Αγαπητέ/ή {},", kGreekSentences, "Με εκτίμηση"},
  Language{"zh", kChinese, kChineseWriters, "回复: ", kChineseSubjects, "{}，您好！", kChineseSentences, "此致敬礼"},
  Language{"ar", kArabic, kArabicWriters, "رد: ", kArabicSubjects, "{} المحترم،", kArabicSentences, "مع أطيب التحيات"}};
// clang-format on

}  // namespace

std::span<const Language> languages() { return kLanguages; }

}  // namespace oxb::sandbox
