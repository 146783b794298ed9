"""What a command imports, since that decides its startup time; and that the benchmarks run."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from tests.benchmarks.programs import painted
from tests.benchmarks.starting import FIRST, TOKEN
from tests.commands.stage import ACTIVE, PATIENCE, ROOT, issued, put
from tests.driving import make_app, wait_for_screen, wait_until
from tests.ui.running import running, seed
from tests.walks import happy_world
from wizard.domain.value import replace
from wizard.ui.app import WizardApp
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.theme import Look

HEAVY = {"textual", "rich", "httpx", "keyring", "filelock", "truststore", "asyncio", "ssl"} | {
    "tempfile",
    "secrets",
    "wizard.flow.ports",
}

LATER = {"httpx", "truststore", "keyring", "starlette", "uvicorn", "pyperclip", "webbrowser"} | {
    "importlib.metadata",
    "h11",
    "wizard.flow.link",
    "wizard.flow.ports",
    "wizard.flow.check.draft",
    "wizard.domain.oauth.pasted_response",
    "wizard.domain.errors.consent",
    "wizard.domain.errors.paste",
    "wizard.ui.dialog",
    "wizard.ui.widgets.field",
}
"""Modules that a first frame must not import."""

TELLING = """
import re, sys
from pathlib import Path
from textual.drivers.linux_driver import LinuxDriver

text, told = sys.argv.pop(1), Path(sys.argv.pop(1))
written, write = "", LinuxDriver.write

def telling(self, data):
    global written
    written += re.sub(r"\x1b\\[[0-9;:?<>=]*[ -/]*[@-~]", "", data)
    if text in written and not told.exists():
        told.write_text(" ".join(sys.modules))
    write(self, data)

LinuxDriver.write = telling
import wizard.__main__
wizard.__main__.main()
"""
"""Opens the wizard, and prints all imported modules when it first writes a text."""


def loaded(argv: tuple[str, ...], home: Path, text: str) -> set[str]:
    """Run until a text is painted, and return the names of all modules imported by then."""
    printed = painted(argv, home, text, {"PYTHONPROFILEIMPORTTIME": "1"})
    lines = [line for line in printed.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_token_imports_nothing_heavy(tmp_path: Path) -> None:
    put(tmp_path / "home", active=replace(ACTIVE, tokens=issued(hours=1)))
    names = loaded(TOKEN, tmp_path / "home", "access-1")
    assert "wizard.commands.token" in names
    assert not HEAVY & names


@pytest.mark.parametrize(("screen", "text"), [("prerequisites", FIRST), ("overview", "Check now")])
def test_first_frame_waits_for_its_own_screen_alone(tmp_path: Path, screen: str, text: str) -> None:
    if screen == "overview":
        put(tmp_path / "home", active=replace(ACTIVE, tokens=issued(hours=1)))
    names = painted_with(tmp_path, text)
    screens = {name for name in names if name.startswith("wizard.ui.screens.")}
    assert screens == {f"wizard.ui.screens.{screen}"}
    assert LATER & names == set()
    assert not {name for name in names if name.startswith(("wizard.api.", "wizard.sandbox."))}


def test_no_value_is_a_dataclass() -> None:
    """Each one would compile its methods at import: a tenth of the time to the first frame."""
    product = ROOT / "wizard"
    sources = [path for path in product.rglob("*.py") if "sandbox" not in path.parts]
    compiled = {
        path.name
        for path in sources
        if re.search(r"@(dataclasses\.)?dataclass\b", path.read_text(encoding="utf-8"))
    }
    # Messages of widgets, which Textual changes while it passes them on.
    assert compiled == {"checklist.py", "field.py", "links.py"}


async def test_style_sheet_is_read_when_it_is_needed(tmp_path: Path) -> None:
    def read(app: WizardApp) -> set[str]:
        return {Path(path).name for path, part in app.stylesheet.source if not part}

    world = happy_world(tmp_path / "home")
    async with running(make_app(world)) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        assert read(app) == {"app.tcss"}
        await pilot.press("ctrl+p")
        assert read(app) == {"app.tcss", "palette.tcss"}
    async with running(make_app(world, look=Look(has_few_colors=True))) as (app, _):
        assert read(app) == {"app.tcss", "few_colors.tcss"}


def painted_with(folder: Path, text: str) -> set[str]:
    """Open the wizard on a terminal; return the imported modules when it first writes a text."""
    told = folder / "told"
    painted((sys.executable, "-c", TELLING, text, str(told)), folder / "home", text, {})
    return set(told.read_text(encoding="utf-8").split())


@pytest.mark.usefixtures("drawn")
async def test_step_that_was_left_takes_no_memory(tmp_path: Path) -> None:
    world = happy_world(tmp_path / "home")
    seed(world)
    async with running(make_app(world)) as (_, pilot):
        widgets = (await wait_for_screen(pilot, PrerequisitesScreen)).query("*")
        painted_lines = [weakref.ref(widget._styles_cache) for widget in widgets]
        del widgets
        await pilot.press("enter")
        await wait_for_screen(pilot, CredentialsScreen)

        def is_freed() -> bool:
            gc.collect()
            return not any(lines() for lines in painted_lines)

        await wait_until(pilot, is_freed, "the step to be freed")


def test_benchmarks_run(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.benchmarks", "--runs", "1", "--only", "token"]
    table = tmp_path / "new" / "table.md"
    run = subprocess.run(
        [*argv, "--write", str(table)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "python -c pass" in table.read_text(encoding="utf-8")
    assert "python -c pass" in run.stdout
