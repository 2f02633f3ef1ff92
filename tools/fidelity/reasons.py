"""Why we read otherwise than Python's email: reviewed one by one, by archive and sample."""

from __future__ import annotations

SHOWN = "a multipart without parts is no type that can be shown; here its text is, with a defect"
GUESSED = "its boundary is missing or wrong: there nothing is taken apart, here it is guessed, with a defect"
SAME_BOUNDARY = "a multipart in another has the same boundary: there what follows is lost, here every part is kept"
EMPTY = "nothing stands between two delimiters: no part here, an empty text there"
RAW = "characters that are not ASCII stand in the header as they are: unknown there, their charset is found here"
NAME = "the type is nonsense but names a file: plain text there, a file here (RFC 2045 allows the former for no name)"
TYPE = "what follows the type without a semicolon is part of the type there, a parameter here"
LATIN = "bytes 80 to 9F in what calls itself ISO 8859-1: unreadable there, taken for Windows-1252 here as browsers do"
SPACE = "the blank between an encoded word and plain text is lost there (RFC 2047 section 6.2 keeps it)"
BROKEN_LINE = "a line in the header is no field: there the body begins, here the header goes on with a defect"
COMMA = "the comma or the brackets around an address were forgotten; there it is no address"
TWICE = "there are two From fields: the first there, both here, so that nobody hides behind the other"
QUOTE = "an address stands as the name of another: refused there against forgers, both are shown here"
WORDS = "it is no base64 as it says: nonsense bytes there, its words here"

REASONS: dict[str, dict[str, str]] = {
    "bounces-flufl": {
        "data/dsn_14.txt": "the recipient has no type before it; there it is nothing, here it is the address",
        "data/groupwise_03.txt": WORDS,
        "data/simple_35.txt": "a backslash in an address: dropped there, kept as written here",
        "data/sina_01.txt": RAW,
        "data/smtp32_01.txt": "the zone CST is unknown there and six hours west of UTC here",
    },
    "cpython-email": {
        "data/msg_15.txt": SAME_BOUNDARY,
        "data/msg_17.txt": SHOWN,
        "data/msg_25.txt": GUESSED,
        "data/msg_31.txt": GUESSED,
        "data/msg_39.txt": SAME_BOUNDARY,
        "data/msg_41.txt": SHOWN,
    },
    "enmime": {
        "low-quality/bad-final-boundary.raw": EMPTY,
        "low-quality/bad-header-wrap.raw": "a fold without its blank breaks the part's header: there the rest is body",
        "mail/header-only.raw": SHOWN,
        "mail/mime-bad-8bit-filename.raw": RAW,
        "mail/mime-bad-content-transfer-encoding.raw": "words that call themselves base64: line ends dropped there",
        "mail/mime-bad-content-type.raw": TYPE,
        "mail/mime-blank-media-name.raw": TYPE,
        "parts/badboundary.raw": EMPTY,
        "parts/barren-content-type.raw": NAME,
    },
    "flanker": {
        "messages/false-multipart.eml": SHOWN,
        "messages/long-header.eml": "a field of more than 102,400 bytes is cut here, with a defect",
        "messages/mailformed-headers.eml": GUESSED,
        "messages/outlook-express.eml": RAW,
        "messages/russian-attachment-yahoo.eml": RAW,
        "spam/broken-ctype.eml": NAME,
        "spam/broken-headers.eml": RAW,
    },
    "mailparser-npm": {"examples/nodemailer.eml": SPACE, "fixtures/nodemailer.eml": SPACE},
    "mikel-mail": {
        "attachment_emails/attachment_nonascii_filename.eml": RAW,
        "attachment_emails/attachment_pdf.eml": RAW,
        "attachment_emails/attachment_pdf_lf.eml": RAW,
        "attachment_emails/attachment_pdf_non_ascii.eml": RAW,
        "attachment_emails/attachment_pdf_non_ascii_lf.eml": RAW,
        "attachment_emails/attachment_with_encoded_name.eml": LATIN,
        "error_emails/bad_date_header2.eml": SHOWN,
        "error_emails/content_transfer_encoding_empty.eml": RAW,
        "error_emails/empty_in_reply_to.eml": SHOWN,
        "error_emails/invalid_subject_characters.eml": RAW,
        "error_emails/missing_body.eml": SHOWN,
        "error_emails/must_supply_encoding.eml": f"{SHOWN}; {RAW}",
        "error_emails/trademark_character_in_subject.eml": RAW,
        "plain_emails/mix_caps_content_type.eml": COMMA,
        "plain_emails/raw_email8.eml": LATIN,
        "plain_emails/raw_email_incorrect_header.eml": BROKEN_LINE,
        "plain_emails/raw_email_multiple_from.eml": COMMA,
        "rfc2822/example13.eml": BROKEN_LINE,
        "rfc6532/utf8_headers.eml": RAW,
    },
    "rspamd": {
        "messages/badboundary.eml": EMPTY,
        "messages/btc.eml": GUESSED,
        "messages/btc2.eml": GUESSED,
        "messages/btc3.eml": GUESSED,
        "messages/btc4.eml": GUESSED,
        "messages/currency.eml": RAW,
        "messages/external_relay.eml": SHOWN,
        "messages/fname.eml": "five letters are no base64: left as they are there, three bytes here",
        "messages/freemailcc.eml": SHOWN,
        "messages/phish_sender.eml": f"{GUESSED}; {TWICE}",
        "messages/phish_sender2.eml": BROKEN_LINE,
        "messages/phish_sender3.eml": f"{GUESSED}; {TWICE}",
        "messages/phish_sender4.eml": BROKEN_LINE,
        "messages/phish_sender5.eml": GUESSED,
        "messages/phish_sender6.eml": f"{GUESSED}; the way to an address (RFC 822) is stepped over here",
    },
    "spamscope-mail-parser": {
        "mails/mail_malformed_1": SAME_BOUNDARY,
        "mails/mail_malformed_3": GUESSED,
        "mails/mail_test_1": EMPTY,
        "mails/mail_test_11": EMPTY,
        "mails/mail_test_15": QUOTE,
        "mails/mail_test_19": QUOTE,
    },
}
