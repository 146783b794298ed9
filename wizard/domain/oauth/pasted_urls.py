"""Finds the URLs that a pasted text may hold, the innermost first.

Only what surrounds or separates the characters of a URL is removed, so a state that is found was
pasted whole and in order. All work takes linear time: no pattern backtracks, and the number of
readings is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import unquote, urljoin

from wizard.domain.oauth import residue
from wizard.domain.oauth.wrapped_lines import CLOSERS, Reading, readings, without_margins
from wizard.domain.secret import Secret
from wizard.domain.value import Guarded, replace

_START = re.compile(r"(?<![\w=&%/?+.-])https?://", re.IGNORECASE)
"""The start of a URL that isn't a parameter of another one."""
_SCHEME = re.compile(r"(?<!iss=)https?://", re.IGNORECASE)
_GAP = re.compile(r"\s")
_TOKEN = re.compile(r"[^\s<>\"'`(“”‘’«»]+")
_ANSWER = re.compile(r"(?<![^?&#;*\[„])(?:code|state|error)=")
_OPENED = re.compile(r"[*\[„]+(?=(?:code|state|error)=)")
"""Bold type, a bracket or a quote before a query that stands alone."""
_NESTED = re.compile(
    r"(?:^|[?&#;/]|%(?:25){0,3}(?:3f|26|23|3b))(?:code|error)(?:=|%(?:25){0,3}3d)", re.IGNORECASE
)
"""A response in a parameter of another URL, encoded any number of times."""
_SPLIT = re.compile(
    r"(?<=%)\s+(?=[0-9A-Fa-f]{2})|(?<=%[0-9A-Fa-f])\s+(?=[0-9A-Fa-f])|(?<=%25)\s+(?=[0-9A-F])"
)
"""A line break inside a percent-encoded character."""
_ENCODED = re.compile(r"%(?:25){0,3}(?:3d|3a%(?:25){0,3}2f)", re.IGNORECASE)
_SAID: Final = {
    name: re.compile(rf"(?<![\w.~-]){name}=([!$*,./0-9:=?@A-Z^_a-z~-]*)")
    for name in ("code", "state")
}
"""The plain characters of a name's value in a text."""
_LAYERS: Final = 4
"""How many layers are read: the text itself, and up to three encodings."""

_QUERY_MARK = re.compile(r"[?#]|[&;](?=(?:code|state|error)=)")
_SEPARATOR = re.compile(r"[&#]|\?(?=(?:code|state|error|iss)=)")
_CUT_END = re.compile(r"(?:%[0-9A-Fa-f]?|\.\.\.)\Z")
_CUT = re.compile(r"…|•")
_FIELD_LIMIT: Final = 1000
_NESTED_LIMIT: Final = 12
_OWN: Final = frozenset({"code", "state", "error", "error_description", "error_uri", "iss"})
"""Names whose values are never searched for another URL."""


class Address(Guarded):
    """One reading of the text."""

    base: str
    """Scheme, host and path, or as much of them as was pasted; "" for a query alone."""
    fields: tuple[tuple[str, str], ...]
    """Decoded names and values of query and fragment, in order; they hold the code."""
    is_cut: bool
    """Whether its end, or a part of it, is visibly missing."""
    is_marked: bool
    """Whether "?" or "#" separates base and query; else the base may hold a part of the query."""
    is_sure: bool = True
    """Whether the end of its last value is certain: no other text added, nothing lost."""
    around: tuple[str, ...] = ()
    """Codes and states of the URLs that had this one as a parameter."""
    broken: frozenset[str] = frozenset()
    """Names of the values whose percent-encoding is broken."""

    def first(self, name: str) -> str | None:
        """Return the first value of a name; None if it is missing or empty."""
        return next((value for key, value in self.fields if key == name and value), None)

    def doubled(self, *names: str) -> str | None:
        """Return the first name that occurs twice (RFC 6749 §3.1 forbids it), or None."""
        found = [key for key, _ in self.fields]
        return next((name for name in names if found.count(name) > 1), None)

    @property
    def weight(self) -> int:
        """How much of a response it holds: 0 to 3 of code, state, and error."""
        return sum(self.first(name) is not None for name in ("code", "state", "error"))

    @property
    def is_answer(self) -> bool:
        """Whether it holds a state and a code or an error."""
        return self.first("state") is not None and self.weight > 1


