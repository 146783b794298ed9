"""Early input: an Enter that comes with a paste, and a paste before there is a link."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.commands.stage import now, put
from tests.plain.person import Person, run, terminal
from tests.ui.running import LINKED, TICKED
from wizard.domain.errors.paste import FOREIGN_STATE
from wizard.domain.models import CredentialSet, Profile
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.link import Link, LinkDesk
from wizard.host.line_reader import LineReader
from wizard.plain.dialogue import EARLY
from wizard.store.profiles import LocalProfileStore

FOREIGN = "https://scim.example.edu/callback?code=c&state=of-somebody-else"
REFUSED = {
    "another link's": (FOREIGN, "press Enter to create a new link"),
    "another address": (
        "https://other.example.edu/?code=c&state=s",
        f"press Enter to go to {Step.CREDENTIALS.title}",
    ),
    "a bare code": ("c" * 1100, "press Enter for no"),
}
"""A pasted text, and the words of the prompt that it leads to."""


@pytest.fixture
def draft(tmp_path: Path) -> CredentialSet:
    draft = replace(LINKED, attempts=(begin(LINKED, None, now()),))
    profile = Profile(ticks=TICKED, draft_step=Step.REDIRECT, draft_saved_at=now())
    put(tmp_path / "home", profile, draft=draft)
    return draft


@pytest.mark.usefixtures("paste_pause")
@pytest.mark.parametrize("enters", ["in the same read", "at the next prompt"])
@pytest.mark.parametrize("pasted", REFUSED)
def test_enter_that_follows_a_refused_paste_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    draft: CredentialSet,
    pasted: str,
    enters: str,
) -> None:
    text, prompt = REFUSED[pasted]

    async def walk(person: Person) -> None:
        await person.type("resume")
        await person.paste(text + ("\r\r" if enters == "in the same read" else ""))
        await person.says(prompt)
        if enters == "at the next prompt":
            await person.type("")
            await person.says(EARLY, prompt)
        await person.type("quit")

    with terminal(monkeypatch, {"TERM": "dumb", "LC_ALL": "C"}) as person:
        assert run([], lambda: walk(person), person) == 3
    assert "Step 3 of 6" not in person.text
    with LocalProfileStore(tmp_path / "home").locked("default") as held:
        assert held.draft() == draft


@pytest.mark.usefixtures("draft", "real_paste_pause")
def test_enter_counts_again_after_the_real_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored, next_step = ("".join(words.split()) for words in (EARLY, "Step 3 of 6"))

    async def walk(person: Person) -> None:
        def has_said(*words: str) -> bool:
            news = "".join(person.news.split())
            return any(each in news for each in words)

        await person.type("resume")
        await person.paste(FOREIGN)
        await person.says("press Enter to create a new link")
        while not has_said(next_step):
            await person.type("")
            await person.until(lambda: has_said(ignored, next_step), "what the Enter did")
        await person.type("quit")

    with terminal(monkeypatch, {"TERM": "dumb", "LC_ALL": "C"}) as person:
        assert run([], lambda: walk(person), person) == 3


@pytest.mark.usefixtures("draft", "real_quiet")
def test_url_pasted_while_the_link_is_being_made_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    make, read = LinkDesk.link, LineReader.line
    was_read = asyncio.Event()

    async def line(reader: LineReader, *, is_shown: bool = True) -> str | None:
        got = await read(reader, is_shown=is_shown)
        if got == FOREIGN:
            was_read.set()
        return got

    async def link(desk: LinkDesk, *, is_fresh: bool = False) -> Link:
        await was_read.wait()
        return await make(desk, is_fresh=is_fresh)

    monkeypatch.setattr(LineReader, "line", line)
    monkeypatch.setattr(LinkDesk, "link", link)

    async def walk(person: Person) -> None:
        await person.type("resume")
        await person.says("Waiting for the link")
        await asyncio.to_thread(person._write, f"{FOREIGN}\r".encode())
        await person.says(FOREIGN_STATE.title)
        await person.type("quit")

    with terminal(monkeypatch, {"TERM": "dumb", "LC_ALL": "C"}) as person:
        assert run([], lambda: walk(person), person) == 3
