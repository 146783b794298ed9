"""Where a pasted response leads, from each of the two steps that accept one."""

from __future__ import annotations

import pytest

from tests.ui.desk import ATTEMPT, CODE
from wizard.domain.errors import consent, paste
from wizard.domain.oauth.authorization_response import BareCode, Received, Refused
from wizard.domain.oauth.redirect_uri import Comparison
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.flow.link import Ask, Fix, Go, after_paste, with_new_link
from wizard.flow.state import CodeReceived, GoTo

AUTHORIZE, REDIRECT, CREDENTIALS = Step.AUTHORIZE, Step.REDIRECT, Step.CREDENTIALS


@pytest.mark.parametrize("step", [AUTHORIZE, REDIRECT])
def test_code_is_redeemed_and_one_without_state_is_asked_about(step: Step) -> None:
    received, bare = Received(Secret(CODE), ATTEMPT), BareCode(Secret(CODE), ATTEMPT)
    assert after_paste(received, step) == Go(CodeReceived(received))
    assert after_paste(bare, step) == Ask(CodeReceived(bare))


@pytest.mark.parametrize(
    ("problem", "step", "to", "makes_link"),
    [
        (paste.CUT_OFF, REDIRECT, None, False),
        (paste.CUT_OFF, AUTHORIZE, None, False),
        (paste.LINK_EXPIRED, REDIRECT, AUTHORIZE, False),
        (paste.LINK_EXPIRED, AUTHORIZE, None, True),
        (paste.LINK_USED, AUTHORIZE, None, True),
        (consent.ACCESS_DENIED, REDIRECT, AUTHORIZE, False),
        (consent.ACCESS_DENIED, AUTHORIZE, None, True),
        (consent.INVALID_CLIENT, REDIRECT, CREDENTIALS, False),
        (consent.INVALID_CLIENT, AUTHORIZE, CREDENTIALS, True),
        (paste.OTHER_ADDRESS, REDIRECT, CREDENTIALS, False),
        (paste.OTHER_ADDRESS, AUTHORIZE, CREDENTIALS, False),
    ],
)
def test_refused_response_leads_to_where_it_is_fixed(
    problem: Problem, step: Step, to: Step | None, makes_link: bool
) -> None:
    comparison = Comparison("https://a.test", "https://b.test", 8)
    fix = after_paste(Refused(problem, comparison), step)
    assert isinstance(fix, Fix)
    assert fix.comparison == comparison
    assert fix.outcome == (GoTo(to, problem, comparison) if to else None)
    assert (fix.needs_link, fix.makes_link) == (to is AUTHORIZE, makes_link)
    assert fix.problem.step == (to and problem.step)


def test_authorize_does_not_ask_for_the_link_that_it_has_made() -> None:
    fix = after_paste(Refused(consent.ACCESS_DENIED), AUTHORIZE)
    assert isinstance(fix, Fix)
    assert fix.problem.remedy.startswith("Open the new link on this step,")
    assert fix.problem.step is None


@pytest.mark.parametrize(
    ("problem", "label", "does"),
    [
        (paste.LINK_USED, "Create a new link ›", "create a new link"),
        (paste.OTHER_ADDRESS, "Go to Credentials", "go to Credentials"),
    ],
)
def test_each_fix_says_what_enter_does(problem: Problem, label: str, does: str) -> None:
    fix = after_paste(Refused(problem), REDIRECT)
    assert isinstance(fix, Fix)
    assert (fix.label, fix.does) == (label, does)


def test_new_link_leads_to_authorize_which_repeats_the_problem() -> None:
    fix = after_paste(Refused(paste.OTHER_ADDRESS), REDIRECT)
    assert isinstance(fix, Fix)
    assert with_new_link(fix) == GoTo(AUTHORIZE, paste.OTHER_ADDRESS)
    assert with_new_link(None) == GoTo(AUTHORIZE)
    assert with_new_link(Fix(paste.CUT_OFF)) == GoTo(AUTHORIZE)
