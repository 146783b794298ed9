"""Copying to the clipboard of this machine, or else to that of the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import App

from wizard.domain.problems import ExitCode
from wizard.domain.secret import Secret
from wizard.ui.textual_internals import forget_clipboard

Copy = Callable[[str], Awaitable[bool]]
"""Copies to this machine's clipboard; False where that is not the person's."""


async def copy_out(app: App[ExitCode], copy: Copy, text: str) -> bool:
    """Copy here, else through the terminal (OSC 52); whether it was here."""
    is_here = await copy(text)
    if not is_here:
        app.copy_to_clipboard(text)
    return is_here


async def copy_and_say(app: App[ExitCode], copy: Copy, text: str, what: str) -> None:
    """Copy, and say where `what` was sent: no terminal reports whether it copied."""
    if await copy_out(app, copy, text):
        words = f"{what[0].upper()}{what[1:]} sent to the clipboard."
    else:
        words = f"Asked your terminal to copy {what}. If pasting doesn't work, select and copy it."
    app.notify(words, timeout=5, markup=False)


async def copy_secret(app: App[ExitCode], copy: Copy, secret: Secret) -> None:
    """Copy a Client Secret, and say so; nothing of it is kept for the wizard's own ^v."""
    if await copy_out(app, copy, secret.reveal()):
        words = "Client Secret sent to the clipboard."
    else:
        words = "Asked your terminal to copy the Client Secret."
    forget_clipboard(app)
    app.notify(f"{words} Clear the clipboard after use.", markup=False)
