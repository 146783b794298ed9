"""The event loop: a resolver that doesn't respond delays no other work."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from wizard.domain import journal
from wizard.host.loop import Loop, SignalHandlers

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)


async def resolve(host: str) -> Any:
    return await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)


def test_addresses_are_those_of_the_system() -> None:
    usual = socket.getaddrinfo("localhost", 443, type=socket.SOCK_STREAM)
    assert run(resolve("localhost")) == usual


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64, "nul\0"])
def test_its_errors_are_raised(host: str) -> None:
    with pytest.raises((OSError, ValueError)) as usual:
        socket.getaddrinfo(host, 443)
    with pytest.raises(usual.type):
        run(resolve(host))


def test_others_go_on_and_the_loop_ends_while_names_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args: answers.wait(60) and [])

    async def ask_and_save() -> str:
        # More than the threads of asyncio's own pool.
        asking = [asyncio.create_task(resolve(f"{n}.invalid")) for n in range(64)]
        await asyncio.sleep(0)
        asking[0].cancel()
        return await asyncio.to_thread(str, "saved")

    try:
        assert run(ask_and_save()) == "saved"
    finally:
        answers.set()
        # A failure now would be reported, although nothing waits for the result any more.
        for thread in threading.enumerate():
            if thread.name == "resolver":
                thread.join()


def test_fault_is_noted_without_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    monkeypatch.setattr(journal, "note", lambda words, **_: noted.append(words))

    async def fail() -> None:
        fault = {"message": "hush", "exception": ValueError("hush")}
        asyncio.get_running_loop().call_exception_handler(fault)

    run(fail())
    [words] = noted
    assert "ValueError" in words
    assert "hush" not in words


class WindowsLoop(SignalHandlers, asyncio.SelectorEventLoop):
    """Has the signal handlers of the loop on Windows."""


@pytest.mark.parametrize("loop", [Loop, WindowsLoop])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_is_handled_in_the_loop_until_it_is_closed(
    loop: type[asyncio.AbstractEventLoop], number: signal.Signals
) -> None:
    def before(*_: object) -> None:
        seen.append("before")

    seen: list[object] = []

    async def wait() -> None:
        handled = asyncio.Event()

        def on_signal(word: str) -> None:
            seen.append((word, asyncio.get_running_loop()))
            handled.set()

        running = asyncio.get_running_loop()
        running.add_signal_handler(number, on_signal, "first")
        running.add_signal_handler(number, on_signal, "second")
        signal.raise_signal(number)
        await asyncio.wait_for(handled.wait(), 30)
        assert seen == [("second", running)]
        assert running.remove_signal_handler(number)
        assert not running.remove_signal_handler(number)
        running.add_signal_handler(number, on_signal, "third")

    usual = signal.signal(number, before)
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(wait())
        if loop is WindowsLoop:
            signal.raise_signal(number)
            assert seen[1:] == ["before"]
    finally:
        signal.signal(number, usual)


def test_signal_while_the_loop_closes_is_not_lost_in_an_error() -> None:
    loop = WindowsLoop()
    loop.add_signal_handler(signal.SIGTERM, lambda: None)
    handler = signal.getsignal(signal.SIGTERM)
    loop.close()
    assert callable(handler)
    handler(signal.SIGTERM, None)
