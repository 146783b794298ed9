"""The closing message of a wizard: its profile, and the command that resumes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.stage import saved_step
from tests.fakes import NOW, World, tokens
from tests.flow.stage import COMPLETE
from tests.system import full_disk
from wizard.domain.errors.store import KEYRING_LOCKED
from wizard.domain.models import CheckStatus, CredentialSet, Endpoints, LastCheck
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.steps import Step
from wizard.domain.text import Command, Program
from wizard.domain.value import replace
from wizard.flow.context import WizardContext
from wizard.flow.session import Session
from wizard.flow.state import Back, WizardState
from wizard.store.profiles import LocalProfileStore

PROGRAM = Program(options=("--ca-file", "/etc/ca.pem"))


def wizard_context(
    home: Path, initial: CredentialSet = COMPLETE, program: Program = PROGRAM
) -> WizardContext:
    world = World(LocalProfileStore(home))
    session = Session("bravo", world.store, world.clock, initial)
    session.open()
    return WizardContext(session, world.services, program=program)


async def draft(wizard_context: WizardContext) -> None:
    await wizard_context.session.save_draft(COMPLETE)


async def unsaved(wizard_context: WizardContext) -> None:
    with full_disk(), pytest.raises(SetupError):
        await wizard_context.session.save_draft(COMPLETE)


async def unreadable(wizard_context: WizardContext) -> None:
    await draft(wizard_context)
    [secret] = (wizard_context.services.store._folders[1].path).glob("*.json")  # type: ignore[attr-defined]
    secret.write_text("{", encoding="utf-8")
    wizard_context.session.open()


async def nothing(wizard_context: WizardContext) -> None:
    pass


@pytest.mark.parametrize("left", [draft, unsaved, unreadable, nothing])
async def test_farewell_names_the_profile_and_the_command_that_resumes_it(
    left: object, tmp_path: Path
) -> None:
    stopped = wizard_context(tmp_path)
    await left(stopped)  # type: ignore[operator]
    stopped.reached = Step.CREDENTIALS
    words, command = stopped.farewell()
    assert words.startswith("Profile bravo: ")
    assert command == Command("scim-wizard --profile bravo --ca-file /etc/ca.pem")


async def test_farewell_gives_the_endpoints_that_are_saved_nowhere_yet(tmp_path: Path) -> None:
    """Without them, the setup would continue with Twilio's endpoints."""
    url = "https://oauth.example.edu/token"
    initial = CredentialSet(endpoints=replace(Endpoints(), token_url=url))
    stopped = wizard_context(tmp_path, initial, Program())
    resume = "scim-wizard --profile bravo"
    stopped.reached = Step.PREREQUISITES
    assert stopped.farewell()[-1] == f"{resume} --token-url {url}"
    await stopped.session.save_draft(replace(initial, client_id=COMPLETE.client_id))
    stopped.reached = Step.CREDENTIALS
    assert stopped.farewell()[-1] == resume


async def test_folder_that_others_can_read_is_not_called_private(tmp_path: Path) -> None:
    """Done and Overview agree with `status`."""
    done = wizard_context(tmp_path)
    await done.session.save_draft(replace(COMPLETE, tokens=tokens("1")))
    await done.session.swap(LastCheck(CheckStatus.PASSED, NOW), None)
    assert dict(done.facts())["Secret"] == "saved in files only you can read"
    [folder, _] = done.services.store._folders  # type: ignore[attr-defined]
    # PrivateFolder finds this on a file system that ignores modes.
    folder.is_open = True
    assert dict(done.facts())["Secret"] == "saved in files that other users may be able to read"


@pytest.mark.parametrize("is_damaged", [False, True])
async def test_going_back_removes_what_is_empty_and_nothing_else(
    is_damaged: bool, tmp_path: Path
) -> None:
    """A record that was set aside may point to the only copy of a secret."""
    kept = tmp_path / "profiles" / "bravo.json.damaged-1"
    new = wizard_context(tmp_path)
    await new.session.save_ticks(("admin",))
    if is_damaged:
        kept.write_text("{", encoding="utf-8")
    new.came_from = "acme"
    state = await new.follow(WizardState(Step.PREREQUISITES), Back())
    assert (state.has_left, new.next_profile) == (True, "acme")
    assert new.services.store.names() == (["bravo"] if is_damaged else [])
    assert kept.exists() is is_damaged


