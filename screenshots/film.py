"""Render a whole setup as one animated SVG, from the real app.

Each frame is the app's own screenshot. The frames lie on top of each other, and CSS shows one at
a time. So the picture plays wherever an SVG is shown as an image, without a script.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, NamedTuple
from unittest.mock import patch

from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.walks import ANSWER, CLIENT_ID, REDIRECT_URL, SECRET, ThePilot
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.theme import DARK

FILE: Final = "setup-80x24-dark.svg"
SIZE: Final = (80, 24)


class Frame(NamedTuple):
    """A screenshot and how long it is shown."""

    svg: str
    seconds: float


async def film(home: Path, still: Callable[[ThePilot], Awaitable[str]]) -> str:
    """Play a setup from the first step to Done, and return it as one SVG.

    Args:
        home: an empty folder.
        still: takes a screenshot once nothing moves.
    """
    frames: list[Frame] = []
    world = walks.happy_world(home)
    app = make_app(world, theme=DARK.name)
    with walks.known_state(), patch("wizard.ui.widgets.results.SPINNER", "⠹"):
        async with app.run_test(size=SIZE) as pilot:

            async def shoot(seconds: float, words: str = "") -> None:
                await wait_until(pilot, lambda: words in text_of(app), words)
                frames.append(Frame(await still(pilot), seconds))

            await play(pilot, shoot)
            app.exit()
    return animated(frames)


async def play(pilot: ThePilot, shoot: Callable[..., Awaitable[None]]) -> None:
    """Walk from the first step to Done, and take a screenshot of each important state."""
    await wait_until(pilot, lambda: "✓ Browser" in text_of(pilot.app), "the machine's checks")
    await shoot(1.5, "0 of 7")
    for count in range(1, 8):
        await pilot.press("space")
        await shoot(1.5 if count == 7 else 0.3, f"{count} of 7")
    await pilot.press("enter")
    await wait_for_screen(pilot, CredentialsScreen)
    await shoot(1.5)
    for count, text in enumerate((CLIENT_ID, SECRET, REDIRECT_URL), 1):
        await paste(pilot, text)
        await wait_until(pilot, lambda n=count: text_of(pilot.app).count("✓ saved") == n, "saved")  # type: ignore[misc]
        await shoot(1.5 if count == 3 else 0.9)
        await pilot.press("enter")
    await walks.linked_authorize(pilot)
    await shoot(3)
    await pilot.press("enter")
    await walks.linked_redirect(pilot)
    await shoot(2.5)
    await paste(pilot, ANSWER)
    await walks.reported_check(pilot)
    await shoot(3)
    await pilot.press("enter")
    await wait_for_screen(pilot, DoneScreen)
    await shoot(4)


def animated(frames: list[Frame]) -> str:
    """Stack the frames on top of each other, and show each for its duration in a loop.

    If the reader prefers reduced motion, only the last frame is shown.
    """
    total = sum(frame.seconds for frame in frames)
    starts = [0.0, *accumulate(frame.seconds for frame in frames)]
    rules, bodies = [], []
    for number, (frame, (start, end)) in enumerate(zip(frames, pairwise(starts), strict=True)):
        style, body = _parts(frame.svg)
        hidden = "visibility:hidden"
        rules.append(
            f"@keyframes f{number}{{0%{{{hidden}}}{100 * start / total:.3f}%{{visibility:visible}}"
            f"{100 * end / total:.3f}%{{{'visibility:visible' if end == total else hidden}}}}}"
            f".f{number}{{animation:f{number} {total:g}s step-end infinite}}"
        )
        rules.append(style)
        bodies.append(f'<g class="frame f{number}">{body}</g>')
    still = "@media(prefers-reduced-motion:reduce){.frame{animation:none}"
    still += f".frame:not(.f{len(frames) - 1}){{visibility:hidden}}}}"
    head = re.match(r"<svg[^>]*>", frames[0].svg)
    assert head is not None
    return f"{head[0]}\n<style>{''.join(rules)}{still}</style>\n{''.join(bodies)}\n</svg>\n"


def _parts(svg: str) -> tuple[str, str]:
    """Return the style of a screenshot, without its fonts, and its drawing."""
    style = re.search(r"<style>(.*?)</style>", svg, re.DOTALL)
    assert style is not None
    rules = re.sub(r"@font-face\s*\{[^}]*\}", "", style[1])
    return " ".join(rules.split()), svg[style.end() :].removesuffix("</svg>\n").strip()
