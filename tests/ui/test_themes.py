"""Themes: selected by name, remembered, and readable, even where there are few colors."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import unwrap
from pathlib import Path
from typing import Final

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from textual._compositor import Compositor
from textual.color import Color
from textual.command import Command, CommandList
from textual.css.stylesheet import Stylesheet
from textual.theme import Theme
from textual.widgets import Button

from screenshots.render import still
from tests import walks
from tests.driving import make_app, text_of, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.contrast import ENOUGH, ratio
from tests.ui.playing import Scene, playing
from tests.ui.running import ACTIVE, running, seed
from tests.ui.scenes import SCENES
from tests.walks import ThePilot
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.problems import SetupError
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.theme import DARK, LIGHT, Look, themes

TIGHT: Final = {"check-unrenewable", "credentials-unsaved"}
"""The scenes with the widest rows of buttons."""
SYSTEMS: Final = (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD)
XTERM: Final = [
    ColorTriplet(*bytes.fromhex(color))
    for row in (
        "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5",
        "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    )
    for color in row.split(" ")
]
VISIBLE: Final = 3.0
"""The minimum contrast of signs and the lines of fields in WCAG 2 (1.4.11)."""
TEXTS: Final = ("foreground", "muted", "brand", "footer-key-foreground", "success", "warning",
                "error")  # fmt: skip
SIGNS: Final = (
    *((sign, "background") for sign in ("line", "primary", "success", "warning", "error")),
    # The edges of the button with the focus.
    ("foreground", "background"),
)
ON: Final = (
    ("primary", "background", ENOUGH),
    ("on-primary", "primary", ENOUGH),
    ("on-primary", "accent", ENOUGH),
    ("on-warning", "warning", ENOUGH),
    ("foreground", "selection", ENOUGH),
    ("foreground", "input-selection-background", ENOUGH),
    ("input-cursor-foreground", "input-cursor-background", ENOUGH),
    # A sign and bold mark the line as well.
    ("selection", "background", 1.5),
)


# -- selected --------------------------------------------------------------------------------------


def offered(pilot: ThePilot) -> str:
    """Return the line of the palette that Enter selects."""
    lines = pilot.app.screen.query(CommandList)
    option = lines.first().highlighted_option if lines else None
    return (option.hit.text or "") if isinstance(option, Command) else ""


async def choose(pilot: ThePilot, title: str) -> None:
    """Select a theme in the palette, by keys alone."""
    await wait_for_screen(pilot, PrerequisitesScreen)
    await pilot.press("ctrl+p")
    await wait_until(pilot, lambda: offered(pilot) == "Help", "the palette")
    await pilot.press(*"theme")
    await wait_until(pilot, lambda: offered(pilot) == "Change theme", "the command")
    await pilot.press("enter")
    await wait_until(pilot, lambda: offered(pilot) == "Dark", "the themes")
    await pilot.press(*title.lower().replace(" ", ""))
    await wait_until(pilot, lambda: offered(pilot).startswith(title), title)
    await pilot.press("enter")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Light", LIGHT.name), ("ANSI dark", "ansi-dark"), ("ANSI light", "ansi-light")],
)
async def test_a_theme_is_chosen_from_the_palette_and_remembered(
    world: World, title: str, name: str
) -> None:
    kept: list[str] = []

    async def remember(theme: str) -> None:
        kept.append(theme)

    async with running(make_app(world, look=Look(remember=remember))) as (app, pilot):
        assert app.theme == DARK.name
        await choose(pilot, title)
        await wait_until(pilot, lambda: app.theme == name, "the theme")
        await wait_until(pilot, lambda: kept == [name], "its being remembered")
        assert app.has_class("-few-colors") is name.startswith("ansi")
        assert "Before you start" in text_of(app)


async def test_a_theme_that_cannot_be_remembered_is_taken_and_that_is_said(world: World) -> None:
    async def remember(_theme: str) -> None:
        raise SetupError(DISK_FULL.filled(path="/somewhere"))

    async with running(make_app(world, look=Look(remember=remember))) as (app, pilot):
        await choose(pilot, "Light")
        await wait_until(pilot, lambda: bool(app._notifications), "the words")
        assert app.theme == LIGHT.name
        words = [note.message for note in app._notifications]
        assert words == [f"Couldn't save the theme: {DISK_FULL.title}."]


@pytest.mark.parametrize("theme", ["", "nord", "scim-dark"])
async def test_what_is_not_known_is_the_dark_one(world: World, theme: str) -> None:
    trouble = "Your theme couldn't be read: it is damaged."
    async with running(make_app(world, look=Look(theme, trouble=trouble))) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        assert app.theme == DARK.name
        await wait_until(pilot, lambda: bool(app._notifications), "the words")
        assert [note.message for note in app._notifications] == [trouble]


# -- readable --------------------------------------------------------------------------------------


def named(theme: Theme) -> dict[str, str]:
    """Return the colors of a theme by their names in the style sheets."""
    all_ = {**theme.to_color_system().generate(), **theme.variables}
    return {key: value for key, value in all_.items() if value.startswith("#")}


def shown(color: str, system: ColorSystem) -> ColorTriplet:
    """Return what a terminal with so many colors shows; of sixteen, xterm's default ones."""
    rich = Color.parse(color).rich_color.downgrade(system)
    return XTERM[rich.number or 0] if system is ColorSystem.STANDARD else rich.get_truecolor()


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("at", [0, 1], ids=["dark", "light"])
def test_every_color_of_a_theme_is_readable_on_its_grounds(at: int, system: ColorSystem) -> None:
    is_few = system is ColorSystem.STANDARD
    color = named(themes(has_few_colors=is_few)[at])
    # With sixteen colors, brackets and reverse stand for all grounds but the page's.
    grounds = ("background",) if is_few else ("background", "surface", "panel")
    texts = [(text, ground, ENOUGH) for text in TEXTS for ground in grounds]
    signs = [(sign, ground, VISIBLE) for sign, ground in SIGNS]
    pairs = [*texts, *signs, *([] if is_few else ON)]
    faint = [
        f"{ink} on {ground}: {found:.2f}"
        for ink, ground, enough in pairs
        if (found := ratio(shown(color[ink], system), shown(color[ground], system))) < enough
    ]
    assert faint == []


