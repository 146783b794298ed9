"""The text of each step, as screens and prompts show it."""

from __future__ import annotations

import pytest

from wizard.domain.models import GrantType
from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE, ON_SCREEN, TYPED, page


@pytest.mark.parametrize("keys", [ON_SCREEN, TYPED])
@pytest.mark.parametrize("step", list(GUIDE))
def test_every_page_names_the_keys_of_its_face(step: Step, keys: dict[str, str]) -> None:
    told = GUIDE[step].naming(keys)
    assert not {"{", "}"} & set(told.intro + "".join(told.help))


def test_each_face_says_how_a_new_link_is_made() -> None:
    assert "Press Ctrl+T to create a new link" in " ".join(
        GUIDE[Step.REDIRECT].naming(ON_SCREEN).help
    )
    assert 'Type "new link" to create a new link' in " ".join(
        GUIDE[Step.REDIRECT].naming(TYPED).help
    )


@pytest.mark.parametrize("step", [Step.AUTHORIZE, Step.REDIRECT, Step.CHECK, Step.CREDENTIALS])
def test_help_names_the_other_grant_type_where_it_would_show(step: Step) -> None:
    if step in GrantType.CLIENT_CREDENTIALS.steps:
        told = " ".join(page(step, GrantType.CLIENT_CREDENTIALS).naming(ON_SCREEN).help)
        assert "Authorization code grant type" in told
    else:
        told = " ".join(page(step, GrantType.AUTHORIZATION_CODE).naming(ON_SCREEN).help)
        assert "Client credentials grant type" in told


def test_help_of_an_app_mentions_no_approval() -> None:
    for step in GrantType.CLIENT_CREDENTIALS.steps:
        told = page(step, GrantType.CLIENT_CREDENTIALS).naming(ON_SCREEN)
        text = " ".join((told.intro, *told.help))
        for unwanted in (
            "Approve access",
            "authorization link",
            "Authorize again",
            "Redirect URL is",
        ):
            assert unwanted not in text, step
