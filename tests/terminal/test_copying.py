"""The link as it is sent to the terminal: to the clipboard, and as a hyperlink."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.commands.stage import now, put
from tests.terminal.harness import ENTER, Terminal, ctrl
from tests.terminal.walk import variables, wizard
from tests.ui.running import LINKED, TICKED
from wizard.domain.errors.paste import FOREIGN_STATE
from wizard.domain.models import Profile
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.steps import Step
from wizard.domain.value import replace

OVER_SSH = {"SSH_TTY": "/dev/pts/9"}
LINK = re.compile(rb"\x1b\]8;[^;]*;(https[^\x07\x1b]*)\x1b\\")


def to_authorize(terminal: Terminal) -> None:
    terminal.wait_for("Unfinished setup")
    terminal.send("u")
    terminal.wait_for(lambda screen: "Copy link" in screen and "Creating the link" not in screen)


def handed_out(home: Path) -> str:
    """Leave a setup at Authorize, and return its link."""
    draft = replace(LINKED, attempts=(begin(LINKED, None, now()),))
    put(home, Profile(ticks=TICKED, draft_step=Step.AUTHORIZE, draft_saved_at=now()), draft=draft)
    return authorize_url(draft.attempts[0])


@pytest.mark.parametrize(
    "env", [{}, {"TMUX": "/tmp/tmux-0/default,1,0"}, {"TERM": "tmux-256color"}]
)
def test_over_ssh_the_terminal_is_asked_and_nothing_is_claimed(
    home: Path, env: dict[str, str]
) -> None:
    url = handed_out(home)
    with wizard(variables(home) | OVER_SSH | env) as terminal:
        to_authorize(terminal)
        assert {found.decode() for found in LINK.findall(terminal.raw)} == {url}
        # Once per row of at most 58 characters.
        assert len(LINK.findall(terminal.raw)) >= -(-len(url) // 58) > 1
        terminal.send(ctrl("y"))
        terminal.wait_for("sent to your terminal's clipboard")
        terminal.wait_for("No link on your clipboard? ^l shows it in full.")
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        asked = b"\x1b]52;c;" + base64.b64encode(url.encode()) + b"\x07"
        handed_through = b"\x1bPtmux;\x1b" + asked + b"\x1b\\"
        assert terminal.raw.count(handed_through) == (1 if env else 0)
        assert terminal.raw.replace(handed_through, b"").count(asked) == 1


def test_link_is_printed_bare_in_one_line_and_a_long_answer_is_read_there(home: Path) -> None:
    url = handed_out(home)
    with wizard(variables(home)) as terminal:
        to_authorize(terminal)
        for count in (1, 2):
            terminal.send(ctrl("l"))
            terminal.wait_for(
                lambda screen, count=count: (
                    screen.count("or press Enter or Esc to go back") == count
                )  # type: ignore[misc]
            )
            assert not terminal.is_alt_screen
            assert terminal.raw.count(f"\n{url}\r".encode()) == count
            if count == 1:
                terminal.send(ENTER)
                terminal.wait_for("Approve access")
        # Longer than a line that the kernel can edit.
        terminal.paste(f"{LINKED.redirect_url}?code={'c' * 6000}&state=of-somebody-else")
        terminal.send(ENTER)
        terminal.wait_for(FOREIGN_STATE.title)
        assert terminal.is_alt_screen
        assert b"ccc" not in terminal.raw
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        assert terminal.leftovers == []
