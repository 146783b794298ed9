"""The message of each Credentials field, for each state of its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import World, tokens
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET
from wizard.domain.credential_fields import OTHER_APP, REFUSED, CredentialField
from wizard.domain.errors.consent import INVALID_CLIENT, REDIRECT_REFUSED
from wizard.domain.errors.exchange import REDIRECT_MISMATCH, WRONG_CLIENT
from wizard.domain.errors.paste import FORWARDED_ELSEWHERE, OTHER_ADDRESS, OTHER_QUERY
from wizard.domain.models import CredentialSet, Profile
from wizard.domain.problems import Problem
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.context import Demo, WizardContext
from wizard.flow.credentials import Fields, Filling, Offer, Source, read_pasted
from wizard.flow.session import Session
from wizard.store.profiles import LocalProfileStore

WHOLE = CredentialSet(CLIENT_ID, Secret(SECRET), REDIRECT_URL)
OTHER_ID = "OQfedcba9876543210fedcba9876543210"
ID, CLIENT_SECRET, URL = CredentialField


@pytest.fixture
def world(home: Path) -> World:
    return World(LocalProfileStore(home))


def fields(
    world: World, draft: CredentialSet = WHOLE, because: Problem | None = None
) -> tuple[Fields, Session]:
    """Return the fields of a draft that is on disk."""
    session = Session("default", world.store, world.clock)
    session.draft = session._on_disk = draft
    return Fields(WizardContext(session, world.services), because), session


@pytest.mark.parametrize(
    ("client_id", "because", "source", "problem", "note"),
    [
        (CLIENT_ID, None, Source.STORED, None, "✓ saved"),
        (f"{CLIENT_ID[:-2]}zz", None, Source.STORED, None, "✓ saved"),
        (CLIENT_ID[:9], None, Source.STORED, None, "✓ saved"),
        (CLIENT_ID, WRONG_CLIENT, Source.REJECTED, REFUSED, ""),
        (f"{CLIENT_ID[:-2]}zz", WRONG_CLIENT, Source.STORED, None, "✓ saved"),
        (OTHER_ID, None, Source.OTHER_APP, OTHER_APP, ""),
        (OTHER_ID, WRONG_CLIENT, Source.OTHER_APP, OTHER_APP, ""),
    ],
)
def test_stored_secret_is_judged_with_the_client_id_that_is_entered(
    world: World,
    client_id: str,
    because: Problem | None,
    source: Source,
    problem: str | None,
    note: str,
) -> None:
    judgment = fields(world, because=because)[0].judge(CLIENT_SECRET, Secret(""), client_id)
    assert (judgment.source, judgment.problem, judgment.note) == (source, problem, note)
    assert judgment.is_empty == (source is not Source.STORED)


@pytest.mark.parametrize(
    ("because", "field"),
    [
        (None, ID),
        (INVALID_CLIENT, ID),
        (WRONG_CLIENT, CLIENT_SECRET),
        *((problem, URL) for problem in (OTHER_ADDRESS, FORWARDED_ELSEWHERE, OTHER_QUERY)),
        (REDIRECT_REFUSED, URL),
        (REDIRECT_MISMATCH, URL),
    ],
)
def test_field_that_a_problem_is_about_is_the_first(
    world: World, because: Problem | None, field: CredentialField
) -> None:
    assert fields(world, because=because)[0].first is field


@pytest.mark.parametrize(
    ("field", "entered", "source", "is_right", "note", "is_partial"),
    [
        (ID, "", Source.NONE, False, "", True),
        (ID, CLIENT_ID[:12], Source.ENTERED, False, "", True),
        (ID, CLIENT_ID, Source.ENTERED, True, "34 of 34  ✓ saved", False),
        (ID, OTHER_ID, Source.ENTERED, True, "34 of 34  ✓", False),
        (CLIENT_SECRET, "a-new-secret-of-some-length", Source.ENTERED, True, "✓", False),
        (CLIENT_SECRET, CLIENT_ID, Source.ENTERED, False, "", True),
        (URL, REDIRECT_URL, Source.ENTERED, True, "✓ saved", False),
        (URL, "https://", Source.ENTERED, False, "", True),
    ],
)
def test_entered_value_is_judged_by_its_rule(
    world: World,
    field: CredentialField,
    entered: str,
    source: Source,
    is_right: bool,
    note: str,
    is_partial: bool,
) -> None:
    judgment = fields(world)[0].judge(field, Secret(entered))
    assert (judgment.source, judgment.problem is None) == (source, is_right)
    assert (judgment.note, judgment.is_partial) == (note, is_partial)


def test_secret_that_was_never_stored_is_asked_for_as_twilio_shows_it(world: World) -> None:
    judgment = fields(world, CredentialSet())[0].judge(CLIENT_SECRET, Secret(""))
    assert (judgment.source, judgment.is_empty) == (Source.NONE, True)
    assert "Twilio shows it once" in (judgment.problem or "")


def test_enter_stays_once_with_each_doubtful_secret(world: World) -> None:
    judged, _ = fields(world)
    stays = [judged.stays(CLIENT_SECRET, Secret(text)) for text in ("123", "123", "1234", SECRET)]
    assert stays == [True, False, True, False]
    assert not judged.stays(URL, Secret("http://localhost:1"))


def test_only_what_is_right_is_put_into_the_draft(world: World) -> None:
    judged, _ = fields(world, CredentialSet())
    entered = {ID: Secret(CLIENT_ID), CLIENT_SECRET: Secret(""), URL: Secret("https://")}
    assert judged.with_entered(entered) == CredentialSet(CLIENT_ID)


async def test_value_that_is_saved_is_said_to_be(world: World) -> None:
    judged, session = fields(world, replace(WHOLE, redirect_url=""))
    await judged.save_field(URL, Secret(REDIRECT_URL))
    assert session.kept == WHOLE
    assert judged.judge(URL, Secret(REDIRECT_URL)).is_saved


def test_authorization_url_fills_in_and_another_host_is_asked_about() -> None:
    url = f"https://oauth.twilio.com/v2/authorize?client_id={OTHER_ID}&response_type=code"
    filling = read_pasted(Secret(url), WHOLE)
    assert isinstance(filling, Filling)
    assert (filling.question, filling.values, filling.unused) == (None, {ID: OTHER_ID}, None)
    other = f"{url.replace('oauth.', 'else.')}&redirect_uri={REDIRECT_URL}&scope=%22"
    filling = read_pasted(Secret(other), WHOLE)
    assert isinstance(filling, Filling)
    assert filling.question is not None
    assert filling.values == {ID: OTHER_ID, URL: REDIRECT_URL}
    assert filling.unused is not None


def test_response_url_is_offered_without_its_code_and_a_value_is_neither() -> None:
    offer = read_pasted(Secret(f"{REDIRECT_URL}?code=c0de&state=a-state"), WHOLE)
    assert isinstance(offer, Offer)
    assert offer.redirect_url == REDIRECT_URL
    assert read_pasted(Secret(CLIENT_ID), WHOLE) is None


def test_client_id_of_another_profile_is_pointed_out(world: World) -> None:
    with world.store.locked("acme") as held:
        held.save(Profile(), active=replace(WHOLE, tokens=tokens()))
    [warning] = fields(world)[0].judge(ID, Secret(CLIENT_ID)).warnings
    assert warning.startswith("Profile acme has the same Client ID.")
    assert fields(world)[0].judge(ID, Secret(OTHER_ID)).warnings == ()


def test_demo_takes_no_values_but_its_own(world: World) -> None:
    async def approve(url: str) -> str:
        raise AssertionError(url)

    session = Session("default", world.store, world.clock, WHOLE)
    demo = Fields(WizardContext(session, world.services, Demo(WHOLE, approve)))
    assert demo.judge(ID, Secret(CLIENT_ID)).problem is None
    assert "To use your own values, run" in (demo.judge(ID, Secret(OTHER_ID)).problem or "")


def test_where_the_secret_will_be_saved_is_said_before_it_is_typed(world: World) -> None:
    assert fields(world)[0].about_store() == ()


def test_changes_are_told_only_where_something_is_set_up(world: World) -> None:
    judged, session = fields(world, replace(WHOLE, redirect_url="https://b.example.org/"))
    assert judged.changes() is None
    session.active = WHOLE
    assert [change.name for change in judged.changes() or ()] == ["Redirect URL"]
