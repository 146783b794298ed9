"""Text from outside becomes one harmless line, and generated phrases are correct."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import system
from wizard.domain.text import (
    DETAIL_LIMIT,
    ago,
    counted_users,
    day,
    iso,
    misfit,
    moment,
    one_line,
    short_id,
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("Invalid credentials", "Invalid credentials"),
        ("Zugriff für Jürgen: 拒否", "Zugriff für Jürgen: 拒否"),
        ("\x1b[2J\x1b]0;title\x07gone", "[2J ]0;title gone"),
        ("\x9b31mred", "31mred"),
        ("abc\u202egpj.exe\u2066", "abc gpj.exe"),
        ("zero\u200bwidth\ufeff", "zero width"),
        ("one\r\n\ttwo\u2028three", "one two three"),
        ("\ud800lone\udfff", "lone"),
        ("\ue000private", "private"),
        ("a \u00a0 b", "a b"),
        ("[b]not markup[/b]", "[b]not markup[/b]"),
        ("x" * DETAIL_LIMIT, "x" * DETAIL_LIMIT),
        ("x" * (DETAIL_LIMIT + 1), "x" * (DETAIL_LIMIT - 1) + "…"),
    ],
)
def test_plain(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Expected `datetime | null`, got `int` - at `$.expires_at`", "expires_at isn't valid"),
        ("Expected `str`, got `int` - at `$.ticks[0]`", "ticks[0] isn't valid"),
        ("Object missing required field `version`", "version is missing"),
        (
            "Object missing required field `status` - at `$.last_check`",
            "last_check.status is missing",
        ),
        ("Expected `object`, got `array`", "unexpected JSON"),
        ("Input data was truncated", "not valid JSON in UTF-8, or cut off"),
        (
            "'utf-8' codec can't decode byte 0xff in position 0",
            "not valid JSON in UTF-8, or cut off",
        ),
    ],
)
def test_misfit_names_the_field_and_no_type(said: str, words: str) -> None:
    assert misfit(said) == words


def test_plain_cuts_megabytes_and_says_so() -> None:
    assert one_line("x" * 5_000_000) == "x" * (DETAIL_LIMIT - 1) + "…"
    assert one_line("\x1b" * 5_000_000) == "…"


def test_plain_keeps_to_a_given_limit() -> None:
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"


@given(st.text(st.characters(), max_size=2000), st.integers(1, 300))
def test_plain_is_one_harmless_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert not any(unicodedata.category(c)[0] == "C" or c in "\n\r\u2028" for c in line)
    line.encode("utf-8")


def test_iso_is_utc_to_the_second() -> None:
    assert iso(datetime(2026, 11, 23, 14, 2, 0, 999, tzinfo=UTC)) == "2026-11-23T14:02:00Z"


@pytest.mark.parametrize(
    ("client_id", "short"),
    [
        ("OQ0123456789abcdef0123456789abcdef", "OQ0123…cdef"),
        ("OQ0123456789", "OQ0123456789"),
        ("", ""),
    ],
)
def test_short_id(client_id: str, short: str) -> None:
    assert short_id(client_id) == short


@pytest.mark.parametrize(
    ("total", "words"),
    [(0, "0 users"), (1, "1 user"), (20_000, "20,000 users"), (None, "too many to count")],
)
def test_counted_users(total: int | None, words: str) -> None:
    assert counted_users(total) == words


def test_day_and_moment_are_local() -> None:
    at = datetime(2026, 11, 3, 14, 2).astimezone().astimezone(UTC)
    assert day(at) == "Nov 3, 2026"
    assert moment(at).startswith("Nov 3, 2026, 14:02 UTC")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC0", "Nov 3, 2026, 14:02 UTC"),
        ("XXX-1", "Nov 3, 2026, 15:02 UTC+1"),
        ("XXX-5:45", "Nov 3, 2026, 19:47 UTC+5:45"),
        ("XXX+3:30", "Nov 3, 2026, 10:32 UTC-3:30"),
    ],
)
def test_moment_has_its_zone(zone: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    system.read_time_zone()
    try:
        assert moment(datetime(2026, 11, 3, 14, 2, tzinfo=UTC)) == told
    finally:
        monkeypatch.undo()
        system.read_time_zone()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3_599, "59 minutes ago"),
        (7_200, "2 hours ago"),
        (86_400, "1 day ago"),
        (400 * 86_400, "1 year ago"),
    ],
)
def test_age_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    now = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
    assert ago(now - timedelta(seconds=seconds), now) == words
