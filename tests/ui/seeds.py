"""The parts of scenes: stored data, and the state of the machine and the servers."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from tests.fakes import NOW, FakeReach, FakeUsers, World, tokens
from tests.ui.playing import Seed
from tests.ui.running import ACTIVE, LINKED, TICKED_ALL, seed
from tests.walks import CODE
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.errors.local import PORT_TAKEN
from wizard.domain.errors.store import DISK_FULL, FILE_NOT_MADE
from wizard.domain.models import CheckStatus, CredentialSet, LastCheck, Profile, TokenSet, UserList
from wizard.domain.oauth.authorization_response import BareCode, Received
from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.ports import Locked
from wizard.flow.state import WizardState

FOLDER: Final = "/home/admin/.local/share/twilio-scim-wizard"
ORGANIZATION: Final = "OR0123456789abcdef0123456789abcdef"
CHECKED: Final = replace(TICKED_ALL, last_check=LastCheck(CheckStatus.PASSED, NOW, users=25))
"""The record of a working set."""


def both(*seeds: Seed) -> Seed:
    """Return a seed that combines several."""

    def sow(world: World) -> None:
        for each in seeds:
            each(world)

    return sow


def profile(record: Profile) -> Seed:
    """Return a seed of a record with nothing set up yet."""
    return lambda world: seed(world, profile=record)


def draft(step: Step, entered: CredentialSet = LINKED) -> Seed:
    """Return a seed of a first setup that has reached a step."""
    return lambda world: seed(world, draft=entered, step=step)


def active(record: Profile = CHECKED, change: CredentialSet | None = None) -> Seed:
    """Return a seed of an active set with a change of it in progress."""
    return lambda world: seed(world, active=ACTIVE, draft=change, profile=record)


def failed_with(problem: Problem) -> Profile:
    """Return the record of a set whose last check failed."""
    return replace(CHECKED, last_check=LastCheck(CheckStatus.FAILED, NOW, problem=problem.id))


def answers(problem: Problem) -> Seed:
    """Return a seed in which the SCIM server sends these responses."""

    def sow(world: World) -> None:
        world.users.answers = [SetupError(problem)]

    return sow


def over_ssh(world: World) -> None:
    """Have no browser on this machine."""
    world.browser.why_not = "SSH"


def no_browser(world: World) -> None:
    """Have a browser that opens nothing."""
    world.browser.takes = False


# -- the machine --------------------------------------------------------------------------------


def looked_at(*problems: Problem) -> Seed:
    """Return a seed in which the machine's checks have these results."""

    def sow(world: World) -> None:
        lines = [
            replace(line, status=Status.WARNING, problem=problem)
            for line, problem in zip(world.reach.checks, problems, strict=False)
        ]
        world.reach.checks = (*lines, *world.reach.checks[len(lines) :])

    return sow


class SilentReach(FakeReach):
    """Never finishes."""

    async def probe(self, endpoints: object) -> tuple[Check, ...]:
        await forever()
        return ()


def silent(world: World) -> None:
    """Let the machine's checks run forever."""
    world.reach = SilentReach()


async def forever() -> None:
    """Wait."""
    await asyncio.Event().wait()


def store_fails(problem: Problem, *methods: str) -> Seed:
    """Return a seed in which these methods of a locked profile fail from now on."""

    def fail(*_args: object, **_parts: object) -> NoReturn:
        raise SetupError(problem)

    def sow(world: World) -> None:
        hold = world.store.locked

        @contextmanager
        def locked(name: str, timeout: float = 60.0) -> Iterator[Locked]:
            with hold(name, timeout) as held:
                for method in methods:
                    setattr(held, method, fail)
                yield held

        world.store.locked = locked  # type: ignore[method-assign]

    return sow


FULL: Final = store_fails(DISK_FULL.filled(path=FOLDER), "save", "prove_writable")


def cannot_read(problem: Problem, what: str = "active") -> Seed:
    """Return a seed in which the secrets of the active set, or of the draft, can't be read."""
    return store_fails(problem.filled(path=f"{FOLDER}/secrets/default.json"), what)


def port_taken(world: World) -> None:
    """Let another program use the listener's port."""
    world.listener.problem = SetupError(PORT_TAKEN.filled(port="8765"))


# -- Check --------------------------------------------------------------------------------------


def arrived(answer: Received | BareCode | None = None) -> WizardState:
    """Return the state in which a code has arrived: Check."""
    code = answer or Received(Secret(CODE), LINKED.attempts[0])
    return WizardState(Step.CHECK, answer=code)


def tokens_of(organization: str) -> TokenSet:
    """Return tokens that name an organization."""
    claims = urlsafe_b64encode(json.dumps({"org": organization}).encode()).decode().rstrip("=")
    return replace(tokens("1"), access_token=Secret(f"e30.{claims}.x"))


def of_another_organization(world: World) -> None:
    """Let the new tokens name another organization than the old ones."""
    world.tokens.exchanges = world.tokens.refreshes = [tokens_of(ORGANIZATION)] * 2
    record = replace(CHECKED, organization="ORfedcba9876543210fedcba9876543210")
    seed(world, active=ACTIVE, draft=LINKED, step=Step.CHECK, profile=record)


def unrenewable(world: World) -> None:
    """Let no refresh token come with the access token."""
    world.tokens.exchanges = [tokens("1", refresh=None)]


class SilentUsers(FakeUsers):
    """Never responds."""

    async def list_users(self, *_args: object) -> UserList:
        await forever()
        return UserList(None)


def no_answer(world: World) -> None:
    """Let the SCIM server send no response."""
    world.users = SilentUsers()


# -- Overview's dialogs --------------------------------------------------------------------------


def other_profiles(*names: str) -> Seed:
    """Return a seed of more profiles."""

    def sow(world: World) -> None:
        for name in names:
            with world.store.locked(name) as held:
                held.save(Profile())

    return sow


def refuses_secret(world: World) -> None:
    """Reject the next refresh."""
    refusal = SetupError(WRONG_CLIENT.with_detail("401, 20003: Invalid credentials"))
    world.tokens.refreshes = [refusal]


def no_token(world: World) -> None:
    """Let the token server send no response."""
    world.tokens.on_call = forever


def saves_sheet(world: World) -> None:
    """Save sheets in a fictional folder."""
    world.write_new = lambda name, _text: f"/home/admin/{name}"


def saves_no_sheet(world: World) -> None:
    """Save no sheet."""

    def fail(name: str, _text: str) -> str:
        raise SetupError(
            FILE_NOT_MADE.filled(path=f"/home/admin/{name}").with_detail("File exists")
        )

    world.write_new = fail
