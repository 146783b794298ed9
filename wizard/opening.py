"""Opens the wizard in this terminal, as screens or as prompts, until it is left for good."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Final

from wizard import wiring
from wizard.commands.report import naming_faults, report, say_lines, saying_late
from wizard.domain.book.here import NOT_A_TERMINAL
from wizard.domain.problems import SetupError
from wizard.options import Common

SLOW: Final = (
    "Opening the profile …",
    "If the system asks you to unlock its keyring, do so.",
)
"""What is said where the wizard is slow to open."""
OFTEN: Final = (700, 10, 2)
"""When garbage is looked for (see `gc.set_threshold`): a screen that was left is a MB of it."""
SEEN: Final = 1.0
"""Seconds after which the first step has been painted."""

BUSY: Final = (
    "Another scim-wizard is working on this profile: close it, or let it end.",
    "This one opens by itself then; it gives up after a minute.",
)
"""What is said while a profile's lock is waited for."""


def run(obj: Common, scenario: str | None, *, is_plain: bool) -> int:
    """Open the wizard, in a demo's scenario if there is one; return its exit code."""
    from wizard.host import terminal

    if not terminal.is_interactive():
        return report(NOT_A_TERMINAL)
    why = terminal.why_plain(os.environ)
    is_plain = is_plain or bool(why) or terminal.is_accessible(os.environ)
    if is_plain:
        from wizard.plain.signs import take_signs

        take_signs(sys.stderr, terminal.written_with(os.environ))
    terminal.prepare_environment()
    try:
        # Within the log, so that it knows of a fault too.
        with wiring.log("wizard"), naming_faults():
            return _walk(obj, scenario, is_plain=is_plain, why_plain=why)
    except SetupError as error:
        return report(error.problem, profile=obj.profile)


def _walk(obj: Common, scenario: str | None, *, is_plain: bool, why_plain: str) -> int:
    """Run wizards until one is left for good, in the demo's scenario if there is one."""
    if scenario is not None:
        settings = wiring.Settings(is_plain=is_plain, why_plain=why_plain)
        return _show(wiring.demo(settings, scenario), ["Starting the demo …"])[0]
    following = obj.profile
    settings = replace(obj.settings(), is_plain=is_plain, why_plain=why_plain)
    while following:
        settings = replace(settings, profile=following)
        # First and by itself, so that it is known what is waited for.
        store = wiring.store()
        with store.wizard_lock(following), saying_late(BUSY), store.locked(following):
            pass
        code, following = _show(wiring.wizard(settings), SLOW)
    return code


def _show(opening: AbstractContextManager[wiring.Face], if_slow: Sequence[str]) -> tuple[int, str]:
    """Run a wizard; return its exit code, and the profile to open next or ""."""
    from asyncio import Runner

    from wizard.host import terminal
    from wizard.host.loop import Loop

    with ExitStack() as stack:
        stack.enter_context(_no_garbage())
        with saying_late(if_slow):
            app = stack.enter_context(opening)
        # What has been imported is there to stay: no look for garbage goes through it later.
        gc.freeze()
        gc.set_threshold(*OFTEN)
        with Runner(loop_factory=Loop) as runner:
            runner.get_loop().call_later(SEEN, gc.enable)
            runner.run(app.run_async())
        try:
            if lines := app.farewell():
                say_lines(lines)
            # Also with nothing to say: what the screens left unwritten fails here.
            sys.stderr.flush()
        except OSError:
            # The window was closed: nobody is there to read it.
            terminal.let_go()
        return app.return_code or 0, app.next_profile or ""


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Look for none until the first frame: the collector would go through it again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
