"""The authorization link: how it is kept and replaced, and how its response is received."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import tokens
from tests.flow.stage import COMPLETE, NAME, PROBLEM, Gate, Stage, error, landing, refusal
from tests.system import full_disk
from wizard.domain.credential_fields import CredentialField, with_field
from wizard.domain.models import CredentialSet, Endpoints, Pkce, ServerMetadata
from wizard.domain.oauth import pasted_response
from wizard.domain.oauth.authorization_response import BareCode, Reading, Received, Refused
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.flow.link import KEPT, Link, LinkDesk
from wizard.flow.ports import Listening
from wizard.host.listener import CallbackListener, OpenListener
from wizard.store.profiles import LocalProfileStore

LOOPBACK = replace(COMPLETE, redirect_url="http://127.0.0.1:8765/callback")
S256 = ServerMetadata("https://oauth.twilio.com", has_s256=True)


@pytest.fixture
async def served(stage: Stage) -> AsyncIterator[LinkDesk]:
    """A link desk with a listener on real sockets."""
    desk = LinkDesk(stage.session, stage.world.connect, CallbackListener(grace=0))
    yield desk
    await desk.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


# -- the link ------------------------------------------------------------------------------------


async def test_link_is_the_same_while_it_lives(stage: Stage) -> None:
    first = await stage.desk.link()
    stage.world.clock.move(minutes=29, seconds=59)
    assert await stage.desk.link() == first
    assert len(stage.world.metadata.asked) == 1
    stage.world.clock.move(seconds=1)
    second = await stage.desk.link()
    assert second.attempt.state != first.attempt.state
    assert second.attempt.created_at == stage.world.clock()
    assert stage.on_disk()[1] == replace(COMPLETE, attempts=(first.attempt, second.attempt))


async def test_link_that_expires_is_noticed_and_leads_to_a_new_one(stage: Stage) -> None:
    link = await stage.desk.link()
    stage.world.clock.move(minutes=29, seconds=59)
    assert stage.desk.expired(link) is None
    stage.world.clock.move(seconds=1)
    fix = stage.desk.expired(link)
    assert fix is not None
    assert fix.needs_link
    assert fix.problem.title == "This link has expired"
    assert stage.desk.expired(link) is None, "it is said once"
    assert stage.desk.expired(await stage.desk.link()) is None


async def test_few_links_are_remembered_after_their_time(stage: Stage) -> None:
    """A response to them gets its own message: link expired or already used, not someone else's."""
    links = []
    for _ in range(KEPT + 2):
        links.append(await stage.desk.link())
        stage.world.clock.move(minutes=30)
    last = await stage.desk.link()
    draft = stage.on_disk()[1]
    assert draft is not None
    assert [a.state for a in draft.attempts] == [
        link.attempt.state for link in (*links[-KEPT:], last)
    ]
    old = stage.desk.read(landing(links[-1]))
    assert isinstance(old, Refused)
    assert old.problem.id == "paste-link-expired"
    assert isinstance(stage.desk.read("a-bare-code-0123456789"), BareCode)


@pytest.mark.parametrize("spent", [0, 1], ids=["older", "newer"])
async def test_link_after_a_spent_code_is_a_fresh_one_beside_one_still_answered(
    stage: Stage, spent: int
) -> None:
    links = [await stage.desk.link(), await stage.desk.link(is_fresh=True)]
    stage.world.clock.move(minutes=1)
    attempts = [link.attempt for link in links]
    attempts[spent] = replace(attempts[spent], code_sent_at=stage.world.clock())
    await stage.session.save_draft(replace(COMPLETE, attempts=tuple(attempts)))
    stage.world.clock.move(seconds=1)
    fresh = await stage.desk.link()
    assert fresh not in links
    assert await stage.desk.link() == fresh
    used = stage.desk.read(landing(links[spent]))
    assert isinstance(used, Refused)
    assert used.problem.id == "paste-link-used"
    live = links[1 - spent]
    assert stage.desk.read(landing(live)) == Received(Secret("code-1"), live.attempt)
    bare = stage.desk.read("a-bare-code-0123456789")
    assert isinstance(bare, BareCode)
    assert bare.attempt == fresh.attempt


