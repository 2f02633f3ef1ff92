"""How mailers of many languages announce what they quote, forward and sign: each line alone, or a few together. Pure.

Every expression is anchored or looks for one word, and no line of more than ``LONGEST`` characters is looked at: so
nothing here takes longer than its line is long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

LONGEST = 400
"""Characters of the longest line, or of lines taken together, that announce something."""

_VERB = re.compile(
    r"\b(?:wrote|writes|said|schrieb|schreibt|écrit|escribió|escreveu|ha scritto|scrive|schreef|geschreven|skrev|"
    r"napisał(?:\(a\)|a)?|napsal(?:\(a\)|a)?|kirjoitti|написал(?:\(а\)|а)?|писал|пишет|пише|написав)(?!\w)"
    r"|写道|寫道|のメール",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"[-* ]*(?:(?:on|at|in article|am|le|el|op|il|em|den|dnia|dne|mon|tue|wed|thu|fri|sat|sun|понедельник|вторник|"
    r"среда|четверг|пятница|суббота|воскресенье)\b|在|[0-9]{1,4}[-./ 年])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[<(\[][^<>\s]{1,200}@|\S@\S")
_NAMED_ADDRESS = re.compile(r"\w[^<]{0,200}<[^<>\s]{1,200}@")
_DATE = re.compile(
    r"\b(?:19|20)[0-9]{2}\b|\b[0-9]{1,2}[:.][0-9]{2}\b|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{4}年"
)
# Without a verb or a colon: what Gmail once wrote above quotes, and what Zoho still does.
_BARE = re.compile(
    r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ ]"
    r"(?:[0-9]{1,2}:[0-9]{2}[ ]GMT[+-][0-9:]{1,5}[ ].{2,150}|.{2,150}<[^<>\s]{3,150}>)"
    r"|-{3,}[ ]?On[ ].{5,300}[ ]wrote[ ]?-{3,}",
)
_ORIGINAL = re.compile(
    r"[*]?[-_]{2,}[ ]*(?:original (?:message|appointment|e-?mail)|reply message|ursprüngliche nachricht|"
    r"original-?(?:nachricht|e-?mail)|message d['’]origine|message original|mensaje original|mensagem original|"
    r"messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|originalmeddelande|opprinnelig melding|"
    r"oprindelig meddelelse|wiadomość oryginalna|исходное сообщение|alkuperäinen viesti|původní zpráva|"
    r"原始邮件|原始郵件|元のメッセージ)[ ]*[-_]*[*]?",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|"
    r"início da mensagem (?:encaminhada|reencaminhada)|inizio messaggio inoltrato|"
    r"begin doorgestuurd bericht|vidarebefordrat brev|videresendt besked)[ ]?:"
    r"|[-_]{2,}[ ]*(?:forwarded (?:message(?: from\b.{0,120}?)?|by\b.{0,120}?)|weitergeleitete nachricht|"
    r"message transféré|mensaje reenviado|mensagem encaminhada|"
    r"messaggio inoltrato|doorgestuurd bericht|vidarebefordrat (?:mail|meddelande)|"
    r"videresendt (?:melding|meddelelse)|(?:przekazana|treść przekazanej) wiadomoś[cć]i?|"
    r"пересылаемое (?:сообщение|письмо)|välitetty viesti|转发邮件|轉寄郵件)[ ]*[-_]*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[>*_ \t]{0,8}([^\W\d_][\w-]{0,15}(?: \w{1,8})?)[ \u00a0]?[*]?[:：]")
_RAW_HEADER = re.compile(
    r"(?:x-[\w-]{1,40}|message-id|received|return-path|delivered-to|mime-version|content-[\w-]{1,30}|list-[\w-]{1,30}|"
    r"in-reply-to|references|user-agent|precedence):",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-_*=~#+\u2013\u2014\u1427]{2,}|\u1427")
_BY_DEVICE = re.compile(
    r"[<(\[*_ ]{0,4}(?:sent (?:from|via|with|by|using)\b|from my (?:i?phone|ipad|android|mobile)|get \[?outlook for\b|"
    r"envoyé (?:depuis|de mon|de ma|à partir|avec)|von mein\w+ .{2,40} gesendet|gesendet (?:von|mit)|"
    r"diese nachricht wurde .{2,60} gesendet|enviado (?:desde|do meu|de mi|a partir)|inviato da|"
    r"verzonden (?:met|vanaf|via|vanuit)|sendt fra|skickat från|wysłan[eo] z|отправлено (?:с|из)|"
    r"lähetetty |從我的|发自我的|.{2,20}から送信|(?:\S{1,20} ){1,2}(?:from|via) mobile$|via mobile$)",
    re.IGNORECASE,
)


class Label(StrEnum):
    """What a line of a quoted header says, whatever its language."""

    SENDER = "from"
    DATE = "date"
    RECIPIENT = "to"
    SUBJECT = "subject"
    OTHER = "other"


_LABELS = {
    Label.SENDER: "from von de da van från fra od от lähettäjä kimden expéditeur 发件人 寄件者 差出人",
    Label.DATE: "sent date gesendet datum envoyé enviado fecha inviato data verzonden skickat sendt dato wysłano "
    "wysłane отправлено дата odesláno lähetetty gönderme 发送时间 日期 送信日時",
    Label.RECIPIENT: "to an à pour para a aan till til do кому komu vastaanottaja kime 收件人 收件者 宛先",
    Label.SUBJECT: "subject betreff objet asunto oggetto onderwerp assunto ämne emne temat тема předmět aihe konu "
    "主题 主旨 件名",
    Label.OTHER: "cc bcc kopie kopia kopi copie copia reply-to risposta importance priority attachments",
}
_ROLES = {word: label for label, words in _LABELS.items() for word in words.split()}
_ROLES |= {"enviado el": Label.DATE, "enviada em": Label.DATE, "sendt den": Label.DATE, "sent on": Label.DATE}
_ROLES |= {"antwort an": Label.OTHER, "reply to": Label.OTHER, "on behalf": Label.OTHER}


def is_quoted(line: str) -> bool:
    """Whether a line is marked as a quote; ``>From`` is what a mailbox file makes of ``From``."""
    return line.startswith((">", " >")) and not line.startswith(">From ")


def label(line: str) -> Label | None:
    """What a line says that looks like one of a quoted header."""
    found = _LABEL.match(line)
    return _ROLES.get(found[1].lower()) if found else None


def is_raw_header(line: str) -> bool:
    """A field that no mailer puts above what it quotes: somebody shows a header as it came."""
    return _RAW_HEADER.match(line) is not None


def is_original(line: str) -> bool:
    """``-----Original Message-----``."""
    return len(line) <= LONGEST and _ORIGINAL.fullmatch(line) is not None


def is_forward(line: str) -> bool:
    """``---------- Forwarded message ---------`` or ``Begin forwarded message:``."""
    return len(line) <= LONGEST and _FORWARD.fullmatch(line) is not None


def is_rule(line: str) -> bool:
    """A line of dashes or the like."""
    return _RULE.fullmatch(line.replace(" ", "")) is not None


def is_by_device(line: str) -> bool:
    """What a telephone writes below every message: ``Sent from my iPhone``."""
    return len(line) <= 120 and _BY_DEVICE.match(line) is not None


def is_bare_attribution(line: str) -> bool:
    """``2013/7/20 Alice <alice@example.org>``: an attribution without a colon, that is one by its form alone."""
    return len(line) <= LONGEST and _BARE.fullmatch(line) is not None


def attribution(lines: Sequence[str]) -> tuple[int, bool] | None:
    """Whether the last of these lines ends a ``Joe wrote:``: on which line it begins, and whether it is sure.

    It is sure when it has a date or an address: then what follows is a quote, marked or not. ``lines`` are stripped.
    """
    if len(lines[-1]) > LONGEST:
        return None
    near = " ".join(lines[-2:])[-LONGEST:]
    has_verb = _VERB.search(near) is not None
    if not has_verb and not lines[-1].endswith(">:"):
        return None
    first = _first_line(lines, has_verb=has_verb)
    if first is not None:
        return first, True
    if not has_verb or len(near) > 200:
        return None
    if _VERB.search(lines[-1]) and len(lines[-1]) > 8:
        return len(lines) - 1, False
    return (len(lines) - 2, False) if len(lines) > 1 and _OPENER.match(lines[-2]) else None


def _first_line(lines: Sequence[str], *, has_verb: bool) -> int | None:
    """Where an attribution with a date or an address begins: best at a word that opens one, else at a name."""
    together = ""
    named = None
    for index in range(len(lines) - 1, -1, -1):
        together = f"{lines[index]} {together}"
        if len(together) > LONGEST + 1:
            break
        is_dated, is_addressed = _DATE.search(together) is not None, _ADDRESS.search(together) is not None
        is_sure = (is_dated or is_addressed) if has_verb else (is_dated and is_addressed)
        if is_sure and _OPENER.match(lines[index]):
            return index
        if named is None and has_verb and len(lines) - index <= 3 and _VERB.search(together):
            named = index if _NAMED_ADDRESS.search(together) or is_dated else None
    return named
