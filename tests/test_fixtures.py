"""Each part of the product that a fixture changes is used as it is by some test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent

AS_IT_IS: Final = {
    "wizard.api.answers.retry_after": "api/test_users.py::test_retry_after",
    "wizard.api.http.TIMEOUT": "api/test_http.py::test_silent_server_ends_with_the_real_limit",
    "wizard.api.token.PAUSE_SECONDS": "api/test_token.py::test_what_never_left_is_tried_again",
    "wizard.api.token.THROTTLED_PAUSE": (
        "api/test_token.py::test_code_that_was_turned_away_is_sent_again"
    ),
    "wizard.api.users.PAUSES": "api/test_users.py::test_three_tries",
    "wizard.api.users.THROTTLED_PAUSE": "api/test_users.py::test_retry_after",
    "wizard.host.line_reader.SILENCE": (
        "plain/test_scenarios.py::test_wrapped_address_is_one_answer"
    ),
    "wizard.plain.dialogue.QUIET": (
        "plain/test_enter.py::test_url_pasted_while_the_link_is_being_made_is_read"
    ),
    "wizard.plain.link.PASTE_PAUSE": (
        "plain/test_enter.py::test_enter_counts_again_after_the_real_pause"
    ),
    "wizard.store.profiles.SystemKeyring": (
        "terminal/test_keyring.py::test_locked_keyring_is_unlocked_and_r_gives_the_whole_overview"
    ),
    "wizard.ui.dialog.Dialog.answer": (
        "ui/test_enter.py::test_two_enters_in_a_dialog_do_not_reach_the_step_below"
    ),
    "wizard.ui.input_timing.BOUNCE": "ui/test_held_key.py::test_letter_held_down_opens_one_page",
    "wizard.ui.input_timing.FIRST_REPEAT": (
        "ui/test_held_key.py::test_escape_held_down_goes_one_step_back"
    ),
    "wizard.ui.step_screen.StepScreen.leave": (
        "ui/test_enter.py::test_two_enters_in_one_read_leave_one_step"
    ),
}
"""What fixtures change, and for each a test that runs with the product's own."""


def changed_in(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of each part of the product that a fixture of a module sets."""
    origins = {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = map(ast.unparse, function.decorator_list)
        if any(decorator.startswith("pytest.fixture") for decorator in decorators):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".setattr"):
                    yield _target_of(call, origins)


def _target_of(call: ast.Call, origins: dict[str, str]) -> str:
    """Return the full name that a call of setattr changes: of a string, or of an object's part."""
    first, second = call.args[:2]
    if isinstance(first, ast.Constant):
        return str(first.value)
    part = str(second.value) if isinstance(second, ast.Constant) else ast.unparse(second)
    return f"{origins.get(ast.unparse(first), ast.unparse(first))}.{part}"


def test_every_change_by_a_fixture_has_a_test_without_it() -> None:
    found = {
        name
        for path in ROOT.rglob("*.py")
        for name in changed_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {name for name in found if "wizard" in name} == set(AS_IT_IS)


@pytest.mark.parametrize("test", sorted(set(AS_IT_IS.values())))
def test_the_test_that_is_named_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
