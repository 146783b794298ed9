"""The services as the flow and the commands are given them; `ports` says what each one can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from wizard.domain.value import Value

if TYPE_CHECKING:
    from wizard.flow import ports


class Network(Value):
    """The services on the network, sharing one client."""

    tokens: ports.TokenEndpoint
    metadata: ports.MetadataSource
    users: ports.UserDirectory
    reach: ports.Reach


Connect = Callable[[], Awaitable[Network]]
"""Return the network services; the client is created on first use. Raises SetupError."""

Connecting = Callable[[], AbstractAsyncContextManager[Connect]]
"""Open a connection for as long as a command needs it."""


class Services(Value):
    """All services of the outside world, as the screens and plain mode use them."""

    store: ports.ProfileStore
    connect: Connect
    browser: ports.Browser
    clipboard: ports.Clipboard
    show_bare: Callable[[str], Awaitable[str]]
    """Prints a link in one line on the terminal, without screens; waits until a line is entered."""
    listener: ports.LoopbackListener
    clock: ports.Clock
    timer: Callable[[], float]
    """Seconds from any fixed point, to measure durations."""
    write_new: Callable[[str, str], str]
    """Writes a text to a new file of that name in the current folder; returns its path.

    Raises SetupError, also if the file exists.
    """
    drop_unsent: Callable[[], None]
    """Drops the token requests that haven't begun to be sent."""
    close: Callable[[], Awaitable[None]]
    """Closes the network connections."""