def contradicts(text: str, name: str, values: Sequence[Secret]) -> bool:
    """Whether a text anywhere gives "code" or "state" a value other than these.

    The beginning of a value counts as that value, since the rest may be on the next line. If lines
    were joined, a value with more after it counts too.
    """
    wanted = {form for v in values for form in (v.reveal(), unquote(v.reveal()))}
    layer = residue.unescaped(residue.without_ends(text))
    for _ in range(_LAYERS):
        said = {value.rstrip(CLOSERS) for value in _SAID[name].findall(layer)}
        if not all(any(w.startswith((v, v.rstrip("_~=|/"))) for w in wanted) for v in said):
            return True
        joined = set(_SAID[name].findall(without_margins(layer)))
        if not all(any(w.startswith(v) or v.startswith(w) for w in wanted) for v in joined):
            return True
        layer = residue.visible(unquote(layer))
    return False


def addresses(text: str, *, holding: re.Pattern[str] = _NESTED) -> list[Address]:
    """Return the readings of a visible text: most complete, innermost, and least changed first.

    It is empty if nothing in the text looks like a URL or a query.

    Args:
        holding: what a parameter contains if it is to be read as a URL itself.
    """
    found: list[Address] = []
    layer, is_broken = residue.unescaped(text), residue.is_escaping_unsure(text)
    for _ in range(_LAYERS):
        found += [replace(a, is_sure=False) if is_broken else a for a in _found(layer, holding)]
        # The text is encoded as a whole. It isn't decoded if a response was found already, or its
        # code would be decoded twice.
        if not _ENCODED.search(layer) or any(address.is_answer for address in found):
            break
        layer = _SPLIT.sub("", layer)
        is_broken = is_broken or _BROKEN.search(layer) is not None
        layer = residue.visible(unquote(layer))
        is_broken = is_broken or residue.is_escaping_unsure(layer)
        layer = residue.unescaped(layer)
    return sorted(found, key=lambda address: -address.weight)


def _found(text: str, holding: re.Pattern[str]) -> list[Address]:
    """Return the URLs in a text and in their parameters, the innermost first."""
    levels = [[_address(reading) for reading in dict.fromkeys(_readings(text))]]
    seen: set[str] = set()
    while levels[-1] and len(seen) < _NESTED_LIMIT:
        inner: list[Address] = []
        for outer in levels[-1]:
            for name, value in _nested(outer, holding):
                if value not in seen and len(seen) < _NESTED_LIMIT:
                    seen.add(value)
                    inner += _within(outer, name, value)
        levels.append(inner)
    return [address for level in reversed(levels) for address in level]


