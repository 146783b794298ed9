"""What is imported decides how soon a command answers; and the benchmarks still run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.programs import painted
from tests.benchmarks.starting import TOKEN
from tests.commands.stage import ACTIVE, PATIENCE, ROOT, issued, put

HEAVY = {"textual", "rich", "httpx", "keyring", "filelock", "truststore", "asyncio", "ssl"} | {
    "tempfile",
    "secrets",
    "wizard.flow.ports",
}


def loaded(argv: tuple[str, ...], home: Path, text: str) -> set[str]:
    """Run until a text is painted; return the names of all that was imported by then."""
    printed = painted(argv, home, text, {"PYTHONPROFILEIMPORTTIME": "1"})
    lines = [line for line in printed.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_token_imports_nothing_heavy(tmp_path: Path) -> None:
    put(tmp_path / "home", active=replace(ACTIVE, tokens=issued(hours=1)))
    names = loaded(TOKEN, tmp_path / "home", "access-1")
    assert "wizard.commands.token" in names
    assert not HEAVY & names


def test_first_frame_needs_no_network(tmp_path: Path) -> None:
    # The look at the servers, for which they are imported, begins when the frame is there.
    script = (
        "import sys, json, wizard.__main__ as m\n"
        "from wizard import wiring\n"
        "with wiring.wizard(wiring.Settings()) as app:\n"
        "    print(json.dumps(sorted(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    names = set(json.loads(run.stdout))
    assert "wizard.ui.app" in names
    assert not {"httpx", "truststore", "keyring", "starlette", "uvicorn"} & names


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
    assert "python -c pass" in table.read_text()
    assert "python -c pass" in run.stdout
