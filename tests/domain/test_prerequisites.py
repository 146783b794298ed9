"""The prerequisites of a setup, and the texts around the steps."""

from __future__ import annotations

import pytest

from wizard.domain import rules
from wizard.domain.steps import STEPS, Step
from wizard.domain.texts.guide import GUIDE
from wizard.domain.texts.prerequisites import (
    AUDIENCES,
    CONSOLE,
    LEGACY_CONSOLE,
    PREREQUISITES,
    audience,
    missing,
    unselected,
)

REQUIRED = [p.id for p in PREREQUISITES if p.is_required]

PANE = 56
"""Columns of the pane that shows the reason."""


def test_seven_things_are_asked_for_and_all_but_one_are_required() -> None:
    ids = [p.id for p in PREREQUISITES]
    assert len(set(ids)) == len(ids) == 7
    assert set(ids) - set(REQUIRED) == {"service-account"}


def test_required_ones_are_missing_until_they_are_ticked() -> None:
    assert [p.id for p in missing(())] == REQUIRED
    assert [p.id for p in missing(["service-account", "no-longer-known"])] == REQUIRED
    assert [p.id for p in missing(REQUIRED[1:])] == REQUIRED[:1]
    assert missing(REQUIRED) == ()


def test_each_fits_its_line_and_its_reason_the_pane() -> None:
    for prerequisite in PREREQUISITES:
        assert len(prerequisite.text) + len(prerequisite.aside) <= PANE - 4
        assert prerequisite.why.endswith(".")
        assert len(prerequisite.why) <= 3 * PANE - PANE // 3, prerequisite.id


def test_both_consoles_are_twilios() -> None:
    for url in (CONSOLE, LEGACY_CONSOLE):
        parts = rules.split(url)
        assert parts is not None
        assert parts.scheme == "https"
        assert rules.is_twilio_host(parts.hostname or "")


def test_each_step_has_a_page_with_help() -> None:
    assert set(GUIDE) == {Step.OVERVIEW, *STEPS}
    for step, page in GUIDE.items():
        assert page.heading
        assert page.help, step
        assert len(page.intro) <= 2 * 60, step


def test_each_audience_is_found_by_its_id() -> None:
    assert [a.id for a in AUDIENCES] == ["script", "okta", "entra", "other"]
    assert [audience(a.id) for a in AUDIENCES] == list(AUDIENCES)
    assert audience(None) is audience("nobody") is None


def test_lines_of_what_differs_fit_as_they_are_broken() -> None:
    assert all(len(line) <= 76 for a in AUDIENCES for t in a.text for line in t.split("\n")[1:])


def test_count_of_unselected_items_is_told_in_the_singular_and_plural() -> None:
    assert unselected(PREREQUISITES[:1]) == "1 required item isn't selected."
    assert unselected(PREREQUISITES[:2]) == "2 required items aren't selected."


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("email domain", {"prerequisites", "script", "okta", "entra", "other"}),
        ("second factor", {"service-account", "prerequisites", "authorize"}),
        ("domain doesn't enforce SSO", {"no-sso", "authorize"}),
        ("Monitor > Insights > Audit", {"overview", "check"}),
        ("Organization API access", {step.value for step in GUIDE}),
        ("Got it!", {"prerequisites"}),
    ],
)
def test_what_is_easily_missed_in_twilio_is_said_where_it_helps(
    words: str, places: set[str]
) -> None:
    said = {step.value: " ".join(page.help) for step, page in GUIDE.items()}
    said |= {each.id: each.why for each in PREREQUISITES}
    said |= {each.id: " ".join(each.text) for each in AUDIENCES}
    assert {place for place, text in said.items() if words in text} >= places
