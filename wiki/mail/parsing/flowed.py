"""format=flowed (RFC 3676): soft-wrapped lines joined again, quotes kept as ``>`` lines. Pure, linear."""

from __future__ import annotations

_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """The text with each paragraph on one line, ended by a line feed; ``delete_space`` is the parameter delsp=yes."""
    paragraphs: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        line_depth = len(line) - len(content)
        content = content.removeprefix(" ")  # space-stuffing (section 4.4)
        is_signature = content == _SIGNATURE
        if pieces and (line_depth != depth or is_signature):
            paragraphs.append(_line(depth, pieces))
            pieces = []
        depth = line_depth
        if content.endswith(" ") and not is_signature:
            pieces.append(content[:-1] if delete_space else content)
            continue
        pieces.append(content)
        paragraphs.append(_line(depth, pieces))
        pieces = []
    if pieces:
        paragraphs.append(_line(depth, pieces))
    return "\n".join(paragraphs)


def _line(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    if text != _SIGNATURE:
        text = text.rstrip(" ")
    return ">" * depth + (" " if depth and text else "") + text