async def test_link_is_the_same_after_a_resume(stage: Stage) -> None:
    first = await stage.desk.link()
    again = Stage(stage.home)
    again.world.clock.move(minutes=20)
    assert (await again.desk.link()).url == first.url
    assert isinstance(again.desk.read(landing(first)), Received)


@pytest.mark.parametrize(
    "change",
    [
        lambda draft: with_field(draft, CredentialField.CLIENT_ID, "OQ" + "a" * 32),
        lambda draft: with_field(draft, CredentialField.REDIRECT_URL, "https://b.example.org/"),
        lambda draft: replace(draft, client_id="OQ" + "a" * 32),
        lambda draft: replace(draft, redirect_url="https://idp.example.org/callback/"),
        lambda draft: replace(draft, endpoints=Endpoints(token_url="https://b.example.org/token")),
        lambda draft: replace(draft, scope=""),
        lambda draft: replace(draft, pkce=Pkce.ON),
    ],
    ids=["client-id", "redirect", "bare-client-id", "slash", "endpoints", "scope", "pkce"],
)
async def test_changed_setting_ends_a_link(
    stage: Stage, change: Callable[[CredentialSet], CredentialSet]
) -> None:
    first = await stage.desk.link()
    changed = change(stage.session.working_draft())
    await stage.session.save_draft(changed)
    second = await stage.desk.link()
    assert second.attempt.state != first.attempt.state
    assert stage.on_disk()[1] == replace(changed, attempts=(second.attempt,))
    assert isinstance(stage.desk.read(landing(first)), Refused)
    assert isinstance(stage.desk.read(landing(second)), Received)


async def test_changed_secret_leaves_a_link_alive(stage: Stage) -> None:
    first = await stage.desk.link()
    await stage.session.save_draft(
        with_field(stage.session.working_draft(), CredentialField.CLIENT_SECRET, "rotated")
    )
    assert await stage.desk.link() == first


async def test_fresh_link_leaves_the_older_one_readable(stage: Stage) -> None:
    stage.world.metadata.metadata = S256
    older = await stage.desk.link()
    fresh = await stage.desk.link(is_fresh=True)
    assert fresh.attempt.state != older.attempt.state
    assert fresh.attempt.verifier != older.attempt.verifier
    reading = stage.desk.read(landing(older))
    assert reading == Received(Secret("code-1"), older.attempt)
    assert stage.desk.read(landing(fresh)) == Received(Secret("code-1"), fresh.attempt)
    assert await stage.desk.link() == fresh


async def test_used_link_is_not_handed_out_again(stage: Stage) -> None:
    first = await stage.desk.link()
    used = replace(first.attempt, code_sent_at=stage.world.clock())
    await stage.session.save_draft(replace(COMPLETE, attempts=(used,)))
    assert (await stage.desk.link()).attempt.state != first.attempt.state


async def test_link_is_on_disk_before_it_is_given(stage: Stage) -> None:
    with full_disk():
        # Twice: what is only in memory after the first time must not count as saved.
        for _ in range(2):
            with pytest.raises(SetupError, match="store-failed"):
                await stage.desk.link()
    link = await stage.desk.link()
    assert stage.on_disk()[1] == replace(COMPLETE, attempts=(link.attempt,))


async def test_link_that_is_kept_already_is_not_written_again(stage: Stage) -> None:
    link = await stage.desk.link()
    with full_disk():
        assert await stage.desk.link() == link


async def test_link_of_an_active_set_begins_a_draft_without_its_tokens(stage: Stage) -> None:
    active = stage.active(tokens("old"))
    link = await stage.desk.link()
    changed = replace(active, tokens=None, attempts=(link.attempt,))
    assert stage.on_disk()[1:] == (changed, active)


async def test_challenge_is_sent_when_the_metadata_says_so(stage: Stage) -> None:
    stage.world.metadata.metadata = S256
    link = await stage.desk.link()
    assert stage.world.metadata.asked == [COMPLETE.endpoints]
    assert "code_challenge_method=S256" in link.url
    assert link.attempt.issuer == S256.issuer


