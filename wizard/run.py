"""Runs the wizard in this terminal, as screens or prompts, until the user quits."""

from __future__ import annotations

import gc
import os
import sys
from asyncio import Runner
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Final

from wizard import console, wiring
from wizard.domain.errors.local import NOT_A_TERMINAL
from wizard.domain.models import StoreKind
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.host import process, terminal
from wizard.host.loop import Loop
from wizard.options import Common

SLOW: Final = "Opening profile {name}…"
"""Shown if the wizard is slow to open."""
UNLOCK: Final = "If your system asks you to unlock the keyring, unlock it."
"""Shown as well if the secrets are in the keyring."""
SEEN: Final = 0.5
"""Seconds after which the first step has been painted."""

NO_ROOM: Final = "The window is too small for the full-screen wizard."
"""The reason for plain mode if the user chose it because of a small window."""
BUSY: Final = (
    "Another scim-wizard command is using profile {name}. Close it, or wait for it to finish.",
    "The wizard then opens automatically. It gives up after 1 minute.",
)
"""Shown while waiting for a profile's lock."""


def run(obj: Common, scenario: str | None, *, is_plain: bool) -> int:
    """Open the wizard, in a demo's scenario if there is one; return its exit code."""
    if not terminal.is_interactive():
        return console.report(NOT_A_TERMINAL)
    why = terminal.why_plain(os.environ)
    is_plain = is_plain or bool(why) or terminal.is_accessible(os.environ)
    terminal.prepare_environment(os.environ)
    try:
        with wiring.log("wizard"):
            return _walk(obj, scenario, is_plain=is_plain, why_plain=why)
    except SetupError as error:
        return console.report(error.problem, profile=obj.profile)


def _walk(obj: Common, scenario: str | None, *, is_plain: bool, why_plain: str) -> int:
    """Run wizards, one per opened profile, until the user quits."""
    settings = wiring.Settings() if scenario is not None else obj.settings()
    settings = replace(settings, is_plain=is_plain, why_plain=why_plain)
    while True:
        try:
            # Within the log, so that it knows of a fault too.
            with console.naming_faults():
                left = _open(settings, scenario)
        except SetupError as error:
            # Another profile than at the start, once one was chosen.
            return console.report(error.problem, profile=settings.profile)
        chosen = left.wizard_context.next_profile
        if chosen is None:
            return left.return_code or 0
        if chosen != settings.profile:
            came_from = None if chosen == settings.came_from else settings.profile
            settings = replace(settings, profile=chosen, came_from=came_from)
        if left.wizard_context.next_is_plain:
            settings = replace(settings, is_plain=True, why_plain=NO_ROOM)
        # With all it knew: what is there when the next one opens stays.
        del left
        gc.collect()


def _open(settings: wiring.Settings, scenario: str | None) -> wiring.Face:
    """Run one wizard until the user leaves it, and return it. Raises SetupError."""
    if not settings.is_plain:
        from wizard.ui.textual_internals import why_no_screens

        # A Textual that can't be trusted with secrets.
        if why := why_no_screens():
            settings = replace(settings, is_plain=True, why_plain=why)
    if settings.is_plain:
        console.take_signs(sys.stderr, terminal.written_with(os.environ))
    if scenario is not None:
        return _show(wiring.demo(settings, scenario), ["Starting the demo…"])
    # The record first and by itself, so that it is known what is waited for. The same store for
    # all of it: what it finds and fixes on the way is said by the wizard.
    store, name = wiring.store(), settings.profile
    busy = [BUSY[0].format(name=name), *BUSY[1:]]
    with store.wizard_lock(name):
        with console.printing_late(busy), store.locked(name) as held:
            is_in_keyring = bool(held.profile and held.profile.store is StoreKind.KEYRING)
        if_slow = [SLOW.format(name=name), *([UNLOCK] if is_in_keyring else [])]
        try:
            return _show(wiring.wizard(settings, store), if_slow)
        except SetupError:
            # No wizard was there to say it.
            for notice in store.notices:
                console.print_error(notice, name)
            raise


def _show(opening: AbstractContextManager[wiring.Face], if_slow: Sequence[str]) -> wiring.Face:
    """Run a wizard until the user leaves it, and return it."""
    with ExitStack() as stack:
        # No garbage collection until the first frame: it would slow down the imports.
        gc.disable()
        stack.callback(gc.enable)
        with console.printing_late(if_slow):
            app = stack.enter_context(opening)
        # Imported modules stay: exclude them from later garbage collections.
        gc.freeze()
        system = terminal.system
        noticing = system.noticing_hang_up([sys.stdin, sys.stderr], system.hang_up)
        with noticing, Runner(loop_factory=Loop) as runner:
            runner.get_loop().call_later(SEEN, gc.enable)
            runner.run(run_to_end(app))
        # The loop's own handlers end with it; what follows ends with the same exit code.
        process.end_on_signals()
        if terminal.is_stalled(sys.stderr):
            terminal.let_go()
        try:
            if lines := app.wizard_context.farewell():
                console.print_to_stderr(lines)
            # Also with nothing to say: what the screens left unwritten fails here.
            sys.stderr.flush()
        except OSError:
            # The window was closed, so no one can read it.
            terminal.let_go()
        return app


async def run_to_end(app: wiring.Face) -> None:
    """Run a wizard; save the response to a request under way, also if the wizard crashes."""
    try:
        await app.run_async()
    finally:
        await app.wizard_context.close()
