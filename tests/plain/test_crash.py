"""An internal error in any plain step is reported by its type and place only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.stage import issued, now, put
from tests.plain.person import Person, run, terminal
from tests.ui.running import ACTIVE, LINKED, TICKED
from tests.ui.test_crash import PLANTED, assert_clean, fail_async, fail_with
from wizard.domain.models import CredentialSet, Profile
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.check.report import Report, Verdict

DUMB = {"TERM": "dumb", "LC_ALL": "C"}
DRAFT = replace(LINKED, client_secret=Secret(PLANTED[0]))


async def typing(person: Person, *lines: str) -> None:
    """Type lines, each once there is a prompt."""
    for line in lines:
        await person.type(line)


def seeded(home: Path, step: Step) -> None:
    """Store what leads to a step."""
    if step in (Step.OVERVIEW, Step.CHECK):
        put(home, Profile(ticks=TICKED, set_up_at=now()), active=ACTIVE)
    elif step is not Step.PREREQUISITES:
        draft: CredentialSet = replace(DRAFT, attempts=(begin(DRAFT, None, now()),))
        draft = replace(draft, client_secret=None) if step is Step.CREDENTIALS else draft
        if step is Step.DONE:
            # The check is the only step left before it.
            draft, step = replace(draft, tokens=issued(hours=1)), Step.CHECK
        put(home, Profile(ticks=TICKED, draft_step=step, draft_saved_at=now()), draft=draft)


async def passing(*_args: object, **_kwargs: object) -> Report:
    """Pass a check without a network."""
    return Report(Verdict.PASSED)


@pytest.mark.parametrize(
    ("step", "place", "lines"),
    [
        (Step.PREREQUISITES, "wizard.flow.session.Session.save_ticks", ("", "yes")),
        (Step.CREDENTIALS, "wizard.flow.credentials.Fields.save_field", ("1", "", PLANTED[0])),
        (Step.AUTHORIZE, "wizard.flow.link.LinkDesk.link", ("1",)),
        (
            Step.REDIRECT,
            "wizard.flow.link.LinkDesk.read",
            ("1", f"https://a.edu?code={PLANTED[1]}"),
        ),
        (Step.CHECK, "wizard.flow.check.runner.CheckRun.run", ("check",)),
        (Step.DONE, "wizard.flow.context.WizardContext.usage", ("1",)),
        (Step.OVERVIEW, "wizard.flow.overview.Overview.about_draft", ()),
    ],
    ids=lambda value: value.name if isinstance(value, Step) else "",
)
def test_fault_in_a_step_is_told_clean(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: Step,
    place: str,
    lines: tuple[str, ...],
) -> None:
    seeded(tmp_path / "home", step)
    is_awaited = step not in (Step.REDIRECT, Step.OVERVIEW, Step.DONE)
    monkeypatch.setattr("wizard.flow.check.runner.CheckRun.run", passing)
    monkeypatch.setattr(place, fail_async if is_awaited else fail_with)
    monkeypatch.setenv("SCIM_WIZARD_LOG", str(tmp_path / "log"))
    with terminal(monkeypatch, DUMB) as person:
        assert run([], lambda: typing(person, *lines), person, is_whole=True) == 6
    assert_clean(person.text)
    assert person.text.isascii()
    told = (tmp_path / "log").read_text(encoding="utf-8")
    assert "PlantedError" in told
    assert not any(planted in told for planted in PLANTED)
