"""What the wiring builds from the settings of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App

from tests.fakes import tokens
from wizard import run, wiring
from wizard.domain.models import TWILIO, CredentialSet, Endpoints, Profile, StoreKind
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.options import Common
from wizard.ui.textual_internals import NO_SCREENS
from wizard.wiring import Settings

TOKEN_URL = "https://a.example/token"
OTHERS = replace(TWILIO, token_url=TOKEN_URL)
WHOLE = CredentialSet("OQ", Secret("s"), "https://a.example/", OTHERS, tokens=tokens())
GIVEN = Settings(endpoints={"token_url": TOKEN_URL})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home that the environment of every test sets."""
    return tmp_path / "home"


def put(**sets: Any) -> None:
    with wiring.store().locked("default") as held:
        held.save(Profile(), **sets)


@pytest.mark.parametrize("kept", [None, *StoreKind])
def test_a_keyring_is_spoken_of_where_one_is_opened(
    kept: StoreKind | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kept is not None:
        put(active=WHOLE)
        path = home / "profiles" / "default.json"
        path.write_text(
            path.read_text(encoding="utf-8").replace('"file"', f'"{kept.value}"'), encoding="utf-8"
        )
    said: list[Sequence[str]] = []

    def show(_face: object, if_slow: Sequence[str]) -> SimpleNamespace:
        said.append(if_slow)
        return SimpleNamespace(wizard_context=SimpleNamespace(next_profile=None), return_code=0)

    monkeypatch.setattr(run, "_show", show)
    run._walk(Common("default", None, {}, {}), None, is_plain=False, why_plain="")
    [if_slow] = said
    assert (run.UNLOCK in if_slow) is (kept is StoreKind.KEYRING)


def test_unknown_textual_opens_prompts_that_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its crash report could print a secret."""
    opened: list[Settings] = []

    def wizard(settings: Settings, _store: object) -> AbstractContextManager[None]:
        opened.append(settings)
        return nullcontext()

    left = SimpleNamespace(wizard_context=SimpleNamespace(next_profile=None), return_code=0)
    monkeypatch.setattr(wiring, "wizard", wizard)
    monkeypatch.setattr(run, "_show", lambda *_: left)
    monkeypatch.delattr(App, "_fatal_error")
    run._walk(Common("default", None, {}, {}), None, is_plain=False, why_plain="")
    [settings] = opened
    assert (settings.is_plain, settings.why_plain) == (True, NO_SCREENS)


def wizard(settings: Settings) -> AbstractContextManager[wiring.Face]:
    return wiring.wizard(settings, wiring.store())


def draft_of(face: wiring.Face) -> CredentialSet:
    return face.wizard_context.session.working_draft()


def test_new_setup_begins_with_the_endpoints_that_were_given() -> None:
    with wizard(GIVEN) as app:
        assert draft_of(app) == CredentialSet(endpoints=OTHERS)
    with wizard(Settings()) as app:
        assert draft_of(app) == CredentialSet()


@pytest.mark.parametrize("kind", ["active", "draft"])
def test_stored_endpoints_stay(kind: str) -> None:
    put(**{kind: WHOLE})
    with wizard(GIVEN) as app:
        assert draft_of(app).endpoints == OTHERS
    elsewhere = Settings(endpoints={"token_url": "https://b.example/token"})
    with pytest.raises(SetupError, match="endpoints-conflict"), wizard(elsewhere):
        pass


def open_wizard(profile: str = "default") -> wiring.Face:
    common = Common(profile, None, {}, {})
    return run._open(common.settings(), None)


def test_second_wizard_on_a_profile_is_refused_from_before_the_first_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = SimpleNamespace(wizard_context=SimpleNamespace(next_profile=None), return_code=0)
    others: list[str] = []

    def show(_face: object, _if_slow: Sequence[str]) -> SimpleNamespace:
        """Replace the first wizard, which is about to be built."""
        monkeypatch.setattr(run, "_show", lambda *_: left)
        with pytest.raises(SetupError, match="another-wizard"):
            open_wizard()
        open_wizard("acme")
        others.append("tried")
        return left

    monkeypatch.setattr(run, "_show", show)
    open_wizard()
    assert others == ["tried"]
    open_wizard()


def test_demo_has_a_home_and_values_of_its_own(home: Path) -> None:
    with wiring.demo(Settings(), "loopback") as app:
        draft = draft_of(app)
        assert draft.is_complete
        assert draft.redirect_url.startswith("http://127.0.0.1:")
        endpoints = (draft.endpoints.authorize_url, draft.endpoints.token_url)
        assert all(url.startswith("http://127.0.0.1:") for url in endpoints)
        assert draft.endpoints != Endpoints()
    assert not home.exists()


def test_scenario_that_is_not_there_is_told() -> None:
    with pytest.raises(SetupError, match="no-scenario") as caught, wiring.demo(Settings(), "x\x1b"):
        pass
    assert "happy" in caught.value.problem.cause
    assert "\x1b" not in caught.value.problem.title
