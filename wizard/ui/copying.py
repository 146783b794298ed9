"""Copying: to the clipboard of this machine, or else to the one of the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import App

from wizard.domain.problems import ExitCode

Copy = Callable[[str], Awaitable[bool]]
"""Copies to this machine's clipboard; False where that is not the person's."""


async def copy_out(app: App[ExitCode], copy: Copy, text: str, *, is_secret: bool = False) -> bool:
    """Copy here, else through the terminal (OSC 52); whether it was here."""
    is_here = await copy(text)
    if not is_here:
        app.copy_to_clipboard(text)
        if is_secret:
            # Textual keeps a copy for its own ^v, which would show it in another field.
            app._clipboard = ""
    return is_here


async def copy_and_say(app: App[ExitCode], copy: Copy, text: str, what: str) -> None:
    """Copy, and say which of the two clipboards `what` was sent to."""
    is_here = await copy_out(app, copy, text)
    where = "to the clipboard" if is_here else "to your terminal's clipboard"
    app.notify(f"{what} sent {where}.", timeout=3, markup=False)