async def test_focus_and_what_enter_does_are_seen_on_buttons_the_same_way(tmp_path: Path) -> None:
    [scene] = [scene for scene in SCENES if scene.name == "credentials"]
    async with playing(scene, tmp_path) as pilot:
        primary, back = (pilot.app.screen.query_one(f"#{id_}", Button) for id_ in ("next", "back"))
        filled, plain = primary.styles.background, back.styles.background
        assert filled != plain
        for here, other in ((back, primary), (primary, back)):
            here.focus()
            await pilot.pause()
            assert here.has_focus
            assert here.styles.background == filled
            assert other.styles.background == plain
            edges = [button.styles.border_left for button in (here, other)]
            ink = Color.parse(DARK.foreground or "")
            assert edges == [("outer", ink), ("outer", plain)]
            assert not here.styles.text_style.underline


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("prerequisites", ["› [ ] I have", "[x] I'm", "● Prerequisites", "○ Credentials"]),
        ("credentials-wrong", ["✗ This is", "! Only 5", "✗ The Redirect", "✓ Prerequisites"]),
        ("check-failed", ["✓ State", "✗ GET", "✗ Missing"]),
        ("overview", ["› Check now"]),
    ],
)
async def test_without_colors_signs_say_the_same(
    name: str, signs: list[str], tmp_path: Path
) -> None:
    [scene] = [scene for scene in SCENES if scene.name == name]
    async with playing(scene, tmp_path) as pilot:
        text = " ".join(text_of(pilot.app).split())
        assert [sign for sign in signs if sign not in text] == []


# -- few colors ------------------------------------------------------------------------------------


def reversed_text(segments: Iterable[Segment]) -> str:
    return "".join(s.text for s in segments if s.style is not None and s.style.reverse).strip()


