"""What a signal's thread writes to wakes the loop, and stays open when the loop is closed."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading

from wizard.host.loop import Loop

assert sys.platform == "win32"


async def wait_for_signal() -> None:
    """Wait for a signal that a thread sends, as Windows does."""
    handled = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGBREAK, handled.set)
    sending = threading.Thread(target=signal.raise_signal, args=(signal.SIGBREAK,))
    loop.call_soon(sending.start)
    await handled.wait()
    sending.join()


def test_signal_wakes_one_loop_after_the_other() -> None:
    for _ in range(3):
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(asyncio.wait_for(wait_for_signal(), 60))


def test_signal_can_be_written_after_its_loop_was_closed() -> None:
    async def wakeup_file() -> int:
        written = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(written)
        return written

    with asyncio.Runner(loop_factory=Loop) as runner:
        written = socket.socket(fileno=runner.run(wakeup_file()))
    assert written.send(b"\0") == 1
    written.detach()
