"""From pasted text to the addresses it may be read as: wrappers, wraps and escapes undone.

Only what stands around or between the characters of an address is taken away, so a state that
is found was pasted whole and in order. All work is linear in the text: no pattern backtracks,
and the number of readings is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, unquote

from wizard.domain.rules import without_invisible
from wizard.domain.secret import Secret
from wizard.domain.value import Guarded

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
"""A terminal's CSI (bracketed paste, color) and OSC (link) sequences, ECMA-48 §5.4 and §5.6."""
_AMPERSAND = re.compile(r"&(?:amp;|#38;|#x26;)+", re.IGNORECASE)
_BACKSLASHED = re.compile(r"\\([?&=/#:%])")

_START = re.compile(r"(?<![\w=&%/?+.-])https?://", re.IGNORECASE)
"""Where an address starts that is not a parameter of another one."""
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s<>\"'`(“”‘’«»]+")
_ANSWER = re.compile(r"(?<![^?&#;*\[„])(?:code|state|error)=")
_OPENED = re.compile(r"[*\[„]+(?=(?:code|state|error)=)")
"""Bold type, a bracket or a quote before a query that stands alone."""
_SAID: Final = {
    name: re.compile(rf"(?<![\w.~-]){name}=([^\s&#;%+<>()\[\]{{}}|\"'`\\“”‘’«»]*)")
    for name in ("code", "state")
}
"""What a text gives a name, as far as it stands there in plain characters."""
_END = re.compile(r"[\s<>\"`“”‘’«»|]")
"""What ends an address in running text: RFC 3986 has none of these."""
_MARGIN: Final = " \t>|│┃▏▌"
"""Quote marks of mail and frames of a terminal beside a wrapped address."""
_NO_MARGIN: Final = dict.fromkeys(map(ord, _MARGIN))
_LAYERS: Final = 3
"""As it is, and encoded once or twice."""
_CLOSERS: Final = "'.,;:!)}*([{"

_QUERY_MARK = re.compile(r"[?#]|[&;](?=(?:code|state|error)=)")
_CUT_END = re.compile(r"(?:%[0-9A-Fa-f]?|\.\.\.)\Z")
_DOTS: Final = ("…", "•", "...")
_FIELD_LIMIT: Final = 1000


class Address(Guarded):
    """One reading of the text."""

    base: str
    """Scheme, host and path, or as much of them as was pasted; "" for a query alone."""
    fields: tuple[tuple[str, str], ...]
    """Decoded names and values of query and fragment, in order; they hold the code."""
    is_cut: bool
    """Its end, or a part in its middle, is visibly missing."""
    is_marked: bool
    """A "?" or "#" parts base and query; else the base may hold some of the query."""

    def first(self, name: str) -> str | None:
        """The first value of that name; None when it is missing or empty."""
        return next((value for key, value in self.fields if key == name and value), None)

    def doubled(self, *names: str) -> str | None:
        """The first of the names that stands more than once (RFC 6749 §3.1 forbids it)."""
        found = [key for key, _ in self.fields]
        return next((name for name in names if found.count(name) > 1), None)

    @property
    def weight(self) -> int:
        """How much of an answer it holds: 0 to 3 of code, state and error."""
        return sum(self.first(name) is not None for name in ("code", "state", "error"))


def visible(pasted: str) -> str:
    """Return what is seen of a pasted text: no escapes, controls or zero-width characters."""
    return without_invisible(_ESCAPE.sub("", pasted)).strip()


def unescaped(text: str) -> str:
    """Undo what JSON, HTML and shells do to the signs of an address."""
    text = text.replace("\\u0026", "&").replace("\\u003d", "=")
    return _BACKSLASHED.sub(r"\1", _AMPERSAND.sub("&", text))


def contradicts(text: str, name: str, values: Sequence[Secret]) -> bool:
    """Whether a text gives "code" or "state", anywhere in it, a value that is none of these.

    The beginning of one is taken for it, since the rest may stand on the next line; with all
    lines run together, so is one with more after it.
    """
    wanted = {form for v in values for form in (v.reveal(), unquote(v.reveal()))}
    layer = unescaped(text)
    for _ in range(_LAYERS):
        said = {value.rstrip(_CLOSERS) for value in _SAID[name].findall(layer)}
        if not all(any(w.startswith(value) for w in wanted) for value in said):
            return True
        joined = set(_SAID[name].findall("".join(layer.split()).translate(_NO_MARGIN)))
        if not all(any(w.startswith(v) or v.startswith(w) for w in wanted) for v in joined):
            return True
        layer = unquote(layer)
    return False


