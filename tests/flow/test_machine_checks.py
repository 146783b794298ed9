"""The automatic checks of the machine: one line each, and never an exception."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes import FakeBrowser
from tests.flow.stage import NAME, PROBLEM, Stage, error
from tests.system import full_disk
from wizard.domain.problems import Check, Status
from wizard.flow.context import WizardContext
from wizard.flow.upkeep import Upkeep


async def look(stage: Stage) -> Sequence[Check]:
    return await Upkeep(WizardContext(stage.session, stage.world.services)).probe()


async def test_everything_is_fine(stage: Stage) -> None:
    checks = await look(stage)
    assert [check.id for check in checks] == ["reach", "clock", "storage", "browser"]
    assert {check.status for check in checks} == {Status.PASSED}
    assert stage.world.store.load(NAME) is None


async def test_network_that_cannot_be_had_is_a_warning(stage: Stage) -> None:
    stage.world.unconnected = error()
    reach, *others = await look(stage)
    assert reach == Check("reach", PROBLEM.title, Status.WARNING, problem=PROBLEM)
    assert [check.id for check in others] == ["storage", "browser"]


async def test_store_that_takes_nothing_is_a_warning(stage: Stage) -> None:
    with full_disk():
        storage = (await look(stage))[2]
    assert (storage.id, storage.status) == ("storage", Status.WARNING)
    assert storage.problem is not None
    assert storage.title == storage.problem.title


async def test_browser_elsewhere_is_a_warning_with_its_reason(stage: Stage) -> None:
    stage.world.browser = FakeBrowser(why_not="SSH")
    browser = (await look(stage))[3]
    assert browser.status is Status.WARNING
    assert "(SSH)" in browser.title


async def test_store_is_looked_at_once_before_a_secret_is_entered(stage: Stage) -> None:
    upkeep = Upkeep(WizardContext(stage.session, stage.world.services))
    await upkeep.settle_storage()
    with full_disk():
        # It is known by now.
        await upkeep.settle_storage()
        checks = await upkeep.probe()
    assert checks[2].status is Status.WARNING