@pytest.mark.parametrize("is_connected", [True, False])
async def test_documented_link_is_given_without_metadata(stage: Stage, is_connected: bool) -> None:
    stage.world.unconnected = None if is_connected else error()
    url = httpx.URL((await stage.desk.link()).url)
    assert url.copy_with(query=None) == httpx.URL(COMPLETE.endpoints.authorize_url)
    assert list(url.params) == ["client_id", "response_type", "scope", "redirect_uri", "state"]


async def test_tokens_that_come_while_a_link_is_made_are_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exchange whose screen was closed continues while the next link is created."""
    await stage.session.save_draft(COMPLETE)

    async def fetch(endpoints: Endpoints) -> None:
        await stage.session.save_draft(replace(COMPLETE, tokens=tokens()))

    monkeypatch.setattr(stage.world.metadata, "fetch", fetch)
    link = await stage.desk.link()
    assert stage.on_disk()[1] == replace(COMPLETE, tokens=tokens(), attempts=(link.attempt,))


# -- responses -------------------------------------------------------------------------------------


async def test_pasted_texts_are_read_against_the_draft(stage: Stage) -> None:
    link = await stage.desk.link()
    assert isinstance(stage.desk.read(landing(link)), Received)
    assert isinstance(stage.desk.read("code-that-stands-alone-1"), BareCode)
    refused = stage.desk.read("client-secret-1")
    assert isinstance(refused, Refused)
    assert refused.problem.id == "paste-secret"
    stage.world.clock.move(minutes=30)
    refused = stage.desk.read(landing(link))
    assert isinstance(refused, Refused)
    assert refused.problem.id == "paste-link-expired"


async def test_stored_token_pasted_by_mistake_is_not_taken_for_a_code(stage: Stage) -> None:
    stage.active(tokens("that-is-long-enough-for-a-code-1"))
    await stage.desk.link()
    refused = stage.desk.read("access-that-is-long-enough-for-a-code-1")
    assert isinstance(refused, Refused)
    assert refused.problem.id == "paste-secret"


async def listening(stage: Stage) -> None:
    await stage.session.save_draft(LOOPBACK)


async def test_answer_of_a_browser_is_caught(stage: Stage) -> None:
    await listening(stage)
    link = await stage.desk.link()
    assert link.is_listening
    assert await stage.world.listener.catch(landing(link))
    assert await stage.desk.caught() == Received(Secret("code-1"), link.attempt, is_caught=True)


async def test_refusal_with_the_right_state_is_an_answer(stage: Stage) -> None:
    await listening(stage)
    link = await stage.desk.link()
    assert await stage.world.listener.catch(refusal(link))
    reading = await stage.desk.caught()
    assert isinstance(reading, Refused)
    assert reading.problem.id == "paste-access-denied"


async def test_what_is_no_answer_to_the_link_changes_nothing(stage: Stage) -> None:
    await listening(stage)
    link = await stage.desk.link()
    before = stage.on_disk()
    redirect_url = LOOPBACK.redirect_url
    for url in (
        refusal(link, state="foreign"),
        landing(link).replace("state=", "state=x"),
        f"{redirect_url}?code=code-1",
        f"{redirect_url}?error=access_denied",
        redirect_url,
    ):
        assert not await stage.world.listener.catch(url), url
    assert await stage.world.listener.catch(landing(link))
    assert isinstance(await stage.desk.caught(), Received)
    assert stage.on_disk() == before


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda draft: with_field(draft, CredentialField.CLIENT_ID, "OQ" + "b" * 32),
        lambda draft: replace(
            draft, attempts=(replace(draft.attempts[0], code_sent_at=draft.attempts[0].created_at),)
        ),
    ],
    ids=["client-changed", "code-sent"],
)
async def test_caught_answer_is_dropped_when_it_answers_nothing_any_more(
    stage: Stage, meanwhile: Callable[[CredentialSet], CredentialSet]
) -> None:
    await listening(stage)
    old = await stage.desk.link()
    assert await stage.world.listener.catch(landing(old, "code-old"))
    await stage.session.save_draft(meanwhile(stage.session.working_draft()))
    new = await stage.desk.link()
    assert await stage.world.listener.catch(landing(new, "code-new"))
    assert await stage.desk.caught() == Received(Secret("code-new"), new.attempt, is_caught=True)


async def test_caught_waits(stage: Stage) -> None:
    await listening(stage)
    link = await stage.desk.link()
    waiting = asyncio.create_task(stage.desk.caught())
    await asyncio.sleep(0)
    assert not waiting.done()
    await stage.world.listener.catch(landing(link))
    assert isinstance(await waiting, Received)


# -- the listener --------------------------------------------------------------------------------


async def test_nothing_listens_for_an_address_elsewhere(stage: Stage) -> None:
    link = await stage.desk.link()
    assert stage.world.listener.bound == []
    assert (link.is_listening, link.listener_problem) == (False, None)


async def test_link_is_listened_for_before_it_is_given_and_until_the_end(
    stage: Stage, served: LinkDesk
) -> None:
    port = free_port()
    redirect_url = f"http://127.0.0.1:{port}/callback"
    await stage.session.save_draft(replace(COMPLETE, redirect_url=redirect_url))
    link = await served.link()
    assert link.is_listening
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(redirect_url)).status_code == 404
        assert (await browser.get(landing(link))).status_code == 303
    assert isinstance(await served.caught(), Received)
    await served.close()
    assert not is_open(port)


async def test_listener_takes_a_code_exactly_as_it_was_requested(
    stage: Stage, served: LinkDesk
) -> None:
    redirect_url = f"http://127.0.0.1:{free_port()}/callback"
    await stage.session.save_draft(replace(COMPLETE, redirect_url=redirect_url))
    answer = landing(await served.link(), "code-1")
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(answer.replace("code-1", "code%201"))).status_code == 404
        assert (await browser.get(answer.replace("code-1", "code-1%0A"))).status_code == 404
        assert (await browser.get(answer.replace("code-1", "code-1%5EC."))).status_code == 303
    reading = await served.caught()
    assert isinstance(reading, Received)
    assert reading.code == Secret("code-1^C.")


async def test_listener_moves_with_the_redirect_url(stage: Stage, served: LinkDesk) -> None:
    first, second = free_port(), free_port()
    for port in (first, second):
        redirect_url = f"http://127.0.0.1:{port}/callback"
        await stage.session.save_draft(replace(COMPLETE, redirect_url=redirect_url))
        assert (await served.link()).is_listening
    assert not is_open(first)
    assert is_open(second)
    await stage.session.save_draft(COMPLETE)
    link = await served.link()
    assert (link.is_listening, link.listener_problem) == (False, None)
    assert not is_open(second)


async def test_listener_is_bound_once_for_the_same_redirect_url(stage: Stage) -> None:
    await listening(stage)
    await stage.desk.link()
    listener = stage.world.listener.listening
    assert (await stage.desk.link(is_fresh=True)).is_listening
    assert stage.world.listener.bound == [LOOPBACK.redirect_url]
    assert listener.is_open
    await stage.desk.close()
    await stage.desk.close()
    assert not listener.is_open


async def test_taken_port_is_told_and_tried_again(stage: Stage, served: LinkDesk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        redirect_url = f"http://127.0.0.1:{other.getsockname()[1]}/callback"
        await stage.session.save_draft(replace(COMPLETE, redirect_url=redirect_url))
        link = await served.link()
        assert not link.is_listening
        assert link.listener_problem is not None
        assert link.listener_problem.id == "port-taken"
    again = await served.link()
    assert again.url == link.url
    assert (again.is_listening, again.listener_problem) == (True, None)


@pytest.mark.parametrize("wait", ["closing", "binding"])
async def test_link_that_is_given_up_leaves_no_listener_behind(
    stage: Stage, served: LinkDesk, monkeypatch: pytest.MonkeyPatch, wait: str
) -> None:
    first, second = free_port(), free_port()

    async def set_to(port: int) -> None:
        redirect_url = f"http://127.0.0.1:{port}/callback"
        await stage.session.save_draft(replace(COMPLETE, redirect_url=redirect_url))

    await set_to(first)
    assert (await served.link()).is_listening
    await set_to(second)
    gate = Gate()
    held = OpenListener.close if wait == "closing" else OpenListener._open

    async def late(listener: OpenListener) -> None:
        await gate()
        await held(listener)

    monkeypatch.setattr(OpenListener, held.__name__, late)
    making = asyncio.create_task(served.link())
    await gate.reached.wait()
    making.cancel()
    await asyncio.wait([making])
    gate.opened.set()
    monkeypatch.undo()

    assert (await served.link()).is_listening
    assert not is_open(first)
    await served.close()
    assert not is_open(second)


async def test_stranger_at_the_listener_costs_no_close_reading(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await listening(stage)
    link = await stage.desk.link()
    read: list[str] = []
    usual = pasted_response.read_exact

    def noted(pasted: str, *more: Any) -> Reading:
        read.append(pasted)
        return usual(pasted, *more)

    monkeypatch.setattr(pasted_response, "read_exact", noted)
    for query in ("", "code=1", "code=1&state=", "code=1&state=other", "code=1&state=%C3%A4"):
        assert not await stage.world.listener.catch(f"{LOOPBACK.redirect_url}?{query}")
    assert read == []
    assert await stage.world.listener.catch(landing(link))
    assert read == [landing(link)]


async def test_link_is_kept_before_it_is_listened_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A response that comes at once must find its link on disk."""
    await listening(stage)
    listen = stage.world.listener.listen
    attempts_on_disk = []

    async def watched(redirect_url: str, accept: Callable[[str], Awaitable[bool]]) -> Listening:
        with LocalProfileStore(stage.home).locked(NAME) as held:
            draft = held.draft()
        assert draft is not None
        attempts_on_disk.append(draft.attempts)
        return await listen(redirect_url, accept)

    monkeypatch.setattr(stage.world.listener, "listen", watched)
    link = await stage.desk.link()
    assert attempts_on_disk == [(link.attempt,)]


