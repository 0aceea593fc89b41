"""Texts, and places in them as the protocol counts them. Written from the specification, not from the server."""

from __future__ import annotations

from lsprotocol import types as t

ENCODINGS = ("utf-8", "utf-16", "utf-32")


def units(text: str, encoding: str) -> int:
    """How many code units `text` has in a position encoding."""
    match encoding:
        case "utf-8":
            return len(text.encode())
        case "utf-16":
            return len(text.encode("utf-16-le")) // 2
        case "utf-32":
            return len(text)
    raise ValueError(encoding)


def line_starts(text: str) -> list[int]:
    """Where the lines begin, in characters: lines end with LF, CR LF or a lone CR."""
    starts, at = [0], 0
    while at < len(text):
        if text[at] == "\n" or text[at] == "\r" and text[at + 1 : at + 2] != "\n":
            starts.append(at + 1)
        at += 1
    return starts


def position(text: str, offset: int, encoding: str) -> t.Position:
    """The position of the character `offset`. One between CR and LF belongs to no line; callers avoid it."""
    starts = line_starts(text)
    line = max(index for index, start in enumerate(starts) if start <= offset)
    return t.Position(line, units(text[starts[line] : offset], encoding))


def range_of(text: str, start: int, end: int, encoding: str) -> t.Range:
    return t.Range(position(text, start, encoding), position(text, end, encoding))


def offset(text: str, place: t.Position, encoding: str) -> int:
    """The character at a position, which must be a valid one: on a line, within it, and not inside a character."""
    starts = line_starts(text)
    assert 0 <= place.line < len(starts), f"{place} is beyond the {len(starts)} lines of the text"
    start = starts[place.line]
    end = starts[place.line + 1] if place.line + 1 < len(starts) else len(text)
    line = text[start:end].rstrip("\r\n")
    for count in range(len(line) + 1):
        if units(line[:count], encoding) == place.character:
            return start + count
    raise AssertionError(f"{place} is no place in the line {line!r} in {encoding}")


def words(text: str, range_: t.Range, encoding: str) -> str:
    """The words at a range."""
    return text[offset(text, range_.start, encoding) : offset(text, range_.end, encoding)]


def apply_edits(text: str, edits, encoding: str) -> str:
    """`text` after the edits of one document, which must not overlap."""
    places = sorted((offset(text, e.range.start, encoding), offset(text, e.range.end, encoding), e.new_text) for e in edits)
    for (_, end, _), (start, _, _) in zip(places, places[1:]):
        assert end <= start, f"edits overlap: {edits}"
    for start, end, new in reversed(places):
        assert start <= end
        text = text[:start] + new + text[end:]
    return text
