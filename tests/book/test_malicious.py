"""A malicious server crashes no interface: screens, prompts, and commands report it or pass."""

from __future__ import annotations

import pytest

from tests.api.generated import Generator
from tests.api.test_generated import raw
from tests.book.stage import Stage, proven, resumed
from tests.book.wire import TOKEN, USERS
from tests.driving import text_of, wait_until
from tests.plain.person import run, terminal
from tests.plain.test_states import DUMB
from wizard.domain.steps import Step

FAULT = "The wizard made a mistake"


@pytest.fixture(autouse=True)
def no_longer_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore every wait that a server asks for."""
    monkeypatch.setattr("wizard.api.answers.retry_after", lambda _headers: None)
    monkeypatch.setattr("wizard.api.users.THROTTLED_PAUSE", 0.0)
    monkeypatch.setattr("wizard.api.token.THROTTLED_PAUSE", 0.0)


def misbehave(stage: Stage, generator: Generator) -> None:
    """Have both endpoints send something that no proper server sends."""
    stage.wire.answers[USERS] = raw(generator, generator.answer("users")).data
    stage.wire.answers[TOKEN] = raw(generator, generator.answer("refresh")).data


@pytest.mark.parametrize("command", ["check", "token"])
def test_command(stage: Stage, capsys: pytest.CaptureFixture[str], command: str) -> None:
    generator = Generator(seed=11)
    codes = set()
    for _ in range(40):
        misbehave(stage, generator)
        stage.put_active(hours=1 if command == "check" else -1)
        ended = stage.run(capsys, command)
        assert FAULT not in ended.words
        assert ended.words.replace("\n", "").isprintable()
        codes.add(ended.code)
    assert codes <= {0, 1, 4, 5}
    assert len(codes) > 1


@pytest.mark.parametrize("seed", range(6))
async def test_screen(stage: Stage, seed: int) -> None:
    misbehave(stage, Generator(seed))
    stage.put_draft(proven(stage.credentials()), Step.CHECK)
    async with resumed() as (app, pilot):
        await wait_until(
            pilot, lambda: any(sign in text_of(app) for sign in ("✗ ", "! ", "Done")), "an end"
        )
        assert FAULT not in text_of(app)


@pytest.mark.parametrize("seed", range(6))
def test_prompts(stage: Stage, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    misbehave(stage, Generator(seed))
    stage.put_draft(proven(stage.credentials()), Step.CHECK)
    with terminal(monkeypatch, DUMB | {"SCIM_WIZARD_HOME": str(stage.home)}) as person:

        async def walk() -> None:
            await person.type("")
            await person.until(
                lambda: any(
                    word in person.news.lower() for word in ("failed", "refused", "rejected")
                ),
                "an end",
            )
            assert FAULT not in person.text
            await person.leave()

        assert run(["--plain"], walk, person, is_whole=True) in (0, 3)
