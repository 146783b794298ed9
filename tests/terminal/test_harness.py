"""The harness itself: it shows what a person in front of a terminal would see."""

from __future__ import annotations

import base64
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests import system
from tests.terminal.emulator import Emulator
from tests.terminal.harness import (
    BACKSPACE,
    ENTER,
    ESC,
    F1,
    Terminal,
    ctrl,
)

TEXTUAL_APP = """
import os
from textual import events, on
from textual.app import App, ComposeResult
from textual.widgets import Button, Input, Static

class Demo(App[int]):
    BINDINGS = [("ctrl+q", "leave", ""), ("f1", "help", ""), ("escape", "back", "")]

    def compose(self) -> ComposeResult:
        yield Input(id="field")
        yield Static(id="size")
        yield Static(id="news")
        yield Button("Push me")

    def say(self, news: str) -> None:
        self.query_one("#news", Static).update(news)

    def on_mount(self) -> None:
        self.say("ready")

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#size", Static).update(f"{event.size.width} by {event.size.height}")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        self.say(f"submitted {len(event.value)}")

    @on(Button.Pressed)
    def pressed(self) -> None:
        self.say("pushed")

    def action_help(self) -> None:
        self.copy_to_clipboard("copied täxt")
        self.say("[link='https://example.com/a?b=c']help[/link]")

    def action_back(self) -> None:
        self.say("back")

    def action_leave(self) -> None:
        self.exit(7)

app = Demo()
raise SystemExit(app.run())
"""


@pytest.fixture
def textual_app(tmp_path: Path) -> list[str]:
    path = tmp_path / "app.py"
    path.write_text(TEXTUAL_APP, encoding="utf-8")
    return [sys.executable, str(path)]


def _python(source: str) -> list[str]:
    return [sys.executable, "-c", source]


def test_a_textual_app_is_typed_into_clicked_and_left(textual_app: list[str]) -> None:
    with Terminal(textual_app) as terminal:
        terminal.wait_for("ready")
        assert terminal.is_alt_screen
        assert terminal.is_mouse_on
        assert len(terminal.screen().split("\n")) == 24
        terminal.send("abcd")
        terminal.wait_for("abcd")
        terminal.send(BACKSPACE)
        terminal.wait_gone("abcd")
        terminal.send("é")
        terminal.wait_for("abcé")
        terminal.send(ENTER)
        terminal.wait_for("submitted 4")
        terminal.click("Push me")
        terminal.wait_for("pushed")
        terminal.send(ESC)
        terminal.wait_for("back")
        terminal.wait_gone("pushed")
        terminal.send(F1)
        terminal.wait_for("help")
        assert terminal.clipboard == ["copied täxt"]
        assert terminal.links == ["https://example.com/a?b=c"]
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 7
        assert terminal.leftovers == []
        assert terminal.screen().strip() == ""
        assert "abcé".encode() in terminal.raw


def test_a_paste_arrives_whole_when_bracketed_and_as_keys_when_not(textual_app: list[str]) -> None:
    with Terminal(textual_app) as terminal:
        terminal.wait_for("ready")
        # An Input keeps the first line of a paste, and reads an Enter key as "submit".
        terminal.paste("p" * 3000 + "\nrest")
        terminal.send(ENTER)
        terminal.wait_for("submitted 3000")
        terminal.paste_raw("q\n")
        terminal.wait_for("submitted 3001")


@pytest.mark.parametrize("in_band_resize", [False, True])
def test_a_textual_app_follows_the_window(textual_app: list[str], in_band_resize: bool) -> None:
    with Terminal(textual_app, in_band_resize=in_band_resize) as terminal:
        terminal.wait_for("80 by 24")
        terminal.resize(30, 100)
        screen = terminal.wait_for("100 by 30")
        assert len(screen.split("\n")) == 30


@pytest.mark.parametrize("number", [signal.SIGTERM, system.SIGKILL])
def test_a_program_that_is_killed_leaves_its_traces(
    textual_app: list[str], number: signal.Signals
) -> None:
    with Terminal(textual_app) as terminal:
        terminal.wait_for("ready")
        terminal.kill(number)
        assert terminal.wait_exit() == -number
        assert terminal.is_alt_screen
        assert {"mode 1049 on", "mode 1003 on", "mode 25 off"} <= set(terminal.leftovers)
        assert {"kitty keyboard", "no echo", "no line input"} <= set(terminal.leftovers)


def test_a_plain_program_has_a_controlling_terminal_and_a_clean_environment(
    tmp_path: Path,
) -> None:
    source = """
import os, sys
print(open("/dev/tty").isatty(), os.getcwd(), oct(os.umask(0)), os.get_terminal_size().lines)
print(sorted(k for k in os.environ if k != "LC_CTYPE"), os.getpgrp() == os.tcgetpgrp(0))
print("hello,", input("name? "))
sys.exit(3)
"""
    with Terminal(_python(source), env={"OWN": "1"}, cwd=tmp_path, rows=10, umask=0o77) as terminal:
        screen = terminal.wait_for("name?")
        assert f"True {tmp_path}".replace("\n", "") in screen.replace("\n", "")
        assert "0o77 10" in screen.replace("\n", "")
        assert "['COLORTERM', 'LANG', 'OWN', 'PATH', 'TERM'] True" in screen
        assert terminal.cursor[1] == len("name? ")
        terminal.send(f"Ann{ENTER}")
        assert terminal.wait_exit() == 3
        terminal.wait_for("hello, Ann")
        terminal.kill(system.SIGKILL)
        terminal.send("to nobody")
        assert terminal.wait_exit() == 3
        assert terminal.leftovers == []


