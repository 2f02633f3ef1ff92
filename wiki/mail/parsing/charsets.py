"""Mail bytes to text: what a charset label really means, and what to do when it is missing or wrong.

Pure, and never raises: whatever cannot be read becomes U+FFFD and a sentence for the reader.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

# Only codecs that turn bytes into text may be named by a mail: Python also knows "zip", "rot13" and "unicode_escape".
_TEXT_CODECS = frozenset(
    f"""
    ascii utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be
    gb2312 gbk gb18030 hz big5 big5hkscs cp950 euc_kr cp949 johab
    euc_jp euc_jis_2004 euc_jisx0213 shift_jis shift_jis_2004 shift_jisx0213 cp932
    iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr
    koi8-r koi8-u koi8-t kz1048 ptcp154 tis-620 mac-arabic mac-croatian mac-cyrillic mac-farsi mac-greek
    mac-iceland mac-latin2 mac-roman mac-romanian mac-turkish
    cp037 cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869
    cp874 cp1006 cp1125 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258
    {" ".join(f"iso8859-{part}" for part in range(1, 17) if part != 12)}
    """.split()
)
# Mailers label with the narrow name and send the wide charset; browsers decode so, too (WHATWG Encoding, 4.2).
_WIDER = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
# Labels met in the wild that Python does not know.
_NICKNAMES = {
    "cp-850": "cp850",
    "cp50220": "iso2022_jp",
    "cp50221": "iso2022_jp",
    "cp51932": "euc_jp",
    "cp65001": "utf-8",
    "cp936": "gb18030",
    "gb18030-2000": "gb18030",
    "gb2312-80": "gb18030",
    "iso-10646-ucs-2": "utf-16",
    "iso-2022-jp-ms": "iso2022_jp",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
}
_LABEL = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,39}")
_WINDOWS = re.compile(r"(?:windows|win|cp|ms|ansi)-?(125\d|874|936|949|950|932)")
# What an undeclared text may turn out to be, most likely first; more candidates would only win by accident.
_CANDIDATES = [
    "cp1252", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp932", "euc_jp", "cp949", "gb18030", "big5hkscs",
]  # fmt: skip
_WESTERN = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ€£§©®°ªº«»¡¿·…–—‘’‚“”„•™\u00a0\u00ad½¼¹²³´`"
)
# Codecs in which ASCII bytes mean ASCII characters, so that the fast way is right.
_ASCII_ALIKE = frozenset(
    {"", "ascii", "utf-8", "cp1252", "cp1251", "cp1250", "koi8-r", "gb18030", "cp949", "iso8859-15"}
)
# Neither shown nor stored; tab, line feed, form feed and carriage return are, and the next line of ISO 8859.
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0C, 0x0D})
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_SAMPLE = 4096
_ENOUGH = 6  # non-ASCII bytes below which statistics say nothing


@lru_cache(maxsize=512)
def codec_for(label: str) -> str:
    """The codec that a charset label stands for in practice; '' where it is missing, unknown or not a text codec."""
    name = label.strip(" \t\r\n\"'\0;").partition(" ")[0].lower().replace("_", "-")  # a comment may follow
    name = _NICKNAMES.get(name, name)
    windows = _WINDOWS.fullmatch(name)
    if windows:
        name = "cp" + windows[1]
    if not _LABEL.fullmatch(name):
        return ""
    for candidate in (name, name.removeprefix("x-")):
        try:
            codec = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        if codec in _TEXT_CODECS:
            return _WIDER.get(codec, codec)
    return ""


def decode(data: bytes, label: str = "", hint: str = "") -> tuple[str, str]:
    """Text of ``data`` as its charset ``label`` says, and a sentence about what was wrong ('' when nothing was).

    ``hint`` is a charset that another part of the same message declared. Controls, a byte order mark and
    lone surrogates never reach the text.
    """
    codec = codec_for(label)
    if data.isascii() and codec in _ASCII_ALIKE and b"\x1b" not in data:
        return data.translate(None, _CONTROL_BYTES).decode("ascii"), "" if codec or not label.strip() else _unknown(
            label
        )
    if not codec or codec == "ascii":
        text = _guess(data, hint)
        if codec or not label.strip():
            return text, "Some text is not ASCII and declares no charset; it was guessed."
        return text, _unknown(label)
    if codec.startswith(("utf-16", "utf-32")) and b"\0" not in data:
        return _guess(data, hint), f"Some text is not {label.upper()[:40]} as it says; its charset was guessed."
    try:
        return clean(data.decode(codec)), ""
    except (UnicodeError, ValueError):
        return _repair(data, codec, hint), f"Some text is not the {label[:40]!r} that it says it is."


def _unknown(label: str) -> str:
    printable = "".join(character for character in label[:40] if character.isprintable())
    return f"The charset {printable!r} is not known; it was guessed."


def _repair(data: bytes, codec: str, hint: str) -> str:
    """Text that is not valid in its declared codec: mostly right with a few bad bytes, or something else altogether."""
    text = clean(data.decode(codec, "replace"))
    strange = sum(1 for character in text if character > "\x7f")
    if text.count("\ufffd") * 5 <= strange:
        return text
    guessed = _guess(data, hint)
    return guessed if guessed.count("\ufffd") < text.count("\ufffd") else text


def _guess(data: bytes, hint: str) -> str:
    """Text of bytes about which nothing is declared: certain signs first, then the hint, then statistics."""
    if b"\x1b$" in data or b"\x1b(J" in data:
        try:
            return clean(data.decode("iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_ext"))
        except UnicodeError:
            pass
    nearly = data.decode("utf-8", "replace")
    if nearly.count("\ufffd") * 10 <= len(data) - len(data.translate(None, _HIGH_BYTES)):  # cut within a character
        return clean(nearly)
    for codec in ("utf-8", codec_for(hint)):
        try:
            if codec and codec != "ascii":
                return clean(data.decode(codec))
        except UnicodeError:
            continue
    return clean(data.decode(_likely(data), "replace"))


def _likely(data: bytes) -> str:
    """The codec that a sample of the non-ASCII lines looks most like."""
    lines = [line for line in data[: 64 * _SAMPLE].split(b"\n") if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    high = [character for character in sample.decode("cp1252", "replace") if character > "\x7f"]
    letters = sum(character.isalpha() for character in sample.decode("ascii", "ignore"))
    looks_western = sum(character in _WESTERN for character in high) > 0.9 * len(high)
    if len(high) < _ENOUGH or (looks_western and letters > len(high)):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else "cp1252"


def clean(text: str) -> str:
    """Without what no database column and no page takes: NUL, controls, and lone surrogates as UTF-7 can spell them."""
    text = text.removeprefix("\ufeff")
    text = _CONTROLS.sub("", text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