def addresses(text: str) -> list[Address]:
    """Return the readings of a visible text, the most telling and least changed first.

    Empty when nothing in it looks like an address or a query.
    """
    text = unescaped(text)
    found = [_address(reading) for reading in dict.fromkeys(_readings(text))]
    lower = text.lower()
    is_hidden = "%3d" in lower and not any(address.first("state") for address in found)
    if is_hidden or ("%3a%2f%2f" in lower and not found):
        # The "=" before the state is itself encoded: one layer too many. Never done to a state
        # that was found as it is, or a foreign one could be made to fit.
        inner = unescaped(unquote(text))
        found += [_address(reading) for reading in dict.fromkeys(_readings(inner))]
    return sorted(found, key=lambda address: -address.weight)


def _readings(text: str) -> Iterator[str]:
    starts = [match.start() for match in islice(_START.finditer(text), 8)]
    loose = [match.start() for match in islice(_SCHEME.finditer(text), 4)]
    for start in dict.fromkeys([*starts, *_first_answer(text), *loose]):
        end = next((other for other in starts if other > start), len(text))
        yield from _joined(text[start:end])


def _first_answer(text: str) -> Iterator[int]:
    """Where the first word with a code, state or error starts: `url=https://…`, `GET /…?code=`."""
    for token in _TOKEN.finditer(text):
        if answer := _ANSWER.search(token[0]):
            scheme = _SCHEME.search(token[0], 0, answer.start())
            opened = _OPENED.match(token[0])
            yield token.start() + (scheme.start() if scheme else opened.end() if opened else 0)
            return


def _joined(region: str) -> Iterator[str]:
    """Join the lines of a wrapped address; where it ends is a guess, so several are made."""
    run: list[str] = []
    tail = ""
    for line in region.splitlines():
        stripped = line.strip(_MARGIN)
        head = _END.split(stripped, maxsplit=1)[0]
        if not any(c.isalnum() for c in stripped[len(head) :]):
            run.append(head)
        else:
            tail = head
        if head != stripped or not head:
            break
    squeezed = _END.split("".join(region.split()), maxsplit=1)[0]
    whole = "".join(run)
    fewer = ("".join(run[:count]) for count in dict.fromkeys((len(run) - 1, len(run) - 2, 1)))
    for reading in (whole, whole + tail, *fewer, squeezed):
        if trimmed := _trimmed(reading):
            yield trimmed


def _trimmed(reading: str) -> str:
    if reading.endswith("..."):
        return reading
    # "]" may be the end of an IPv6 host.
    return reading.rstrip(_CLOSERS if "[" in reading else _CLOSERS + "]")


def _address(text: str) -> Address:
    base, query = text, ""
    if mark := _QUERY_MARK.search(text):
        base, query = text[: mark.start()], text[mark.start() :]
    if "=" in base and "/" not in base:
        base, query = "", text
    try:
        fields = parse_qsl(
            query.lstrip("?#&;").replace("#", "&"),
            keep_blank_values=True,
            max_num_fields=_FIELD_LIMIT,
        )
    except ValueError:
        fields = []
    is_cut = _is_cut(text, base, query, fields)
    return Address(base, tuple(fields), is_cut, is_marked=query[:1] in ("?", "#"))


def _is_cut(text: str, base: str, query: str, fields: list[tuple[str, str]]) -> bool:
    answer = {key: value for key, value in fields if key in ("code", "state", "error")}
    texts = (base, *answer.values())
    if _CUT_END.search(text[-3:]) or any(dots in part for part in texts for dots in _DOTS):
        return True
    if "" in answer.values():
        return True
    last = re.split(r"[?&#]", query)[-1] if query else "="
    is_whole = "state" in answer and ("code" in answer or "error" in answer)
    return not is_whole and any(name.startswith(last) for name in ("code", "state"))