def test_the_locale_is_the_one_asked_for() -> None:
    source = "import os; print('LC_CTYPE', os.environ.get('LC_CTYPE'))"
    env = {"LANG": "C", "PYTHONCOERCECLOCALE": "0"}
    with Terminal(_python(source), env=env) as terminal:
        assert terminal.wait_exit() == 0
        terminal.wait_for("LC_CTYPE None")


def test_ctrl_c_interrupts_and_closing_the_window_hangs_up(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    source = f"""
import pathlib, signal
def leave(number, frame):
    pathlib.Path({str(gone)!r}).write_text(str(number))
    raise SystemExit(5)
signal.signal(signal.SIGHUP, leave)
try:
    print("one", flush=True)
    signal.pause()
except KeyboardInterrupt:
    print("interrupted", flush=True)
signal.pause()
"""
    with Terminal(_python(source)) as terminal:
        terminal.wait_for("one")
        terminal.send(ctrl("c"))
        terminal.wait_for("interrupted")
        terminal.hang_up()
        assert terminal.wait_exit() == 5
        assert gone.read_text(encoding="utf-8") == str(int(system.SIGHUP))


def test_waiting_gives_up_and_shows_the_screen() -> None:
    source = "print('only this', flush=True); input()"
    with Terminal(_python(source)) as terminal:
        terminal.wait_for("only this")
        with pytest.raises(AssertionError, match=r"waited in vain for 'that' (?s:.*)only this"):
            terminal.wait_for("that", timeout=0.05)
        with pytest.raises(AssertionError, match="still running"):
            terminal.wait_exit(timeout=0.05)


def test_waiting_ends_with_the_program() -> None:
    with Terminal(_python("print('last words')")) as terminal:
        terminal.wait_for("last words")
        terminal.wait_exit()
        with pytest.raises(AssertionError, match=r"program ended(?s:.*)last words"):
            terminal.wait_for("more")


def test_no_thread_stays_behind() -> None:
    before = threading.active_count()
    with Terminal(_python("input()")) as terminal:
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    assert terminal.pid > 0


def test_output_may_come_byte_by_byte() -> None:
    link = "\x1b]8;;https://example.com/\x1b\\here\x1b]8;;\x1b\\"
    copied = "\x1b]52;c;" + base64.b64encode(b"kept").decode() + "\x07"
    output = f"\x1b[?1049h\x1b[>25u\x1b[2;3Hé{link}{copied}\x1b[<u\x1bP+q544e\x1b\\\x1b[?25l!"
    emulator = Emulator(4, 20)
    for byte in output.encode():
        emulator.feed(bytes([byte]))
    assert [line.rstrip() for line in emulator.lines] == ["", "  éhere!", "", ""]
    assert emulator.links == ["https://example.com/"]
    assert emulator.clipboard == ["kept"]
    assert emulator.leftovers == ["mode 25 off", "mode 1049 on"]


def test_the_screen_from_before_comes_back() -> None:
    emulator = Emulator(2, 20)
    emulator.feed(b"$ run\r\n\x1b[?1049hpainted\x1b[?1049ldone")
    assert [line.rstrip() for line in emulator.lines] == ["$ run", "done"]
    emulator.feed(b"\x1b[?1049h\x1b[2;1Hagain")
    assert [line.rstrip() for line in emulator.lines] == ["", "again"]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
        (b"\x1b[?2026h\x1b[?2026$p", b"\x1b[?2026;1$y"),
        (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
        (b"\x1b[2;4H\x1b[6n", b"\x1b[2;4R"),
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"\x1b[5n", b"\x1b[0n"),
    ],
)
def test_a_query_is_answered(query: bytes, answer: bytes) -> None:
    emulator = Emulator(24, 80)
    assert emulator.feed(query) == answer
    assert "".join(emulator.lines).strip() == ""


@pytest.mark.parametrize(
    "unknown",
    [
        "\x1b[38:2::1:2:3m",
        "\x1b[?4;3m",
        "\x1b[=5u",
        "\x1b[>4;2m",
        "\x1b[1;2 q",
        "\x1b[8;1;2t",
        "\x1b\x1b",
    ],
)
def test_what_is_not_known_prints_nothing(unknown: str) -> None:
    emulator = Emulator(2, 20)
    assert emulator.feed(f"a{unknown}".encode()) == b""
    assert emulator.feed(b"\x1b[mb") == b""
    assert emulator.lines[0].rstrip() == "ab"
