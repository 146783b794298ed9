"""Known secrets are hidden, whole and in part, in every spelling, in linear time."""

from __future__ import annotations

import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from wizard.domain.secret import LONGEST, hide

SECRET = "s3cret+of/the=app?" + "0123456789abcdefghijKLMNOPQRSTU" + '&"<ü>'


@pytest.mark.parametrize("length", [12, 13, 20, 39])
@pytest.mark.parametrize("start", [0, 7, 15])
def test_every_part_of_twelve_characters_is_hidden(start: int, length: int) -> None:
    part = SECRET[start : start + length]
    assert hide(f"you sent {part}!", [SECRET]) == "you sent •••!"


def test_eleven_characters_stay_or_any_word_might_go() -> None:
    assert hide(f"<{SECRET[20:31]}>", [SECRET]) == f"<{SECRET[20:31]}>"


@pytest.mark.parametrize(
    "spell",
    [
        str,
        lambda text: text.upper().replace("Ü", "ü"),
        str.lower,
        quote_plus,
        lambda text: quote(text, safe=""),
        lambda text: quote_plus(text).lower(),
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
        html.escape,
        lambda text: repr(text)[1:-1],
        lambda text: repr(text.encode())[2:-1],
    ],
)
def test_secret_is_hidden_however_it_is_spelled(spell: object) -> None:
    assert callable(spell)
    spelled = spell(SECRET)
    assert hide(f"({spelled})", [SECRET]) == "(•••)"
    assert hide(f"({spelled[:14]} {spelled[-14:]})", [SECRET]) == "(••• •••)"


def test_short_secret_is_hidden_only_as_a_whole() -> None:
    assert hide("hunter2 hunter hunter22", ["hunter2"]) == "••• hunter •••2"
    assert hide("the app", ["app", "e"]) == "the app"


def test_secrets_that_touch_or_overlap_leave_nothing_between_them() -> None:
    longer = "planted-secret-of-one"
    assert hide(f"<{longer}{longer}>", ["planted-", longer]) == "<•••>"
    assert hide("planted-secret-of-two", [longer]) == "•••two"


def test_surrogates_hide_like_any_character() -> None:
    assert hide("\ud800 planted\ud800-secret", ["planted\ud800-secret"]) == "\ud800 •••"


@pytest.mark.parametrize("text", ["a" * 65_536, "0123456789ab" * 5500, "\u0130" * 65_536])
def test_long_texts_and_long_secrets_take_little_time(text: str) -> None:
    began = time.process_time()
    hide(text, [SECRET, "a" * 2 * LONGEST, "0123456789abc" * 5000])
    assert time.process_time() - began < 0.5
