"""What is finished in the terminal, however the wizard was left."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.flow.stage import Gate, Stage
from wizard.flow.context import WizardContext
from wizard.run import run_to_end


async def test_response_is_saved_although_the_wizard_crashed(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    wizard_context = WizardContext(stage.session, stage.world.services)
    gate, saved = Gate(), asyncio.Event()

    async def request() -> None:
        await gate()
        saved.set()

    class Crashing:
        """A wizard with an internal error during a request."""

        def __init__(self) -> None:
            self.wizard_context = wizard_context

        async def run_async(self) -> None:
            self.waiting = asyncio.ensure_future(stage.session.protected.run(request()))
            await gate.reached.wait()
            asyncio.get_running_loop().call_soon(gate.opened.set)
            raise RuntimeError("a fault of the wizard's own")

    face: Any = Crashing()
    with pytest.raises(RuntimeError, match="of the wizard's own"):
        await run_to_end(face)
    assert saved.is_set()
