"""Properties of the terminal that are read before Textual is imported."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest
from rich.console import Console

from tests import system
from wizard.host.terminal import (
    has_few_colors,
    is_in_tmux,
    is_interactive,
    is_over_ssh,
    prepare_environment,
    why_plain,
)


@pytest.fixture
def tty() -> Iterator[TextIO]:
    ours, theirs = system.openpty()
    with (
        os.fdopen(theirs, "r+b", buffering=0) as raw,
        io.TextIOWrapper(raw, encoding="utf-8") as stream,
    ):
        yield stream
    os.close(ours)


@pytest.mark.parametrize("missing", [None, "stdin", "stderr"])
@pytest.mark.parametrize("instead", ["a pipe", "closed", "none"])
def test_a_terminal_is_needed_on_stdin_and_stderr(
    monkeypatch: pytest.MonkeyPatch, tty: TextIO, missing: str | None, instead: str
) -> None:
    other = None if instead == "none" else io.StringIO()
    if other is not None and instead == "closed":
        other.close()
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, other if name == missing else tty)

    assert is_interactive() is (missing is None)


@pytest.mark.parametrize(
    ("environ", "encoding", "said"),
    [
        ({"TERM": "xterm-256color"}, "utf-8", ""),
        ({"TERM": "xterm-256color"}, "UTF8", ""),
        ({}, "utf-8", ""),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, "utf-8", ""),
        ({"TERM": "dumb"}, "utf-8", "TERM=dumb"),
        ({"TERM": "unknown"}, "utf-8", "TERM=unknown"),
        ({"TERM": "xterm"}, "iso8859-15", "iso8859-15"),
        ({"TERM": "xterm"}, "no-such-encoding", "ascii"),
        # Python writes UTF-8 there anyway (PEP 540).
        ({"TERM": "xterm", "LC_ALL": "C"}, "utf-8", "ascii"),
        ({"TERM": "xterm", "LC_ALL": "POSIX"}, "utf-8", "ascii"),
    ],
)
def test_why_the_screens_cannot_be_drawn(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], encoding: str, said: str
) -> None:
    for name in ("is_painting_on_terminal", "takes_escapes"):
        monkeypatch.setattr(f"wizard.host.terminal.system.{name}", lambda: True)
    why = why_plain(environ, encoding)

    assert bool(why) is bool(said)
    assert said in why


@pytest.mark.parametrize(
    ("missing", "said"),
    [("is_painting_on_terminal", "output is redirected"), ("takes_escapes", "escape sequences")],
)
def test_why_the_screens_cannot_be_drawn_on_windows(
    monkeypatch: pytest.MonkeyPatch, missing: str, said: str
) -> None:
    """As with `scim-wizard > file`: it isn't painted into the file."""
    for name in ("is_painting_on_terminal", "takes_escapes"):
        monkeypatch.setattr(
            f"wizard.host.terminal.system.{name}", lambda name=name: name != missing
        )
    assert said in why_plain({}, "utf-8")


def test_the_encoding_is_that_of_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert "iso8859-1" in why_plain({})
    monkeypatch.setattr(sys, "stderr", None)
    assert "ascii" in why_plain({})


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
def test_ssh_is_known_by_any_of_its_variables(name: str) -> None:
    assert is_over_ssh({name: "x"})
    assert not is_over_ssh({name: ""})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "100"),
        ({"SSH_TTY": "/dev/pts/3"}, "400"),
        ({"SSH_TTY": "/dev/pts/3", "ESCDELAY": "50"}, "50"),
    ],
)
def test_the_escape_delay(environ: dict[str, str], expected: str) -> None:
    prepare_environment(environ)

    assert environ["ESCDELAY"] == expected


def test_of_textuals_variables_the_harmless_ones_stay() -> None:
    harmless = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_FPS": "30"}
    others = {
        "TEXTUAL": "devtools,debug",
        "TEXTUAL_LOG": "keys.log",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": "/tmp",
        "TEXTUAL_DRIVER": "x:y",
        "TEXTUAL_COLOR_SYSTEM": "bad",
        "TEXTUAL_PRESS": "enter",
        "TEXTUAL_OF_TOMORROW": "1",
        "Textual_Log": "keys.log",
    }
    environ = {"HOME": "/", **harmless, **others}
    prepare_environment(environ)
    assert environ == {"HOME": "/", "ESCDELAY": "100", **harmless}


def test_textual_reads_the_delay_set_before_its_import() -> None:
    program = (
        "import os, sys\n"
        "from wizard.host.terminal import prepare_environment\n"
        "prepare_environment(os.environ)\n"
        "assert 'textual' not in sys.modules\n"
        "from textual.constants import ESCAPE_DELAY\n"
        "print(ESCAPE_DELAY)\n"
    )
    environ = {k: v for k, v in os.environ.items() if k != "ESCDELAY"} | {"SSH_TTY": "/dev/pts/3"}
    output = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )

    assert output.stdout.strip() == "0.4"


@pytest.mark.posix("On Windows, Rich does not read TERM")
@pytest.mark.parametrize("term", ["", "xterm", "screen", "linux", "vt100", "rxvt-16color"])
@pytest.mark.parametrize("more", ["", "-256color", "-kitty"])
@pytest.mark.parametrize("colorterm", ["", "truecolor", "24bit", "yes"])
def test_few_colors_are_those_that_the_screens_are_sent_in(
    term: str, more: str, colorterm: str
) -> None:
    environ = {"TERM": term + more, "COLORTERM": colorterm}
    # The stream that Textual writes to.
    console = Console(force_terminal=True, _environ=environ)
    assert has_few_colors(environ, "linux") is (console.color_system == "standard")


def test_no_color_is_few_also_where_there_are_many() -> None:
    assert has_few_colors({"NO_COLOR": "", "COLORTERM": "truecolor"}, "linux")
    assert not has_few_colors({}, "win32")


@pytest.mark.parametrize(
    ("environ", "is_there"),
    [({"TMUX": "/tmp/tmux-0/default"}, True), ({"TERM": "tmux-256color"}, True), ({}, False)],
)
def test_tmux_is_known_by_its_variables(environ: dict[str, str], is_there: bool) -> None:
    assert is_in_tmux(environ) is is_there
