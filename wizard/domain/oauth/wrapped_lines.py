"""Where a URL in running text ends, and how the lines it was wrapped into are joined.

The end of a URL is often a guess, which `Reading.is_sure` shows. A matching `state` proves that
everything before it was joined correctly, but not what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_END: Final = re.compile(r"[\s<>\"`“”‘’«»‹›「」。、，！？|\\^{}]|(?<!//)\[|\](?![:/?]|\Z)")
"""What ends a URL in running text: RFC 3986 allows none of these outside an IPv6 host."""
_END_OF_PATH: Final = re.compile(r"[<>\"`“”‘’«»‹›「」|\\]")
_QUERY_MARK: Final = re.compile(r"[?#]")
_SURE_END: Final = re.compile(r"[\s<>\"“”‘’«»‹›「」。、，！？]")
"""Characters that no browser shows unencoded in a query; the others may be part of a code."""
_OF_A_CODE: Final = re.compile(r"[A-Za-z0-9_.~%+/=&?#*!…•-]+")
"""The characters of a word that may be a part of a URL's query, or a placeholder for it."""
_PIECE: Final = re.compile(r"[A-Za-z0-9._~%+/=-]{8,}")
SID: Final = re.compile(r"[A-Z]{2}[0-9A-Za-z]{32}")
"""A Twilio SID, such as AC…, OQ…, or SK…."""
_WORD: Final = re.compile(r"[A-Za-z]?[a-z']+[.,;:!?]?|[A-Z]{2,}|[0-9]+")
"""A line that may be a word or a number, as well as the end of a code."""
_PROSE: Final = re.compile(r"[(]?[A-Za-z]?[a-z']*[.,;:!?)]*")
_TIME: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_CLASSES: Final = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))
_QUOTES: Final = ">|"
CLOSERS: Final = "'.,;:!?)}*([{"
"""What may follow a URL in running text, as the end of a sentence does."""
_PAIRS: Final = {
    "[url=": "]",
    **dict(zip("<\"`“«([{'‘„‹「", ">\"`”»)]}'’“›」", strict=True)),
    "%22": "%22",
    "%27": "%27",
    "%3C": "%3E",
    "%3c": "%3e",
    "%28": "%29",
}
"""The delimiters before a URL, with those that end it."""
_RUN: Final = re.compile(r"(?:^|(?<=[\s(\[>\"']))([*_~=+|/])\1{0,2}\Z")
"""Bold, italics, and the like, in Markdown and similar formats."""
_SHORTEST_LINE: Final = 20


class Reading(NamedTuple):
    """One interpretation of a URL or query in the text."""

    text: str
    is_sure: bool
    """Whether its end is certainly the URL's; otherwise it may be too short or too long."""


def readings(before: str, region: str) -> Iterator[Reading]:
    """Yield the possible URLs at the beginning of a region, the most likely first.

    Args:
        before: up to 200 characters that precede the region.
        region: the rest of the text, or up to the next URL.
    """
    region, is_closed = _up_to_its_closer(before, region)
    pieces = _Pieces(region, len(before.rpartition("\n")[2]), is_closed=is_closed)
    last = len(pieces.texts) - 1
    for count in dict.fromkeys((last, last - 1, last - 2, 0)):
        if 0 <= count <= last:
            yield from _trimmed("".join(pieces.texts[: count + 1]), pieces.is_sure(count), before)
    squeezed = _END.split(without_margins(region), maxsplit=1)[0]
    yield from _trimmed(squeezed, _is_cut_evenly(region), before)


def join_lines(text: str) -> Reading:
    """Return a text without line breaks: a code without a URL may have been wrapped."""
    pieces = _Pieces(text, 0)
    last = len(pieces.texts) - 1
    joined = "".join(line.strip() for line in text.splitlines())
    return Reading(joined, last < 1 or pieces.is_sure(last, is_code=True))


def _end_of(word: str, *, is_first: bool) -> re.Match[str] | None:
    """Find the end of a URL in a word; before its query, brackets may be a part of it."""
    mark = _QUERY_MARK.search(word) if is_first and "://" in word else None
    if mark is None:
        return _END.search(word)
    return _END_OF_PATH.search(word, 0, mark.start()) or _END.search(word, mark.start())


def without_margins(text: str) -> str:
    """Return all lines joined, without spaces and the quote marks before each of them."""
    lines = enumerate(text.splitlines())
    return "".join(word for n, line in lines for word in _words(line, is_first=n == 0))


