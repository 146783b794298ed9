"""A person at plain mode's prompts, on a real but basic terminal (TERM=dumb)."""

from __future__ import annotations

import asyncio
import io
import os
import re
import select
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

import pytest

from tests import system
from tests.commands.stage import in_encoding
from wizard.cli import cli, main
from wizard.domain.credential_fields import CredentialField
from wizard.domain.models import GrantType
from wizard.domain.texts.prerequisites import USES, use

T = TypeVar("T")

PATIENCE: Final = 30.0
"""Seconds after which waiting for a condition fails; no test measures it."""
PROMPT: Final = re.compile(r"[^\n]: \Z")
BEGINS: Final = re.compile(r"(Step|Field|Item) \d of ")
"""What the line begins with in which a prompt of a step begins."""


def as_ascii(words: str) -> str:
    """Return text as it is written if the locale has only ASCII."""
    return in_encoding(words, "ascii")


class Person:
    """Types at prompts, and reads the new output; this is the `Face` of the scenarios."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._raw = bytearray()
        self._read_from = 0
        self._changed = threading.Condition()
        self._is_at_end = False
        self._typed: list[str] = []

    # -- the terminal ----------------------------------------------------------------------------

    def read(self) -> None:
        """Read the output until the terminal's other end is closed."""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            with self._changed:
                self._raw += data
                self._is_at_end = not data
                self._changed.notify_all()
            if not data:
                return

    @property
    def raw(self) -> bytes:
        """All output so far."""
        with self._changed:
            return bytes(self._raw)

    @property
    def typed(self) -> list[str]:
        """Every line that was typed, in order."""
        return self._typed

    @property
    def text(self) -> str:
        """The output in lines."""
        return self.raw.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def written(self) -> str:
        """The output without the echo of typed text."""
        text = self.text
        for line in self._typed:
            text = text.replace(f": {line}\n", ": \n", 1)
        return text

    @property
    def news(self) -> str:
        """The output since the last typed text."""
        return self.raw[self._read_from :].decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def prompt(self) -> str:
        """The prompt of a step that was printed last, on one line."""
        lines = self.news.splitlines()
        begin = max((n for n, line in enumerate(lines) if BEGINS.match(line)), default=0)
        return " ".join(" ".join(lines[begin:]).split())

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds; on failure, show all output."""

        def wait() -> bool:
            with self._changed:
                self._changed.wait_for(lambda: is_so() or self._is_at_end, PATIENCE)
                return is_so()

        assert await asyncio.to_thread(wait), f"waited in vain for {what}:\n{self.text}"

    async def type(self, line: str) -> None:
        """Type a line once there is a prompt."""
        await self.until(lambda: bool(PROMPT.search(self.news)), "a prompt")
        self._read_from = len(self.raw)
        self._typed.append(line)
        await asyncio.to_thread(self._write, f"{line}\r".encode())

    async def key(self, key: str) -> None:
        """Press a key once there is a prompt."""
        await self.until(lambda: bool(PROMPT.search(self.news)), "a prompt")
        await asyncio.to_thread(self._write, key.encode())

    def _write(self, data: bytes) -> None:
        while data:
            select.select([], [self._master], [], PATIENCE)
            data = data[os.write(self._master, data[:1000]) :]

    # -- the `Face` of the scenarios -------------------------------------------------------------

    async def says(self, *words: str) -> None:
        for each in words:
            wanted = "".join(as_ascii(each).split())
            await self.until(lambda wanted=wanted: wanted in "".join(self.news.split()), each)  # type: ignore[misc]

    async def tick_all(self) -> None:
        await self.says("Step 1 of 6, Prerequisites.")
        starts = ("Typeanumber", "Item1of7")
        await self.until(lambda: any(each in "".join(self.news.split()) for each in starts), "it")
        if "Item 1 of 7" not in self.news:
            await self.type("")
        for number in range(1, 8):
            await self.says(f"Item {number} of 7", "Type yes or no, or press Enter to skip")
            await self.type("yes")

    async def use(self, audience: str, grant_type: GrantType) -> None:
        await self.says("Who will use the credential?")
        await self._choose(audience, grant_type)
        await self.says("or press Enter to skip this and the rest")
        await self.type("")
        await self.says("Press Enter to continue anyway")
        await self.type("")

    async def change_use(self, audience: str, grant_type: GrantType) -> None:
        await self.says('Type "use" to change this.')
        await self.type("use")
        await self._choose(audience, grant_type)

    async def _choose(self, audience: str, grant_type: GrantType) -> None:
        await self.says("Type a number from 1 to 6")
        await self.type(str(USES.index(use(audience, grant_type)) + 1))

    async def enter(self, field: CredentialField, text: str) -> None:
        while True:
            await self.until(lambda: bool(PROMPT.search(self.news)), "a prompt")
            if f"Paste the {field.label}" in self.prompt:
                break
            assert "press Enter to keep" in self.prompt, self.text
            await self.type("")
        await self.type(text)

    async def hand_out(self) -> str:
        await self.until(lambda: bool(PROMPT.search(self.news)), "a prompt")
        if "press Enter to keep" in self.prompt:
            # A field after the one that was entered.
            await self.type("")
        await self.says("or press Enter to show it")
        await self.type("")
        await self.says("Step 4 of 6. Paste the URL you land on (input hidden), then press Enter:")
        return next(line for line in self.news.splitlines() if "/authorize?" in line)

    async def fresh_link(self) -> None:
        await self.type("new link")

    async def paste(self, text: str) -> None:
        await self.says("Step 4 of 6. Paste the URL you land on (input hidden)")
        await self.type(text)

    async def paste_anywhere(self, text: str) -> None:
        await self.type(text)

    async def passed(self) -> None:
        await self.says("GET /Users responds. Response is a SCIM list")

    async def confirm(self) -> None:
        await self.says("Press Enter to confirm that you approved it")
        await self.type("")

    async def primary(self) -> None:
        await self.type("")

    async def back(self) -> None:
        await self.type("back")

    async def yes(self) -> None:
        await self.says("press Enter for no:")
        await self.type("yes")

    async def pick(self, id_: str) -> None:
        await self.says('Type a number, "?" for the list, or press Enter for')
        await self.type(id_)

    async def new_secret(self, text: str) -> None:
        await self.says("Paste the new Client Secret (input hidden)")
        await self.type(text)

    async def sheet_at_the_end(self, *words: str) -> None:
        await self.says(*words)

    async def save_sheet(self) -> None:
        await self.type("save")

    async def leave(self) -> None:
        await self.type("quit")


@contextmanager
def terminal(
    monkeypatch: pytest.MonkeyPatch, env: Mapping[str, str], columns: int = 80
) -> Iterator[Person]:
    """Put this process's standard streams on a new terminal of type dumb."""
    master, slave = system.openpty()
    system.set_window_size(master, 24, columns)
    person = Person(master)
    reading = threading.Thread(target=person.read, name="terminal")
    reading.start()
    with os.fdopen(slave, "r+b", buffering=0) as raw:
        for name in ("stdin", "stderr"):
            stream = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
            monkeypatch.setattr(sys, name, stream)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        yield person
    reading.join(PATIENCE)