async def test_going_back_keeps_a_draft(tmp_path: Path) -> None:
    begun = wizard_context(tmp_path)
    await begun.session.save_draft(COMPLETE)
    begun.came_from = "acme"
    await begun.return_to_previous()
    assert begun.services.store.names() == ["bravo"]


async def test_farewell_names_the_profile_that_was_removed_or_set_up(tmp_path: Path) -> None:
    done = wizard_context(tmp_path)
    with done.services.store.locked("bravo") as held:
        held.save(done.session.profile, active=replace(COMPLETE, tokens=tokens()))
    done.session.open()
    done.reached = Step.DONE
    assert done.farewell()[0].startswith("Profile bravo: ")
    done.last_words = ("Nothing changed in Twilio.",)
    done.reached = Step.OVERVIEW
    assert "Profile bravo" in done.farewell()[0]


async def test_step_is_shown_while_its_note_is_written_and_closing_waits_for_it(
    tmp_path: Path,
) -> None:
    begun = wizard_context(tmp_path)
    await draft(begun)
    with begun.services.store.locked("bravo"):
        await begun.enter(WizardState(Step.AUTHORIZE))
        assert begun.session.profile.draft_step is None
    await begun.close()
    assert saved_step(tmp_path, "bravo") is Step.AUTHORIZE


async def test_steps_are_noted_in_the_order_they_were_entered(tmp_path: Path) -> None:
    begun = wizard_context(tmp_path)
    await draft(begun)
    steps = [Step.CREDENTIALS, Step.AUTHORIZE, Step.CREDENTIALS, Step.AUTHORIZE, Step.CREDENTIALS]
    for step in steps:
        await begun.enter(WizardState(step))
    await begun.close()
    assert begun.session.profile.draft_step is Step.CREDENTIALS


async def test_note_that_fails_stops_nobody(tmp_path: Path) -> None:
    begun = wizard_context(tmp_path)
    await draft(begun)
    with full_disk():
        await begun.enter(WizardState(Step.AUTHORIZE))
        await begun.close()
    assert begun.session.profile.draft_step is None


async def test_fault_of_the_wizard_in_a_note_is_not_hushed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(step: Step) -> None:
        raise RuntimeError("a fault")

    begun = wizard_context(tmp_path)
    await draft(begun)
    monkeypatch.setattr(begun.session, "note_step", broken)
    await begun.enter(WizardState(Step.AUTHORIZE))
    with pytest.raises(RuntimeError, match="a fault"):
        await begun.enter(WizardState(Step.CREDENTIALS))
    await begun.close()


async def test_note_that_hangs_holds_up_no_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = wizard_context(tmp_path)
    await draft(begun)
    # The tests beside this one run with the real time limit.
    monkeypatch.setattr("wizard.flow.context.NOTING", 0)
    with begun.services.store.locked("bravo"):
        await begun.enter(WizardState(Step.AUTHORIZE))
        await begun.enter(WizardState(Step.REDIRECT))
    await begun.close()
    assert saved_step(tmp_path, "bravo") is Step.REDIRECT


async def test_secrets_that_cannot_be_read_decide_the_exit_code(tmp_path: Path) -> None:
    stopped = wizard_context(tmp_path)
    codes = [stopped.exit_code]
    await unreadable(stopped)
    codes.append(stopped.exit_code)
    stopped.session.draft_trouble, stopped.session.trouble = None, KEYRING_LOCKED
    codes.append(stopped.exit_code)
    stopped.last_words = ("Removed.",)
    codes.append(stopped.exit_code)
    assert codes == [ExitCode.NOT_SET_UP, ExitCode.MACHINE, ExitCode.MACHINE, ExitCode.FINE]
