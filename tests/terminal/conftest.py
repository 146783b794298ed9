"""What a wizard on a terminal talks to: the stand-in that a test's own `sandbox` describes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.terminal.walk import variables
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox


@pytest.fixture
def env(sandbox: Sandbox, tmp_path: Path) -> Iterator[dict[str, str]]:
    with serve.serving(sandbox) as base:
        server = SimpleNamespace(
            authorize_url=serve.authorize_url(base),
            token_url=serve.token_url(base),
            scim_url=serve.scim_url(base),
        )
        yield variables(tmp_path / "home", server)
