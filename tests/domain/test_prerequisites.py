"""The prerequisites of a setup, and the texts around the steps."""

from __future__ import annotations

import pytest

from wizard.domain import rules
from wizard.domain.models import GrantType
from wizard.domain.steps import STEPS, Step
from wizard.domain.texts.guide import APPS_PAGE, GUIDE, page
from wizard.domain.texts.overview import help_page
from wizard.domain.texts.prerequisites import (
    AUDIENCES,
    CONSOLE,
    FOR_CLIENT_CREDENTIALS,
    LEGACY_CONSOLE,
    PREREQUISITES,
    USES,
    audience,
    missing,
    selected,
    unselected,
    use,
)
from wizard.domain.texts.questions import COSTS, RISK

REQUIRED = [p.id for p in PREREQUISITES if p.is_required]

PANE = 56
"""Columns of the pane that shows the reason."""


def test_seven_things_are_asked_for_and_all_but_one_are_required() -> None:
    ids = [p.id for p in PREREQUISITES]
    assert len(set(ids)) == len(ids) == 7
    assert set(ids) - set(REQUIRED) == {"service-account"}


def test_client_credentials_need_four_things_of_which_only_the_role_is_shared() -> None:
    ids = [p.id for p in FOR_CLIENT_CREDENTIALS]
    assert len(set(ids)) == len(ids) == 4
    assert all(p.is_required for p in FOR_CLIENT_CREDENTIALS)
    # What is true of one app isn't true of the other app that another grant type needs.
    assert set(ids) & {p.id for p in PREREQUISITES} == {"admin"}


def test_required_ones_are_missing_until_they_are_ticked() -> None:
    assert [p.id for p in missing(PREREQUISITES, ())] == REQUIRED
    ticks = ["service-account", "no-longer-known"]
    assert [p.id for p in missing(PREREQUISITES, ticks)] == REQUIRED
    assert [p.id for p in missing(PREREQUISITES, REQUIRED[1:])] == REQUIRED[:1]
    assert missing(PREREQUISITES, REQUIRED) == ()


def test_ticks_of_another_grant_type_are_not_counted() -> None:
    assert selected(FOR_CLIENT_CREDENTIALS, [p.id for p in PREREQUISITES]) == "1 of 4 selected"


def test_each_fits_its_line_and_its_reason_the_pane() -> None:
    for prerequisite in (item for each in USES for item in each.items):
        assert len(prerequisite.text) + len(prerequisite.aside) <= PANE - 4
        assert prerequisite.why.endswith(".")
        assert len(prerequisite.why) <= 3 * PANE - PANE // 3, prerequisite.id


def test_what_a_choice_means_fits_the_pane() -> None:
    for words in (*COSTS.values(), *(each.brief for each in AUDIENCES)):
        assert len(words) <= 3 * PANE - PANE // 3, words
    assert all(len(line) <= PANE for line in RISK)


def test_reason_of_the_redirect_url_and_the_permissions_follows_the_audience() -> None:
    reasons = {(each.audience.id, item.id): item.why for each in USES for item in each.items}
    assert "Okta's callback" in reasons["okta", "redirect-url"]
    assert "own callback" in reasons["other", "redirect-url"]
    assert "Any https URL" in reasons["script", "redirect-url"]
    assert "all five" in reasons["entra", "client-credentials-permissions"]


def test_audience_that_cannot_use_a_grant_type_gets_its_own() -> None:
    code, own = GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS
    assert use("entra", code).grant_type is own
    assert use("okta", own).grant_type is code
    for both in ("script", "other"):
        assert [use(both, grant).grant_type for grant in (code, own)] == [code, own]
    assert use(None, code) == use("script", code) == USES[0]


def test_each_use_has_help_of_its_own() -> None:
    assert len({each.help for each in USES}) == len(USES) == 6
    assert all(len(each.audience.requires) <= 20 for each in USES)


def test_both_consoles_are_twilios() -> None:
    for url in (CONSOLE, LEGACY_CONSOLE):
        parts = rules.split(url)
        assert parts is not None
        assert parts.scheme == "https"
        assert rules.is_twilio_host(parts.hostname or "")


def test_each_step_has_a_page_with_help() -> None:
    assert set(GUIDE) == {Step.OVERVIEW, *STEPS}
    for step, texts in GUIDE.items():
        assert texts.heading
        assert texts.help, step
        assert len(texts.intro) <= 2 * 60, step


def test_grant_type_has_its_own_pages_for_its_own_steps() -> None:
    grant_type = GrantType.CLIENT_CREDENTIALS
    pages = [help_page(grant_type, ("check", "rotate", "change"))]
    pages += [page(step, grant_type) for step in grant_type.steps]
    for each_page in pages:
        words = " ".join(each_page.help)
        assert APPS_PAGE in words
        assert not [each for each in ("Approve access", "Authorize again") if each in words]
        assert "{" not in each_page.intro
        assert len(each_page.intro) <= 2 * 60, each_page.heading
    assert page(Step.CREDENTIALS, GrantType.AUTHORIZATION_CODE) is GUIDE[Step.CREDENTIALS]


def test_each_audience_is_found_by_its_id() -> None:
    assert [a.id for a in AUDIENCES] == ["script", "okta", "entra", "other"]
    assert [audience(a.id) for a in AUDIENCES] == list(AUDIENCES)
    assert audience(None) is audience("nobody") is None


def test_lines_of_what_differs_fit_as_they_are_broken() -> None:
    texts = (text for each in USES for text in each.audience.text[each.grant_type])
    assert all(len(line) <= 76 for text in texts for line in text.split("\n")[1:])


def test_count_of_unselected_items_is_told_in_the_singular_and_plural() -> None:
    assert unselected(PREREQUISITES[:1]) == "1 required item isn't selected."
    assert unselected(PREREQUISITES[:2]) == "2 required items aren't selected."


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("email domain", {"prerequisites", "script", "okta", "entra", "other"}),
        ("second factor", {"service-account", "prerequisites", "authorize"}),
        ("domain doesn't enforce SSO", {"no-sso", "authorize"}),
        ("the Client credentials grant type", {"authorize"}),
        ("doesn't send you to your Redirect URL", {"redirect"}),
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
    said |= {each.audience.id: each.help for each in USES}
    assert {place for place, text in said.items() if words in text} >= places
