"""The words of a problem where it is shown: in a command, beside a keyring, on Overview."""

from __future__ import annotations

import pytest

from wizard.domain.errors import consent, exchange, local, network, scim, store
from wizard.domain.problems import Problem
from wizard.domain.texts import wording

UNLOCK = "Unlock it, then press Enter. Or press F7 to use a file instead."
ABSENT = f"{store.KEYRING_ABSENT.remedy} Or press F7 to use a file instead."
READ_FIRST = "The secrets in it must be read before they can be saved in files."


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [
        (exchange.CODE_USED, 'open the wizard and choose "Authorize again".'),
        (exchange.REDIRECT_MISMATCH, 'open the wizard and choose "Change credentials".'),
        (scim.NOT_SCIM, 'To go to Credentials, open the wizard and choose "Change credentials".'),
        (exchange.WRONG_CLIENT, exchange.SECRET_REJECTED_LATER.remedy),
        (exchange.WRONG_GRANT, exchange.WRONG_GRANT_LATER.remedy),
    ],
)
def test_command_names_what_to_choose_in_the_wizard(problem: Problem, remedy: str) -> None:
    told = wording.in_command(problem)
    assert told.remedy.endswith(remedy)
    assert told.run == ()


@pytest.mark.parametrize("problem", [local.NOT_SET_UP, store.SECRETS_DAMAGED, network.NO_DNS])
def test_command_leaves_a_remedy_that_needs_no_step(problem: Problem) -> None:
    assert wording.in_command(problem) == problem


def test_problem_of_a_profile_that_is_being_removed_asks_for_nothing() -> None:
    told = wording.while_removing(store.FILE_DAMAGED)
    assert told.run is None
    assert "also removes this file" in told.remedy


@pytest.mark.parametrize(
    ("problem", "is_chosen", "remedy"),
    [
        (store.KEYRING_LOCKED, False, UNLOCK),
        (store.KEYRING_ABSENT, False, ABSENT),
        (store.KEYRING_LOCKED, True, f"Unlock it, then press F7 again. {READ_FIRST}"),
        (store.KEYRING_FAILED, True, f"Fix the keyring first. {READ_FIRST}"),
        (store.DISK_FULL, False, store.DISK_FULL.remedy),
    ],
)
def test_files_are_offered_where_they_help(problem: Problem, is_chosen: bool, remedy: str) -> None:
    assert wording.or_files(problem, "press F7", is_chosen=is_chosen).remedy == remedy


def test_overview_offers_to_read_again_once_a_keyring_is_unlocked() -> None:
    assert wording.or_retry(store.KEYRING_HANGS, "press r").remedy == "Unlock it, then press r."
    assert wording.or_retry(store.SECRETS_MISSING, "press r") == store.SECRETS_MISSING


def test_overview_names_both_remedies_of_a_rejected_secret() -> None:
    told = wording.of_saved(exchange.WRONG_CLIENT)
    assert told.remedy == exchange.SECRET_REJECTED_LATER.remedy
    assert wording.of_saved(exchange.CODE_USED) == exchange.CODE_USED


@pytest.mark.parametrize(
    "problem",
    [
        consent.ACCESS_DENIED,
        exchange.CODE_EXPIRED,
        exchange.WRONG_CLIENT,
        exchange.WRONG_GRANT,
        scim.MISSING_PERMISSION,
        scim.SCIM_FAILING,
        scim.NOT_SCIM,
    ],
    ids=lambda problem: problem.id,
)
def test_each_failure_of_the_demo_says_what_helps_there(problem: Problem) -> None:
    assert wording.in_demo(problem).in_demo.startswith("In this demo, ")
    assert not problem.in_demo