async def test_link_shows_its_state_to_nobody_by_accident(stage: Stage) -> None:
    link = await stage.desk.link()
    assert link.attempt.state.reveal() in link.url
    assert link.attempt.state.reveal() not in repr(link)


LISTENS = "If your browser is on this machine, the wizard continues automatically."
ON_ANOTHER = (
    "Your browser isn't on this machine (SSH). In the next step, paste the URL you land on."
)


@pytest.mark.parametrize(
    ("is_listening", "problem", "why_not", "where", "waits"),
    [
        (False, None, "", ("", False), ""),
        (True, None, "", (LISTENS, False), "or for the browser to be redirected here"),
        (True, None, "SSH", (ON_ANOTHER, True), "to be redirected here"),
        (False, PROBLEM, "", ("Made up. Nothing.", True), "paste the URL (Made up)"),
    ],
)
async def test_link_says_where_its_response_arrives(
    stage: Stage,
    is_listening: bool,
    problem: Problem | None,
    why_not: str,
    where: tuple[str, bool],
    waits: str,
) -> None:
    attempt = (await stage.desk.link()).attempt
    link = Link(attempt, is_listening=is_listening, listener_problem=problem)
    assert link.where(why_not) == where
    assert waits in link.waits


async def test_link_of_a_draft_that_cannot_be_saved_is_given_once_that_is_accepted(
    stage: Stage,
) -> None:
    with full_disk():
        with pytest.raises(SetupError):
            await stage.desk.link()
        stage.session.go_unsaved()
        link = await stage.desk.link()
    assert not stage.session.is_draft_saved
    assert isinstance(stage.desk.read(landing(link)), Received)


async def test_response_that_a_step_gave_back_is_the_next_ones(stage: Stage) -> None:
    reading = await stage.code()
    stage.desk.give_back(reading)
    assert await stage.desk.caught() is reading


async def test_response_to_settings_that_changed_meanwhile_is_not_taken(home: Path) -> None:
    stage = Stage(home, LOOPBACK)
    link = await stage.desk.link()
    draft = stage.session.working_draft()
    await stage.session.save_draft(replace(draft, scope="offline_access openid"))
    assert not await stage.world.listener.catch(landing(link))