def focus_of(pilot: ThePilot) -> str:
    """Return the text drawn in reverse on the rows of the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return " ".join(filter(None, map(reversed_text, strips)))


async def test_with_few_colors_brackets_show_fields_and_reverse_the_focus(world: World) -> None:
    async with running(make_app(world, look=Look(has_few_colors=True))) as (app, pilot):
        await walks.prerequisites(pilot, world)
        assert focus_of(pilot).startswith("› [ ] I have the Redirect URL that's set in the app")
        await pilot.press("space", "space", "enter")
        await wait_for_screen(pilot, CredentialsScreen)
        rows = [row.strip(" ○●│✓–") for row in text_of(app).splitlines()]
        # The corners of round boxes are missing in the fonts of text consoles.
        assert sum(row.count("┌") + row.count("╔") for row in rows) == 3, text_of(app)
        assert not set("╭╮╰╯") & set(text_of(app))
        (buttons,) = (row for row in rows if "[" in row)
        assert buttons.replace(" ", "") == "[Advanced…][‹Back][Next›]"
        await wait_until(pilot, lambda: app.focused is not None, "the focus")
        await pilot.press(*"OQ1")
        await wait_until(pilot, lambda: "OQ1" in focus_of(pilot), "the field reversed")
        await pilot.press("shift+tab")
        await wait_until(pilot, lambda: focus_of(pilot) == "Next ›", "the button alone reversed")


async def test_with_few_colors_the_line_of_a_menu_is_reversed(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world, look=Look(has_few_colors=True))) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await wait_until(pilot, lambda: focus_of(pilot).startswith("› Check now"), "the line")


async def test_with_few_colors_the_line_of_the_palette_is_reversed(world: World) -> None:
    async with running(make_app(world, look=Look(has_few_colors=True))) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: "About this step" in text_of(app), "the palette")
        line = "› Help About this step ^g"
        await wait_until(
            pilot, lambda: " ".join(focus_of(pilot).split()).endswith(line), "the line reversed"
        )


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_grounds_are_told_apart_in_256_colors(theme: Theme) -> None:
    """Most terminals over SSH have 256 colors, which distinguish the cursor and the fields."""
    grounds = (theme.background, theme.surface, theme.panel)
    rounded = [
        RichColor.parse(ground).downgrade(ColorSystem.EIGHT_BIT).number
        for ground in grounds
        if ground is not None
    ]
    assert len(set(rounded)) == len(grounds), rounded


@pytest.mark.parametrize("scene", [s for s in SCENES if s.name in TIGHT], ids=str)
async def test_brackets_of_buttons_have_room(scene: Scene, tmp_path: Path) -> None:
    async with playing(scene, tmp_path, (60, 18), "ansi-dark") as pilot:
        [row] = [line for line in text_of(pilot.app).splitlines() if "[ ‹ Back ]" in line]
    assert row.rstrip().endswith("]"), row
    assert row.count("[") == row.count("]")


async def test_dialog_covers_the_step_in_the_terminals_own_colors_too(tmp_path: Path) -> None:
    [scene] = [scene for scene in SCENES if scene.name == "rotate-refused"]
    async with playing(scene, tmp_path, theme="ansi-dark") as pilot:
        assert pilot.app.screen.styles.background.a > 0


@pytest.mark.parametrize("name", ["credentials-wrong", "check-failed"])
async def test_a_screen_looks_the_same_with_its_style_sheets_parsed_anew_and_each_frame_drawn(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other tests parse each sheet once for all apps, and draw the frames that they read."""
    [scene] = [scene for scene in SCENES if scene.name == name]

    async def pictures(home: Path) -> list[str]:
        async with playing(scene, home, theme=LIGHT.name) as pilot:
            in_light = await still(pilot)
            pilot.app.theme = DARK.name
            return [in_light, await still(pilot)]

    usual = await pictures(tmp_path / "usual")
    monkeypatch.setattr(Stylesheet, "_parse_rules", unwrap(Stylesheet._parse_rules))
    monkeypatch.setattr(Compositor, "render_update", unwrap(Compositor.render_update))
    assert await pictures(tmp_path / "anew") == usual
