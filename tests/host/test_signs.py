"""Signs in encodings that lack them, and pipes that no one reads: as systems have them."""

from __future__ import annotations

import errno
import io
import sys
from typing import NoReturn

import click
import pytest

from wizard.cli import main
from wizard.console import is_closed_pipe, take_signs


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("cp1252", "+ x ! … –"),
        ("latin-1", "+ x ! ... -"),
        ("cp437", "+ x ! ... -"),
        ("ascii", "+ x ! ... -"),
        ("utf-8", "✓ ✗ ! … –"),
    ],
)
def test_passed_and_failed_are_told_apart_in_every_encoding(encoding: str, expected: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    take_signs(stream, encoding)
    stream.write("✓ ✗ ! … –")
    stream.flush()
    assert raw.getvalue().decode(encoding) == expected


@pytest.mark.parametrize(
    ("error", "platform", "expected"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "linux", True),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "win32", True),
        (OSError(errno.EINVAL, "Invalid argument"), "win32", True),
        (OSError(errno.EINVAL, "Invalid argument"), "linux", False),
        (OSError(errno.ENOSPC, "No space left"), "win32", False),
    ],
)
def test_pipe_that_no_one_reads_is_known_on_each_system(
    error: OSError, platform: str, expected: bool
) -> None:
    assert is_closed_pipe(error, platform) is expected


@pytest.mark.parametrize("args", ["--help", "--version"])
def test_help_that_no_one_reads_is_no_failure_on_windows(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], args: str
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(sys, "argv", ["scim-wizard", args])
    monkeypatch.setattr(
        "wizard.console.is_closed_pipe", lambda error: is_closed_pipe(error, "win32")
    )
    monkeypatch.setattr("wizard.console.let_go_of_stdout", lambda: None)
    monkeypatch.setattr(click, "echo", fail)
    monkeypatch.setattr("click.core.echo", fail)
    monkeypatch.setattr("click.decorators.echo", fail)
    monkeypatch.setattr("wizard.console.take_any_encoding", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capfd.readouterr() == ("", "")