def _nested(outer: Address, holding: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a URL's parameters that hold another one."""
    for name, value in outer.fields:
        if name == "u" and outer.base.endswith("/v2/url"):
            # URL Defense writes - instead of %, and _ instead of /.
            value = unquote(value.replace("-", "%").replace("_", "/"))
        if (
            name not in _OWN
            and (found := residue.from_base64(value) or value)
            and holding.search(found)
        ):
            yield name, found


def _within(outer: Address, name: str, value: str) -> list[Address]:
    value = residue.visible(value)
    text, is_unsure = residue.unescaped(value), residue.is_escaping_unsure(value)
    own = tuple(v for name, v in outer.fields if name in ("code", "state"))
    found = []
    for reading in dict.fromkeys(_readings(text)):
        address = _address(reading)
        base = address.base
        if base and "://" not in base and "://" in outer.base:
            base = _joined(outer.base, base)
        is_sure = address.is_sure and name not in outer.broken and not is_unsure
        around = (*outer.around, *own)
        found.append(replace(address, base=base, is_sure=is_sure, around=around))
    return found


def _joined(outer: str, path: str) -> str:
    """Resolve a path against the URL it was a parameter of (RFC 3986 §5)."""
    try:
        return urljoin(outer, path)
    except ValueError:
        return path


def _readings(text: str) -> Iterator[Reading]:
    starts = [match.start() for match in islice(_START.finditer(text), 8)]
    loose = [match.start() for match in islice(_SCHEME.finditer(text), 4)]
    for start in dict.fromkeys([*starts, *_first_answer(text), *loose]):
        end = next((other for other in starts if other > start), len(text))
        # What precedes the outermost of several URLs in one word shows how all of them end.
        outermost = next((f for f in loose if f < start and not _GAP.search(text, f, start)), start)
        yield from readings(text[max(outermost - 200, 0) : outermost], text[start:end])


def _first_answer(text: str) -> Iterator[int]:
    """Yield where the first word with a code, state, or error starts: `GET /…?code=`."""
    for token in _TOKEN.finditer(text):
        if answer := _ANSWER.search(token[0]):
            scheme = _SCHEME.search(token[0], 0, answer.start())
            opened = _OPENED.match(token[0])
            yield token.start() + (scheme.start() if scheme else opened.end() if opened else 0)
            return


def _address(reading: Reading) -> Address:
    text = reading.text
    base, query = text, ""
    if mark := _QUERY_MARK.search(text):
        base, query = text[: mark.start()], text[mark.start() :]
    if "=" in base and "/" not in base:
        base, query = "", text
    head, _, fragment = (query if query.startswith("#") else query.lstrip("?&;")).partition("#")
    parts = _SEPARATOR.split(head, maxsplit=_FIELD_LIMIT)
    parts += re.split(r"[&#?]", fragment, maxsplit=_FIELD_LIMIT)
    raw = [] if len(parts) > _FIELD_LIMIT else [part.partition("=") for part in parts if part]
    named = ((unquote(name.replace("+", " ")).strip(), value) for name, _, value in raw)
    fields = tuple((name, _value(name, value)) for name, value in named)
    return Address(
        base,
        fields,
        _is_cut(text, base, query, fields),
        is_marked=query[:1] in ("?", "#"),
        is_sure=_is_code_sure(raw, is_end_sure=reading.is_sure),
        broken=frozenset(name for name, _, value in raw if _BROKEN.search(value)),
    )


def exact(url: str) -> Address:
    """Return the address of a URL as a browser requested it: only decoded, nothing removed."""
    base, _, query = url.partition("?")
    parts = query.split("&", _FIELD_LIMIT)
    raw = [] if len(parts) > _FIELD_LIMIT else [part.partition("=") for part in parts if part]
    return Address(
        base,
        tuple((_decoded(name), _decoded(value)) for name, _, value in raw),
        is_cut=False,
        is_marked=True,
        broken=frozenset(_decoded(name) for name, _, value in raw if _BROKEN.search(value)),
    )


def _decoded(raw: str) -> str:
    return " ".join(map(unquote, raw.split("+")))


def _is_code_sure(raw: Sequence[tuple[str, str, str]], *, is_end_sure: bool) -> bool:
    """Whether the value can hold only the code, judging by its place in the URL."""
    if any(name == "code" and _SPOILED.search(value) for name, _, value in raw):
        return False
    at = next((i for i in range(len(raw) - 1, -1, -1) if raw[i][1]), None)
    if at is None or raw[at][0] != "code":
        return True
    # What follows without a "=" may be a part of it, after a "#" that doesn't begin a fragment.
    return is_end_sure and at == len(raw) - 1 and _PLAIN.fullmatch(raw[at][2]) is not None


_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SPOILED = re.compile(r"%(?![0-9A-Fa-f]{2})|=[^=]")
"""What no server writes in a value: an incomplete %XX, or a "=" that isn't at its end."""
_PLAIN = re.compile(r"[A-Za-z0-9._~%+/=-]*")
"""A value at the end of a URL, as servers encode it: other characters may be from the text."""


def _value(name: str, raw: str) -> str:
    """Decode a value; for a response, remove what was encoded along with it.

    A + at either end is a space that was sent, not one that was pasted along.
    """
    value = _decoded(raw)
    if name not in ("code", "state", "iss"):
        return value.strip() if name == "error" else value
    if name == "code" and value.isascii() and value.isprintable():
        return value
    value = residue.undamaged(value) if name == "code" else residue.unmarked(value)
    return " " * raw.startswith("+") + value + " " * (len(raw) > 1 and raw.endswith("+"))


def _is_cut(text: str, base: str, query: str, fields: Sequence[tuple[str, str]]) -> bool:
    answer = {key: value for key, value in fields if key in ("code", "state", "error")}
    if _CUT_END.search(text[-3:]) or any(map(_CUT.search, (base, *answer.values()))):
        return True
    # A code may hold three dots, but a state of the wizard's never does.
    if "" in answer.values() or "..." in base or "..." in answer.get("state", ""):
        return True
    last = re.split(r"[?&#]", query)[-1] if query else "="
    is_whole = "state" in answer and ("code" in answer or "error" in answer)
    return not is_whole and any(name.startswith(last) for name in ("code", "state"))
