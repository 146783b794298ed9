"""Walk through a setup on a real terminal, by keyboard alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol

from tests.forks import FORKS, can_fork
from tests.terminal.harness import ENTER, SPACE, Terminal, ctrl
from wizard.sandbox import serve

WIZARD = (sys.executable, "-m", "wizard")


class Server(Protocol):
    """What a wizard needs to know about a server."""

    authorize_url: str
    token_url: str
    scim_url: str


class App(Protocol):
    """What a person has who sets up an OAuth app: its values, and a browser to approve in."""

    client_id: str
    client_secret: str

    @property
    def redirect_url(self) -> str: ...

    def approve(self, url: str) -> str:
        """Approve a link, and return the URL that the browser lands on."""


def endpoints(base: str) -> Server:
    """Return the endpoints of a simulated Twilio that is served at a URL."""
    return SimpleNamespace(
        authorize_url=serve.authorize_url(base),
        token_url=serve.token_url(base),
        scim_url=serve.scim_url(base),
    )


def variables(home: Path, server: Server | None = None) -> dict[str, str]:
    """Return the environment of a wizard with its own home, set up for a server."""
    env = {"SCIM_WIZARD_HOME": str(home), "HOME": str(home.parent)}
    if server is not None:
        env |= {
            "SCIM_WIZARD_AUTHORIZE_URL": server.authorize_url,
            "SCIM_WIZARD_TOKEN_URL": server.token_url,
            "SCIM_WIZARD_SCIM_URL": server.scim_url,
        }
    return env


def wizard(
    env: Mapping[str, str],
    *arguments: str,
    rows: int = 24,
    cols: int = 80,
    cwd: Path | None = None,
    umask: int = -1,
    has_alternate_screen: bool = True,
) -> Terminal:
    """Return the wizard on a terminal, in a fork of a loaded process where that is the same."""
    return Terminal(
        [*WIZARD, *arguments],
        env=env,
        rows=rows,
        cols=cols,
        cwd=cwd,
        umask=umask,
        has_alternate_screen=has_alternate_screen,
        is_forked=can_fork(env),
    )


def started(
    env: Mapping[str, str], *arguments: str, rows: int = 24, cols: int = 80, umask: int = -1
) -> Terminal:
    """Return the wizard on a terminal, as a shell starts it."""
    return Terminal([*WIZARD, *arguments], env=env, rows=rows, cols=cols, umask=umask)


def run(env: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the wizard without a terminal."""
    assert can_fork(env)
    with FORKS.piped(["wizard", *arguments], {"PATH": os.environ["PATH"], **env}) as process:
        try:
            out, words = process.communicate(timeout=60)
        finally:
            process.kill()
    return subprocess.CompletedProcess(arguments, process.wait(), out, words)


def tick_all(terminal: Terminal) -> None:
    """Step 1: select the seven items, one key each, and continue."""
    terminal.wait_for("0 of 7 selected")
    terminal.send(SPACE * 7)
    terminal.wait_for("7 of 7 selected")
    terminal.send(ENTER)
    terminal.wait_for("Copy these from your OAuth app")


def enter(terminal: Terminal, label: str, text: str) -> None:
    """Paste into the focused field, wait until it says saved, and press Enter."""
    terminal.paste(text)
    terminal.wait_for(lambda screen: is_saved(screen, label))
    terminal.send(ENTER)


def fill_in(terminal: Terminal, client_id: str, client_secret: str, redirect_url: str) -> None:
    """Step 2: fill in the three fields one after the other, and continue."""
    enter(terminal, "Client ID", client_id)
    enter(terminal, "Client Secret", client_secret)
    enter(terminal, "Redirect URL", redirect_url)


def is_saved(screen: str, label: str) -> bool:
    """Whether a field's box says "saved" in its lower line."""
    rows = screen.splitlines()
    tops = [at for at, row in enumerate(rows) if f"─ {label} " in row]
    return any("saved" in "".join(rows[at : at + 3]) for at in tops)


def link(terminal: Terminal) -> str:
    """Step 3: copy the link, which leads on to Redirect, and return the copied text."""
    terminal.wait_for("Approve access")
    terminal.wait_for(lambda screen: "state=" in screen.replace("\n", ""))
    terminal.send(ctrl("y"))
    terminal.wait_for("paste it here")
    return terminal.clipboard[-1]


def set_up(terminal: Terminal, app: App) -> int:
    """Walk from an empty home to Done, finish, and return the exit code."""
    tick_all(terminal)
    fill_in(terminal, app.client_id, app.client_secret, app.redirect_url)
    terminal.paste(app.approve(link(terminal)))
    return finish(terminal)


def finish(terminal: Terminal) -> int:
    """Steps 5 and 6: wait for the check, continue, and finish; return the exit code."""
    terminal.wait_for(lambda screen: "Token refresh tested" in screen and "Next ›" in screen)
    terminal.send(ENTER)
    terminal.wait_for("Finish")
    terminal.send(ENTER)
    return terminal.wait_exit()
