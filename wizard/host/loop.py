"""An event loop whose exit isn't delayed by a DNS resolver that doesn't respond.

asyncio resolves addresses in a small thread pool, and waits for it at the end. If DNS hangs, that
would keep the process alive long after the user left, and saves that use the same pool would wait.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache, partial
from threading import Thread, current_thread, main_thread
from typing import Any, Final, TypeAlias, TypeVar, TypeVarTuple
from weakref import WeakSet

from wizard.host.process import note_fault


class SignalHandlers(asyncio.BaseEventLoop):
    """Signal handlers for a loop without them, as on Windows; for the main thread."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[int, Any] = {}

    def add_signal_handler(self, sig: int, callback: Callable[[*Ts], object], *args: *Ts) -> None:
        """Call a function in the loop on a signal, until the loop is closed."""
        work = partial(callback, *args)
        before = signal.signal(sig, lambda *_: self._hand_over(work))
        self._before.setdefault(sig, before)

    def remove_signal_handler(self, sig: int) -> bool:
        """Restore the handler from before; return whether one was added."""
        if sig not in self._before:
            return False
        signal.signal(sig, self._before.pop(sig))
        return True

    def close(self) -> None:
        """Restore all handlers, and close."""
        for sig in tuple(self._before):
            self.remove_signal_handler(sig)
        super().close()

    def _hand_over(self, work: Callable[[], object]) -> None:
        # Not during the close, when no one would call it.
        with suppress(RuntimeError):
            self.call_soon_threadsafe(work)


if sys.platform == "win32":
    _woken: Final = WeakSet[asyncio.AbstractEventLoop]()

    class _Usual(SignalHandlers, asyncio.ProactorEventLoop):
        def __init__(self) -> None:
            super().__init__()
            if current_thread() is main_thread():
                signal.set_wakeup_fd(_wakeup_file(), warn_on_full_buffer=False)
                _woken.add(self)

    @cache
    def _wakeup_file() -> int:
        """Return the socket that Python writes to on a signal, which wakes the loop.

        asyncio's own is closed with the loop. By then the thread of a signal may still be about
        to write to it, and Python would print that it failed.
        """
        read_end, write_end = socket.socketpair()

        def wake() -> None:
            while read_end.recv(4096):
                # It may be closed, or another may be created at this moment.
                with suppress(RuntimeError):
                    for loop in tuple(_woken):
                        # A call that does nothing; it wakes the loop.
                        loop.call_soon_threadsafe(int)

        Thread(target=wake, name="signals", daemon=True).start()
        return write_end.detach()

else:
    _Usual = asyncio.SelectorEventLoop

# The stubs of asyncio and of socket do not agree on it.
Addresses: TypeAlias = list[Any]


_NOWHERE: Final = logging.NullHandler()

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def in_daemon_thread(work: Callable[[], T], name: str) -> Future[T]:
    """Call a function in a thread that doesn't delay the exit; return its result as a future."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # So that giving up waiting cannot cancel it.

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001  all of it is for the one who asked
            future.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return future


class Loop(_Usual):
    """The platform's own loop, except for resolving addresses and for reporting faults.

    Each address is resolved in a daemon thread of its own. A fault is noted as `note_fault` does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set_exception_handler(_on_fault)
        # Otherwise warnings of asyncio and other libraries are printed over the screen.
        logging.getLogger().addHandler(_NOWHERE)

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> Addresses:
        """Return the addresses of a host; see `socket.getaddrinfo`."""
        ask = partial(socket.getaddrinfo, host, port, family, type, proto, flags)
        return await asyncio.wrap_future(in_daemon_thread(ask, "resolver"), loop=self)


def _on_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Its message may hold the arguments of a callback.
    note_fault(context.get("exception"))