def run(
    arguments: list[str],
    walk: Callable[[], object],
    person: Person,
    *,
    is_whole: bool = False,
) -> int:
    """Run the command line while a person walks through it, and return its exit code.

    It runs in this process, so that a journey doesn't start an interpreter. The wizard is in the
    main thread, where signals arrive, and the person is in another one.

    Args:
        is_whole: whether to include the code around the command line, which reports errors.
    """
    failures: list[BaseException] = []

    def go() -> None:
        try:
            asyncio.run(walk())  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001  told by the main thread
            failures.append(error)
            # Ctrl+U and Ctrl+D end the wizard, which nobody uses any more.
            person._write(b"\x15\x04")

    walking = threading.Thread(target=go, name="person")
    walking.start()
    try:
        code = _whole(arguments) if is_whole else _command_line(arguments)
    finally:
        walking.join(PATIENCE)
    if failures:
        raise failures[0]
    assert isinstance(code, int)
    return code


def _command_line(arguments: list[str]) -> object:
    return cli(arguments, prog_name="scim-wizard", standalone_mode=False)


def _whole(arguments: list[str]) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["scim-wizard", *arguments])
        # Signals of the test process are not for the wizard.
        patch.setattr("wizard.host.process.end_on_signals", lambda: None)
        with pytest.raises(SystemExit) as ended:
            main()
    return ended.value.code