class _Pieces:
    """The lines of a wrapped URL, without margins, and what follows it on the last one."""

    def __init__(self, region: str, indent: int, *, is_closed: bool = False) -> None:
        """Args: `indent`: width of what precedes; `is_closed`: quotes or brackets enclose it."""
        self.texts: list[str] = []
        self._lines: list[list[str]] = []
        self._widths: list[int] = []
        self._has_sure_end = True
        self._is_one = is_closed and all(len(line.split()) == 1 for line in region.splitlines())
        for line in region.splitlines():
            words = _words(line, is_first=not self.texts)
            if not words:
                break
            end = _end_of(words[0], is_first=not self.texts)
            self.texts.append(words[0][: end.start()] if end else words[0])
            self._lines.append(words)
            self._widths.append(len(line.rstrip()) + (0 if len(self.texts) > 1 else indent))
            if end is not None:
                self._has_sure_end = _SURE_END.match(words[0], end.start()) is not None
                break
            if len(words) > 1:
                self._has_sure_end = is_other(words[1:])
                break

    def is_sure(self, at: int, *, is_code: bool = False) -> bool:
        """Whether the piece at an index is certainly the last, with all those before it."""
        if at < len(self.texts) - 1:
            follows = self.texts[at + 1]
            is_end = is_other(self._lines[at + 1]) or (
                follows[:1].isalnum() and self._is_short_line(at)
            )
        else:
            is_end = self._has_sure_end
        return is_end and self._is_joined(at, is_code=is_code)

    def _is_joined(self, at: int, *, is_code: bool) -> bool:
        begins = (i for i, piece in enumerate(self.texts[: at + 1]) if "code=" in piece)
        first = 0 if is_code else next(begins, 0)
        if first == at or self._is_even(at):
            return True
        if self._is_one and at == len(self.texts) - 1:
            return True
        piece = self.texts[at]
        is_next = first == at - 1 and (is_code or self._widths[at] <= self._widths[at - 1])
        return is_next and _is_random(piece)

    def _is_even(self, at: int) -> bool:
        """Whether all lines before one have the same width, as if a terminal wrapped them."""
        width = self._widths[0]
        return (
            at >= 2
            and width >= _SHORTEST_LINE
            and set(self._widths[:at]) == {width}
            and self._widths[at] <= width
            and not _WORD.fullmatch(self.texts[at])
        )

    def _is_short_line(self, at: int) -> bool:
        return self._is_even(at) and self._widths[at] < self._widths[0]


def is_other(words: list[str]) -> bool:
    """Whether words, at least one, can't be the continuation of a URL before them."""
    if not _OF_A_CODE.fullmatch(words[0]) or words[0].startswith("HTTP/"):
        return True
    # What follows a label, as in "Request Method: GET", may be anything.
    label = next((at for at, word in enumerate(words) if word.endswith(":")), len(words))
    words = words[: label + 1]
    natural = [word for word in words if _PROSE.fullmatch(word) or _TIME.fullmatch(word)]
    return len(words) > 1 and len(natural) == len(words) and sum(map(len, words)) >= 4


def _words(line: str, *, is_first: bool) -> list[str]:
    """Split a line, without the marks before it: those of mail quotes, comments, and lists."""
    words = line.split()
    while len(words) > 1 and words[-1] in _QUOTES:
        del words[-1]
    if is_first:
        return words
    while len(words) > 1 and not any(map(str.isalnum, words[0])):
        del words[0]
    words[:1] = [word for word in (w.lstrip(_QUOTES) for w in words[:1]) if word]
    return words


def _up_to_its_closer(before: str, region: str) -> tuple[str, bool]:
    for opener, closer in _PAIRS.items():
        if before.lower().endswith(opener.lower()):
            inner, found, _ = region.partition(closer)
            # "]:" may be the end of an IPv6 host, and "<URL|words>" is a link in Slack.
            if found and not (closer == "]" and "]:" in region):
                return inner.partition("|")[0] if opener == "<" else inner, True
    return region, False


def _is_random(piece: str) -> bool:
    """Whether a line looks like the end of a code, rather than like a word."""
    if not _PIECE.fullmatch(piece) or SID.fullmatch(piece) or _PROSE.fullmatch(piece):
        return False
    return sum(bool(letters.search(piece)) for letters in _CLASSES) > 1


def _is_cut_evenly(region: str) -> bool:
    """Whether a URL has spaces where a terminal wrapped its lines."""
    *lines, last = region.split() or [""]
    widths = set(map(len, lines))
    is_even = len(lines) > 1 and len(widths) == 1
    is_even = is_even and not _WORD.fullmatch(last)
    return is_even and len(lines[0]) >= max(len(last), _SHORTEST_LINE)


def _trimmed(reading: str, is_sure: bool, before: str) -> Iterator[Reading]:
    if not reading.endswith("..."):
        if run := _RUN.search(before[-4:]):
            reading = reading.removesuffix(run[0])
        # "]" may be the end of an IPv6 host. What is removed may be the end of a code.
        whole, closers = reading, CLOSERS if "[" in reading else CLOSERS + "]"
        reading = whole.rstrip(closers)
        is_sure = is_sure and reading == whole
    if reading:
        yield Reading(reading, is_sure)
