"""What is outside, bundled as faces and commands are given it; each part is a protocol of ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from wizard.domain.value import Value

if TYPE_CHECKING:
    from wizard.flow.ports import (
        Browser,
        Clipboard,
        Clock,
        LoopbackListener,
        MetadataSource,
        ProfileStore,
        Reach,
        TokenEndpoint,
        UserDirectory,
    )


class Network(Value):
    """The services on the network, sharing one client."""

    tokens: TokenEndpoint
    metadata: MetadataSource
    users: UserDirectory
    reach: Reach


Connect = Callable[[], Awaitable[Network]]
"""Gives the network services, building the client on first use. Raises SetupError."""

Connecting = Callable[[], AbstractAsyncContextManager[Connect]]
"""Begins such a connection, for as long as a command needs it."""


class Services(Value):
    """Everything outside, as the faces are given it."""

    store: ProfileStore
    connect: Connect
    browser: Browser
    clipboard: Clipboard
    show_bare: Callable[[str], Awaitable[str]]
    """Prints a link in one line on the bare terminal; waits until a line is entered."""
    listener: LoopbackListener
    clock: Clock
    timer: Callable[[], float]
    """Seconds from any fixed point, for how long things took."""
    write_new: Callable[[str, str], str]
    """Writes a text to a new file of that name in the current folder; gives its path.

    Raises SetupError, also where there is a file already.
    """
    drop_unsent: Callable[[], None]
    """Gives up the token requests of which nothing has left."""
    close: Callable[[], Awaitable[None]]
    """Lets go of the network."""
