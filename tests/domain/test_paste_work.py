"""The work that a paste causes: none above the size limit, and at most linear below it."""

from __future__ import annotations

import re
from cProfile import Profile
from importlib import import_module
from types import ModuleType
from typing import Final

import pytest

from tests.domain.test_authorization_response import ATTEMPT, FORGED, GOOD, NOW, SECRET
from wizard.domain.errors import paste as book
from wizard.domain.oauth import (
    authorization_response,
    pasted_response,
    pasted_urls,
    redirect_uri,
    residue,
    wrapped_lines,
)
from wizard.domain.oauth.authorization_response import Refused, mask
from wizard.domain.oauth.pasted_response import PASTE_LIMIT, read
from wizard.domain.secret import Secret

SHAPES: Final = (
    "?",
    "&",
    "a=1&",
    "&amp;",
    "%25",
    "%3d&",
    "<",
    '"',
    "\\",
    "\\u0026",
    "a ",
    "a\n",
    "> a\n",
    "\u200b",
    "\x1b[",
    "\x1b]8;;",
    "(code=[",
    "code=a\n",
    "&state=",
    "eyJ",
    "http://",
    "0~https://",
    "=3D=\n",
    "&#x41;",
    "https://urldefense.com/v3/__",
    "__;!",
    "%2525",
    "a?code=%3Fcode%3D",
    "next=%2Fcb%3Fcode%3D1&",
    "|  |\n",
    "%  ",
    "1~ ",
    "https://x.test/?code=a ",
    f"{GOOD} ",
    f"{FORGED}\n",
)
MODULES: Final = (
    pasted_response,
    redirect_uri,
    pasted_response,
    authorization_response,
    residue,
    pasted_urls,
    wrapped_lines,
)


def _calls(pasted: str) -> int:
    """Return how many function calls it takes to read and mask a text, built-in ones included."""
    # A function of our own for sys.setprofile would take longer than the calls that it counts.
    with Profile() as profile:
        read(pasted, [ATTEMPT] * 5, NOW, [Secret(SECRET)])
        mask(pasted)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("before", ["", f"{GOOD} ", f"{GOOD}&x=", "code="])
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_twice_the_junk_is_twice_the_work_at_most(shape: str, before: str) -> None:
    half, whole = (before + shape * (size // len(shape)) for size in (4_000, 8_000))
    assert _calls(whole) < 2.5 * _calls(half)


def test_beyond_the_limit_nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_at(text: str) -> str:
        raise AssertionError("it was looked at")

    monkeypatch.setattr(pasted_response, "visible", looked_at)
    for pasted in (GOOD + "x" * PASTE_LIMIT, "?" * (PASTE_LIMIT + 1), GOOD * 50_000):
        assert read(pasted, [ATTEMPT], NOW) == Refused(book.TOO_LONG)


def _patterns(module: ModuleType) -> list[re.Pattern[str]]:
    held = [v for value in vars(module).values() for v in _each(value)]
    return [value for value in held if isinstance(value, re.Pattern)]


def _each(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _has_nested_repeat(tree: object, is_repeated: bool = False) -> bool:
    """Whether an unbounded repeat contains another one, which makes a pattern explode."""
    if isinstance(tree, (list, tuple)):
        if len(tree) == 2 and str(tree[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, inner = tree[1]
            is_endless = str(most) == "MAXREPEAT"
            nested = is_repeated and is_endless
            return nested or _has_nested_repeat(list(inner), is_repeated or is_endless)
        return any(_has_nested_repeat(part, is_repeated) for part in tree)
    # A parsed group keeps its parts there.
    return _has_nested_repeat(getattr(tree, "data", None), is_repeated) if tree else False


def test_no_pattern_repeats_a_repeat() -> None:
    parse = import_module("re._parser").parse
    assert _has_nested_repeat(list(parse("(?:a+b?)*c")))
    patterns = [pattern for module in MODULES for pattern in _patterns(module)]
    assert len(patterns) > 10
    assert [p.pattern for p in patterns if _has_nested_repeat(list(parse(p.pattern)))] == []
