"""Plain mode makes every journey of the scenarios, in ASCII and without control sequences."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.plain.person import Person, run, terminal
from tests.scenarios import (
    AT_SECOND,
    SCENARIOS,
    Face,
    Scenario,
    Scene,
    scene,
    second_scene,
    to_redirect,
    to_the_end,
)
from wizard.plain.paper import Paper
from wizard.sandbox.twilio import Sandbox

ROWS = list(SCENARIOS)
DUMB = {"TERM": "dumb", "LC_ALL": "C"}


def walked(scenario: Scenario, made: Scene, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Make a journey, and return the person who made it."""
    endpoints = made.endpoints
    env = {"SCIM_WIZARD_HOME": str(made.home), "SCIM_WIZARD_LOG": str(log_of(made))}
    if scenario.starts == "nothing":
        env |= {
            "SCIM_WIZARD_AUTHORIZE_URL": endpoints.authorize_url,
            "SCIM_WIZARD_TOKEN_URL": endpoints.token_url,
            "SCIM_WIZARD_SCIM_URL": endpoints.scim_url,
        }
    with terminal(monkeypatch, DUMB | env) as person:
        code = run([], lambda: scenario.walk(person, made), person)
    assert code == scenario.code, person.text
    return person


@pytest.mark.parametrize("name", ROWS)
def test_journey_is_made(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = SCENARIOS[name]
    prompts = recorded_prompts(monkeypatch)
    with scene(scenario, tmp_path / "home") as made:
        secret = made.sandbox.client_secret
        person = walked(scenario, made, monkeypatch)
        secrets = [secret, *secrets_of(made.sandbox)]
    assert_plain(person)
    assert [words for words in prompts if not is_clear_alone(words)] == []
    printed, told = "".join(person.text.split()), log_of(made).read_text(encoding="utf-8")
    assert "wizard step" in told
    assert not [value for value in secrets if value in printed]
    assert not [value for value in (*secrets, *states_in(printed)) if value in told]


@pytest.mark.parametrize("name", AT_SECOND)
def test_journey_is_made_at_the_second_server(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, grant_type, code = AT_SECOND[name]
    with second_scene(tmp_path / "home", grant_type) as made:
        person = walked(Scenario(walk, code), made, monkeypatch)
    assert_plain(person)
    assert made.sandbox.client_secret not in person.text


def test_client_credentials_take_few_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk, grant_type, _ = AT_SECOND["client credentials"]
    with second_scene(tmp_path / "home", grant_type) as made:
        person = walked(Scenario(walk), made, monkeypatch)
    secrets = {made.sandbox.client_id, made.sandbox.client_secret}
    assert len(secrets & set(person.typed)) == 2
    # Every line ends with Enter. The last one finishes.
    keys = sum(1 if line in secrets else len(line) + 1 for line in person.typed[:-1])
    assert keys <= 8, person.typed


async def first_setup_with_a_wrapped_paste(face: Face, scene: Scene) -> None:
    landed = scene.sandbox.approve(await to_redirect(face, scene))
    await face.paste("\r".join(landed[at : at + 40] for at in range(0, len(landed), 40)))
    await to_the_end(face)


@pytest.mark.usefixtures("real_silence")
def test_wrapped_address_is_one_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(first_setup_with_a_wrapped_paste)
    with scene(scenario, tmp_path / "home") as made:
        walked(scenario, made, monkeypatch)


def recorded_prompts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the words of every prompt from now on."""
    prompts: list[str] = []
    write = Paper.prompt

    def prompt(paper: Paper, words: str) -> None:
        prompts.append(words)
        write(paper, words)

    monkeypatch.setattr(Paper, "prompt", prompt)
    return prompts


def is_clear_alone(words: str) -> bool:
    """Whether a prompt says in sentences what to type or paste, and what Enter does."""
    *_, last = re.split(r"(?<=[.?]) ", words)
    is_sentence = re.match(r"(Type|Paste|Press Enter) ", last) and len(last.split()) <= 25
    return bool(is_sentence) and "press Enter" in last.replace("Press", "press")


def log_of(made: Scene) -> Path:
    """Return the file of the wizard's log of a journey."""
    return made.home.with_name("log")


def secrets_of(sandbox: Sandbox) -> list[str]:
    """Return all secrets that were issued or sent on a journey, which must not be shown."""
    grants = sandbox.grants
    verifiers = (seen.form.get("code_verifier") for seen in sandbox.seen)
    issued = [*grants._codes, *grants._access, *grants._refresh, *filter(None, verifiers)]
    return [sandbox.client_secret, *issued]


def states_in(text: str) -> list[str]:
    """Return the states of the links that were shown, the only place where they may appear."""
    return re.findall(r"[?&]state=([\w-]{20,})", text)


def assert_plain(person: Person) -> None:
    """Assert that the output is ASCII, fits the window, and has no control sequence."""
    assert b"\x1b" not in person.raw
    assert b"\r" not in person.raw.replace(b"\r\n", b"")
    assert person.raw.isascii()
    # A command is not broken, however long the path to the program is.
    for line in person.written.replace(sys.executable, "python3").splitlines():
        assert len(line) <= 80 or "://" in line or " " not in line, line
    assert "^" not in person.text
