"""A setup in plain mode on a console, from the first prompt to the last."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.commands.stage import environment
from tests.windows.console import WIZARD, Console

PROMPTS: Final = (
    "or press Enter for 1:",
    "press Enter to skip this and the rest:",
    'or type "all" to confirm these 6:',
    "Field 1 of 3. Paste the Client ID, or press Enter to keep",
    "or press Enter to keep the demo's secret:",
    "Field 3 of 3. Paste the Redirect URL, or press Enter to keep",
    "or press Enter to approve (demo only):",
    "Press Enter to paste the demo's URL",
    "Step 6 of 6. Press Enter to finish",
)


def test_setup_in_plain_mode_reaches_done(home: Path) -> None:
    with Console([*WIZARD, "--demo", "--plain"], environment(home)) as console:
        for prompt in PROMPTS:
            console.wait_for(prompt)
            console.type("\r")
        assert console.wait_exit() == 0
        assert "Your SCIM credentials work." in console.screen()
