"""Entries of the error catalog sanitize all text from outside."""

from __future__ import annotations

import pytest

from wizard.domain.problems import ExitCode, Problem, SetupError, Who
from wizard.domain.steps import Step
from wizard.domain.text import DETAIL_LIMIT
from wizard.domain.value import replace

PROBLEM = Problem(
    id="port-taken",
    title="Port {port} is taken",
    cause="{program} listens there.",
    remedy="Stop {program}, or paste the address.",
    who=Who.OWNER,
    step=Step.REDIRECT,
    exit_code=ExitCode.MACHINE,
)


def test_filled_replaces_names_and_keeps_the_rest() -> None:
    told = PROBLEM.filled(port="8765", program="nginx")
    assert told.title == "Port 8765 is taken"
    assert told.cause == "nginx listens there."
    assert told.remedy == "Stop nginx, or paste the address."
    assert (told.id, told.who, told.step) == (PROBLEM.id, PROBLEM.who, PROBLEM.step)
    assert told.exit_code is ExitCode.MACHINE
    assert PROBLEM.title == "Port {port} is taken"


def test_filled_sanitizes_and_does_not_fill_in_twice() -> None:
    told = PROBLEM.filled(port="\x1b[2J{program}\n9", program="a{port}\u202e" + "x" * 999)
    assert told.title == "Port [2J{program} 9 is taken"
    assert told.cause.startswith("a{port} xxx")
    assert len(told.cause) <= DETAIL_LIMIT + len(" listens there.")


def test_filled_needs_every_name() -> None:
    with pytest.raises(KeyError):
        PROBLEM.filled(port="1")


def test_with_detail_adds_sanitized_lines_and_drops_empty_ones() -> None:
    told = PROBLEM.with_detail("HTTP 401\r\n", "", "\x1b]0;x\x07" + "y" * 999).with_detail("last")
    assert told.detail[0] == "HTTP 401"
    assert told.detail[1].startswith("]0;x yyy")
    assert len(told.detail[1]) == DETAIL_LIMIT
    assert told.detail[2:] == ("last",)
    assert PROBLEM.detail == ()


def test_setup_error_carries_the_problem_and_shows_its_id_only() -> None:
    error = SetupError(PROBLEM.with_detail("what a server said"))
    assert error.problem.detail == ("what a server said",)
    assert str(error) == "port-taken"
    assert not error.is_unsent
    assert SetupError(PROBLEM, is_unsent=True).is_unsent


def test_sign_distinguishes_a_warning() -> None:
    assert PROBLEM.sign == "✗"
    assert replace(PROBLEM, is_warning=True).sign == "!"
