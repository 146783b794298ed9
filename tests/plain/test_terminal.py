"""How plain mode is selected, announced, and closed, as a separate process where needed."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.commands.stage import now, put
from tests.plain.person import Person, run, terminal
from tests.terminal.harness import Terminal, ctrl
from tests.terminal.walk import variables, wizard
from tests.ui.running import ACTIVE, LINKED, TICKED
from wizard.domain.models import Profile
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.host.process import started

DUMB = {"TERM": "dumb", "LC_ALL": "C"}
SMART = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}


# -- how it is selected ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "env", "why", "columns"),
    [
        (["--plain"], {}, "plain mode.\n", 80),
        ([], {"ACCESSIBLE": "1"}, "plain mode.\n", 80),
        ([], {"TERM": "dumb"}, "This terminal can't move its cursor (TERM=dumb).", 80),
        ([], {"LC_ALL": "C"}, "This terminal doesn't support UTF-8 (its", 80),
        ([], {"TERM": "dumb"}, "This terminal\ncan't move its cursor (TERM=dumb).", 45),
    ],
)
def test_plain_mode_is_chosen_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    env: dict[str, str],
    why: str,
    columns: int,
) -> None:
    with terminal(monkeypatch, SMART | env, columns) as person:
        # Ctrl+D at the first prompt.
        assert run(arguments, lambda: person.key("\x04"), person) == 3
    assert person.text.startswith("Twilio SCIM setup, plain mode.")
    assert why in person.text
    assert b"\x1b" not in person.raw
    assert person.raw.isascii() or env.get("LC_ALL") != "C"
    *lines, command = person.text.splitlines()
    assert max(map(len, lines)) < columns
    # A line of any length arrives in full, and is accepted at once.
    assert command == f"  {started().command()}"
    last = " ".join(person.text.split())
    assert "Profile default: stopped at Prerequisites. To continue, run: " in last


# -- input -----------------------------------------------------------------------------------------


WAYS = "Type yes or no, or press Enter to skip this and the rest"


async def words_at_every_prompt(person: Person) -> None:
    await person.type("use")
    await person.says("You're already at this prompt.")
    await person.type("1.")
    for word, answer in (
        ("?", "Only these roles can create organization OAuth apps and approve access."),
        ("help", '"r" to check network, clock, and storage again.'),
        ("help", "Click Create OAuth application, and select Authorization code."),
        ("back", 'You can\'t go back from here. To leave the wizard, type "quit".'),
        ("open", "No browser on this machine. The pages are:"),
        ("copy", "There's nothing to copy here."),
        ("new link", "There's no link here. The Authorize step creates it."),
        ("nonsense", "That isn't one of the choices."),
        ("1", "That isn't one of the choices."),
        ("all", "That isn't one of the choices."),
        (
            "no",
            f"Not confirmed. Item 2 of 7: I have a shared service account (recommended). {WAYS}:",
        ),
        ("?", f"Item 2 of 7: I have a shared service account (recommended). {WAYS}:"),
        ("back", f"Item 1 of 7: I'm an Organization Owner or Admin. Your answer: no. {WAYS}:"),
        ("yes", "Item 2 of 7"),
        ("back", "Your answer: yes. Type yes or no, or press Enter to keep it:"),
        ("no", "Item 2 of 7"),
    ):
        await person.type(word)
        await person.says(answer)
    await person.type("")
    await person.says(
        "0 of 7 confirmed.",
        'Press Enter to continue anyway, type "again"',
        'or type "all" to confirm these 6',
    )
    await person.type("all")
    await person.says(
        "6 of 7 confirmed. Not confirmed: item 2, which is only recommended.",
        "Paste the Client ID, then press Enter:",
    )
    for word, answer in (
        ("?", "Client ID: OQ…, 34 characters."),
        ("open", "There's nothing to open here."),
        ("copy secret", "There is no Client Secret yet."),
        ("back", "Step 1 of 6, Prerequisites."),
    ):
        await person.type(word)
        await person.says(answer)
    await person.type("quit")


def test_word_that_means_nothing_here_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, DUMB) as person:
        assert run([], lambda: words_at_every_prompt(person), person) == 3


async def long_paste(person: Person) -> None:
    await person.type("1")
    address = f"https://scim.example.edu/callback?code={'c' * 6000}&state=of-somebody-else"
    await person.paste(address)
    await person.says(f"Pasted {len(address):,} characters", "code=•••&state=•••")
    await person.says("Error: This URL doesn't belong to your link.")
    await person.type("quit")


def test_paste_of_six_thousand_characters_arrives_whole(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    draft = replace(LINKED, attempts=(begin(LINKED, None, now()),))
    put(home, Profile(ticks=TICKED, draft_step=Step.REDIRECT, draft_saved_at=now()), draft=draft)
    with terminal(monkeypatch, DUMB) as person:
        assert run([], lambda: long_paste(person), person) == 3
    assert "cccc" not in person.text


# -- how it ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["Ctrl+C", "Ctrl+\\", "SIGTERM", "SIGHUP", "SIGQUIT", "closed"])
def test_signal_leaves_and_restores_the_terminal(home: Path, way: str) -> None:
    with wizard({**variables(home), "TERM": "dumb"}) as process:
        process.wait_for("or press Enter for 1:")
        leave(process, way)
        assert process.wait_exit() == 130
        if way != "closed":
            assert process.leftovers == []
            *_, words, command = process.raw.decode().splitlines()
            # On a line of its own, not on the prompt's.
            assert words == "Profile default: stopped at Prerequisites. To continue, run:"
            assert command.endswith("wizard")
        assert b"\x1b" not in process.raw
        assert b"Traceback" not in process.raw


@pytest.mark.parametrize("mode", [{"TERM": "dumb"}, {}], ids=["plain", "screens"])
def test_hang_ups_that_are_repeated_to_the_end_leave_the_exit_code(
    home: Path, mode: dict[str, str]
) -> None:
    with wizard({**variables(home), **mode}) as process:
        process.wait_for("or press Enter for 1:" if mode else "of 7 selected")
        while process.is_running:
            process.kill(signal.Signals["SIGHUP"])
            # Thousands at once would fill the pipe that wakes the loop; a window sends a few.
            time.sleep(0.002)
        assert process.wait_exit() == 130


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl+C", "Ctrl+D"])
def test_leaving_overview_ends_the_line_and_says_so(
    monkeypatch: pytest.MonkeyPatch, home: Path, key: str
) -> None:
    put(home, Profile(ticks=TICKED, set_up_at=now()), active=ACTIVE)
    with wizard({**variables(home), "TERM": "dumb"}) as process:
        process.wait_for("or press Enter for Check now:")
        process.send(key.encode())
        assert process.wait_exit() == (130 if key == "\x03" else 0)
        *_, prompt, words = process.raw.decode().splitlines()
    assert prompt.endswith("or press Enter for Check now: ")
    assert words == "The wizard is closed."


def leave(process: Terminal, way: str) -> None:
    match way:
        case "Ctrl+C":
            process.send(ctrl("c"))
        case "Ctrl+\\":
            process.send(ctrl("\\"))
        case "closed":
            process.hang_up()
        case name:
            process.kill(signal.Signals[name])
