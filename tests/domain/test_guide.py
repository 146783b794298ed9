"""The text of each step, as screens and prompts show it."""

from __future__ import annotations

import pytest

from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE, ON_SCREEN, TYPED


@pytest.mark.parametrize("keys", [ON_SCREEN, TYPED])
@pytest.mark.parametrize("step", list(GUIDE))
def test_every_page_names_the_keys_of_its_face(step: Step, keys: dict[str, str]) -> None:
    page = GUIDE[step].naming(keys)
    assert not {"{", "}"} & set(page.intro + "".join(page.help))


def test_each_face_says_how_a_new_link_is_made() -> None:
    assert "Press Ctrl+T to create a new link" in " ".join(
        GUIDE[Step.REDIRECT].naming(ON_SCREEN).help
    )
    assert 'Type "new link" to create a new link' in " ".join(
        GUIDE[Step.REDIRECT].naming(TYPED).help
    )
