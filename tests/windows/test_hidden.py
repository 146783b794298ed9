"""What is typed while the full link is shown, or as a secret, isn't echoed on a console."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.stage import environment
from tests.windows.console import Console

CODE = "https://idp.example.invalid/callback?code=planted-code"
SHOW = """
import asyncio, sys
from pathlib import Path
from wizard.host.line_reader import show_bare
from wizard.host.loop import Loop

with asyncio.Runner(loop_factory=Loop) as runner:
    entered = runner.run(show_bare("https://t.example/authorize?state=1"))
Path(sys.argv[1]).write_text(entered, encoding="utf-8")
"""


@pytest.mark.parametrize(
    ("typed", "entered"),
    [("\r", ""), (f"{CODE}\r", CODE), ("é\x08\xe0\r", "à"), ("\x04", ""), ("\x1b", "")],
)
def test_what_is_typed_below_the_full_link_is_read_and_not_echoed(
    home: Path, tmp_path: Path, typed: str, entered: str
) -> None:
    found = tmp_path / "entered"
    with Console(["-c", SHOW, str(found)], environment(home)) as console:
        console.wait_for("or press Enter or Esc to go back.")
        before = console.screen()
        assert "https://t.example/authorize?state=1" in before
        console.type(typed)
        assert console.wait_exit() == 0
        assert console.screen() == before
    assert found.read_text(encoding="utf-8") == entered
