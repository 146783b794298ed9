"""The link on its way out, in the bytes that are sent: to a clipboard, and as a hyperlink."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.stage import now, put
from tests.terminal.harness import Terminal, ctrl
from tests.terminal.walk import variables, wizard
from tests.ui.running import LINKED, TICKED
from wizard.domain.authorize import authorize_url, begin
from wizard.domain.models import Profile
from wizard.domain.steps import Step

OVER_SSH = {"SSH_TTY": "/dev/pts/9"}
LINK = re.compile(rb"\x1b\]8;[^;]*;(https[^\x07\x1b]*)\x1b\\")


def to_authorize(terminal: Terminal) -> None:
    terminal.wait_for("Unfinished setup")
    terminal.send("u")
    terminal.wait_for(lambda screen: "Approve access" in screen and "Copy link" in screen)


@pytest.mark.parametrize(
    "env", [{}, {"TMUX": "/tmp/tmux-0/default,1,0"}, {"TERM": "tmux-256color"}]
)
def test_over_ssh_the_terminal_is_asked_and_nothing_is_claimed(
    tmp_path: Path, env: dict[str, str]
) -> None:
    home = tmp_path / "home"
    draft = replace(LINKED, attempts=(begin(LINKED, None, now()),))
    put(home, Profile(ticks=TICKED, draft_step=Step.AUTHORIZE, draft_saved_at=now()), draft=draft)
    url = authorize_url(draft.attempts[0])
    with wizard(variables(home) | OVER_SSH | env) as terminal:
        to_authorize(terminal)
        assert {found.decode() for found in LINK.findall(terminal.raw)} == {url}
        # Once a row, of 56 characters at the most.
        assert len(LINK.findall(terminal.raw)) >= -(-len(url) // 56) > 1
        terminal.send(ctrl("y"))
        terminal.wait_for("your terminal was asked to copy it")
        terminal.wait_for("if pasting gives nothing: ^l shows it bare")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        asked = b"\x1b]52;c;" + base64.b64encode(url.encode()) + b"\x07"
        handed_through = b"\x1bPtmux;\x1b" + asked + b"\x1b\\"
        assert terminal.raw.count(handed_through) == (1 if env else 0)
        assert terminal.raw.replace(handed_through, b"").count(asked) == 1
