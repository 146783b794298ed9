"""The film of a setup is up to date; test_scenes.py checks each single picture.

After a change, run python -m screenshots.render, and look at each picture that differs.
"""

from __future__ import annotations

import re
from pathlib import Path

from screenshots import film
from screenshots.render import HERE, PICTURES, still
from tests.ui.scenes import SCENES

DRAWN = [scene for scene in SCENES if scene.name in PICTURES]


async def test_film_shows_the_setup_as_it_is_now(tmp_path: Path) -> None:
    svg = await film.film(tmp_path, still)
    assert len(svg.encode()) < 1_000_000
    kept = (HERE / film.FILE).read_text(encoding="utf-8")
    # The frames first: they say what differs.
    assert frames(svg) == frames(kept), "out of date: see what python -m screenshots.render makes"
    assert svg == kept


def frames(svg: str) -> list[list[str]]:
    """Return the texts of each frame, in the order in which they are drawn."""
    return [re.findall(r">([^<]+)</text>", frame) for frame in svg.split('<g class="frame')[1:]]


def test_no_picture_is_left_of_what_is_no_more_and_the_readme_shows_those_there_are() -> None:
    drawn = {look.file(scene) for scene in DRAWN for look in PICTURES[scene.name]} | {film.FILE}
    assert len(DRAWN) == len(PICTURES)
    assert {path.name for path in HERE.glob("*.svg")} == drawn
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\(screenshots/([^)]+)\)", readme)
    assert shown
    assert set(shown) <= drawn
