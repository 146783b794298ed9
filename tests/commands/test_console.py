"""What a command prints about a problem: the profile, the remedy, and the command to run."""

from __future__ import annotations

import pytest

from wizard.console import print_error, what_to_do
from wizard.domain.errors.exchange import NOT_OAUTH, REFRESH_REFUSED, WRONG_CLIENT
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.errors.store import FILE_NOT_OURS, SECRETS_MISSING
from wizard.domain.problems import Problem

WHERE = "/home/Run scim-wizard/This profile"


def test_words_from_outside_are_never_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder may have the same name as the program."""
    problem = FILE_NOT_OURS.filled(path=WHERE, owner="root", user="jdoe", keeper="root")
    print_error(problem, "acme")
    words = capsys.readouterr().err
    assert words.count(WHERE) == 1
    assert "acme" not in words.replace("Profile acme: ", "")


@pytest.mark.parametrize("profile", ["default", "acme"])
def test_the_profile_is_always_named(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_error(NOT_SET_UP, profile)
    assert capsys.readouterr().err.startswith(f"Profile {profile}: {NOT_SET_UP.title}.\n")


@pytest.mark.parametrize(
    ("problem", "choice", "arguments"),
    [
        (NOT_SET_UP, "", ""),
        (SECRETS_MISSING, "", " forget"),
        (REFRESH_REFUSED, '"Authorize again"', ""),
        (WRONG_CLIENT, '"Change credentials"', ""),
        (NOT_OAUTH, 'To go to Credentials, open the wizard and choose "Change credentials".', ""),
    ],
)
def test_a_remedy_ends_with_the_command_for_this_profile(
    problem: Problem, choice: str, arguments: str
) -> None:
    remedy, introduction, command = what_to_do(problem, "acme")
    assert choice in remedy
    assert "scim-wizard" not in remedy
    assert introduction == "Run:"
    assert command.endswith(f" --profile acme{arguments}")


def test_what_no_command_helps_with_names_none() -> None:
    problem = Problem("made-up", "Made up", "A test.", "Wait.")
    assert what_to_do(problem, "acme") == ("Wait.",)
