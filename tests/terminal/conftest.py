"""The simulated Twilio for a wizard on a terminal, as a test's own `sandbox` describes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.walk import endpoints, variables
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox


@pytest.fixture
def env(sandbox: Sandbox, tmp_path: Path) -> Iterator[dict[str, str]]:
    with serve.serving(sandbox) as base:
        yield variables(tmp_path / "home", endpoints(base))
