"""Render the scenes of the real app as SVG, always the same: python -m screenshots.render.

The app runs on the tests' fakes with a clock that stands still, so a picture changes only when a
screen does. A test finds pictures that are out of date.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.theme import Theme

from screenshots import film
from tests.ui.playing import Scene, playing
from tests.ui.scenes import SCENES
from tests.walks import ThePilot
from wizard.ui.theme import DARK, LIGHT

HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Look:
    """How a picture of a scene is taken."""

    size: tuple[int, int]
    theme: Theme

    def __str__(self) -> str:
        return f"{self.size}, {self.theme.name}"

    def file(self, scene: Scene) -> str:
        """Return the picture's file name."""
        columns, rows = self.size
        shade = "dark" if self.theme.dark else "light"
        return f"{scene.name.removesuffix('-light')}-{columns}x{rows}-{shade}.svg"


USUAL: Final = (Look((80, 24), DARK), Look((80, 24), LIGHT))
SIZES: Final = (*USUAL, Look((120, 36), DARK), Look((60, 18), DARK))
LARGE: Final = (*SIZES, Look((160, 48), LIGHT), Look((200, 60), DARK))
PICTURES: Final[Mapping[str, tuple[Look, ...]]] = {
    "prerequisites": SIZES,
    "prerequisites-entra": SIZES,
    "prerequisites-found": USUAL,
    "credentials": LARGE,
    "credentials-wrong": USUAL,
    "authorize": SIZES,
    "authorize-listening": USUAL,
    "redirect": USUAL,
    "redirect-mismatch": SIZES,
    "check-running": USUAL,
    "check": SIZES,
    "check-failed": LARGE,
    "done": SIZES,
    "overview": LARGE,
    "overview-change": USUAL,
    "overview-failed": USUAL,
    "overview-draft": USUAL,
    "help": USUAL,
    "advanced": USUAL,
    "changes": USUAL,
    "consent": USUAL,
    "profiles": USUAL,
    "rotate-refused": USUAL,
    "sheet": USUAL,
    "palette": USUAL[:1],
    # Textual's palette keeps its colors while it is open.
    "palette-light": USUAL[1:],
    "too-small": (Look((52, 14), DARK), Look((52, 14), LIGHT)),
}
"""Every step and dialog, the states of Overview, and a few failures."""


async def render(scene: Scene, home: Path) -> dict[str, str]:
    """Return the pictures of a scene by file name."""
    looks = sorted(PICTURES[scene.name], key=lambda look: look.theme is LIGHT)
    pictures: dict[str, str] = {}
    async with playing(scene, home, looks[0].size, looks[0].theme.name) as pilot:
        for look in looks:
            pilot.app.theme = look.theme.name
            await pilot.resize_terminal(*look.size)
            pictures[look.file(scene)] = await still(pilot)
    return pictures


async def still(pilot: ThePilot) -> str:
    """Return a picture of the screen once its layout no longer changes."""
    seen, before = "", None
    while seen != before:
        await pilot.pause()
        title = pilot.app.title
        seen, before = pilot.app.export_screenshot(title=title, simplify=True), seen
    return numbered_as_seen(seen)


def numbered_as_seen(svg: str) -> str:
    """Number the styles in the order in which they are seen.

    Rich numbers them in the order of all cells. Those include spaces, whose color isn't visible and
    depends on what was painted there before. Rich also derives the picture's name from them.
    """
    old = re.search(r"terminal-\d+", svg)
    assert old is not None
    name = old[0]
    rules = dict(re.findall(rf"\.{name}-(r\d+) (\{{.*?\}})\n", svg))
    seen = re.findall(rf'class="{name}-(r\d+)"', svg)
    numbers = {style: f"r{n}" for n, style in enumerate(dict.fromkeys(seen), 1)}
    svg = re.sub(rf"\.{name}-r\d+ \{{.*?\}}\n", "", svg)
    sheet = "".join(f".{name}-{number} {rules[style]}\n" for style, number in numbers.items())
    svg = re.sub(rf'class="{name}-(r\d+)"', lambda m: f'class="{name}-{numbers[m[1]]}"', svg)
    svg = svg.replace("</style>", f"{sheet}    </style>", 1)
    return svg.replace(name, f"terminal-{zlib.crc32(svg.replace(name, '').encode())}")


def main(folder: Path = HERE) -> None:
    """Render all pictures into a folder."""
    os.environ["TZ"] = "UTC"
    if sys.platform != "win32":
        time.tzset()
    for scene in SCENES:
        if scene.name in PICTURES:
            with tempfile.TemporaryDirectory() as home:
                pictures = asyncio.run(render(scene, Path(home)))
            for name, svg in pictures.items():
                (folder / name).write_text(svg, encoding="utf-8")
                print(name)
    with tempfile.TemporaryDirectory() as home:
        svg = asyncio.run(film.film(Path(home), still))
    (folder / film.FILE).write_text(svg, encoding="utf-8")
    print(film.FILE)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
