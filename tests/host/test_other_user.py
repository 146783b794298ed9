"""Another user of the machine, while an authorization is under way.

If the tests run as root, they act as a second user. Otherwise this user plays the other one, and
the files' modes show what other users can't read.
"""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no user IDs", allow_module_level=True)

import asyncio
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import parse_qs, urlsplit

from tests import system
from tests.fakes import tokens
from tests.flow.stage import COMPLETE, Stage, landing
from tests.host.programs import install
from tests.host.test_browser import page
from wizard.domain.models import ServerMetadata, UserList
from wizard.domain.oauth.authorization_response import Received
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.flow.link import LinkDesk
from wizard.host.browser import SystemBrowser
from wizard.host.listener import CallbackListener

NOBODY: Final = 65534
IS_ROOT: Final = system.user_id() == 0
BECOME: Final = f"""
# Loaded first: this interpreter may lie where the other user can't read.
import encodings.idna, os, socket, sys, urllib.error, urllib.request
from pathlib import Path
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
"""


async def as_another(program: str, *arguments: str) -> str:
    """Run a program as the other user, and return its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", BECOME + program, *arguments),
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath},
        cwd="/",
    )
    out, _ = await process.communicate()
    return out.decode()


READ_ARGUMENTS: Final = """
for each in Path("/proc").glob("[0-9]*/cmdline"):
    try:
        print(each.read_bytes())
    except OSError:
        pass
"""
READ_FILE: Final = """
try:
    print(open(sys.argv[1]).read())
except PermissionError:
    print("not permitted")
"""
SEND: Final = """
try:
    print(urllib.request.urlopen(sys.argv[1]).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""
HOLD: Final = """
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.create_server((sys.argv[1], 0), family=family) as held:
    print(held.getsockname()[1], flush=True)
    sys.stdin.read()
"""


async def written(fifo: Path, opening: asyncio.Task[bool]) -> TextIO:
    """Open a FIFO for writing once the browser reads it; fail if no browser was started."""
    waiting = asyncio.ensure_future(asyncio.to_thread(fifo.open, "w"))
    await asyncio.wait((waiting, opening), return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        # Otherwise the thread, and the test with it, would wait forever.
        os.close(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK))
        (await waiting).close()
        pytest.fail(f"no browser was started: {opening.result()}")
    return await waiting


async def test_link_can_be_read_neither_in_arguments_nor_in_a_file(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home")
    stage.world.metadata.metadata = ServerMetadata("https://oauth.twilio.com", has_s256=True)
    link = await stage.desk.link()
    programs, user = tmp_path / "bin", tmp_path / "user"
    user.mkdir()
    # All users can enter the folders, so the page's own mode has to protect it.
    for folder in (user, *user.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    # The browser keeps running, and its arguments can be read.
    wait = f"open({str(tmp_path / 'end')!r}).read()"
    system.mkfifo(tmp_path / "end")
    log = install(programs, "xdg-open", wait)
    environ = {"PATH": str(programs), "DISPLAY": ":99", "HOME": str(user)}
    browser = SystemBrowser(environ, container_markers=(), patience=60.0)
    opening = asyncio.create_task(browser.open(link.url))
    end = await written(tmp_path / "end", opening)
    state = link.attempt.state.reveal()
    (argument,) = json.loads(log.read_text(encoding="utf-8"))["argv"]
    path, leads_to = page(argument)
    assert leads_to == link.url

    arguments = await as_another(READ_ARGUMENTS)
    assert path.name in arguments
    assert state not in arguments
    query = parse_qs(urlsplit(link.url).query)
    assert {"state", "client_id", "code_challenge"} <= set(query)
    [browsers] = [line for line in arguments.splitlines() if path.name in line]
    assert not [
        key for key, values in query.items() if f"{key}=" in browsers or values[0] in browsers
    ]
    if IS_ROOT:
        assert await as_another(READ_FILE, str(path)) == "not permitted\n"

    end.close()
    assert await opening
    path.unlink()


async def test_code_of_another_without_the_state_is_refused(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    redirect_url = f"http://localhost:{port}/callback"
    await stage.session.save_draft(replace(COMPLETE, redirect_url=redirect_url))
    desk = LinkDesk(stage.session, stage.world.connect, CallbackListener(grace=0.01))
    link = await desk.link()
    assert link.is_listening

    before = stage.on_disk()
    for query in ("code=theirs", "code=theirs&state=guessed", "code=theirs&state="):
        assert await as_another(SEND, f"{redirect_url}?{query}") == "404\n"
    assert stage.on_disk() == before
    # A leaked state would be accepted, but confirmed by the user before it becomes active.
    assert await as_another(SEND, landing(link, "theirs")) == "200\n"
    reading = await desk.caught()
    assert isinstance(reading, Received)
    assert reading.is_caught
    stage.world.tokens.exchanges = [tokens("1", refresh="refresh-1")]
    stage.world.tokens.refreshes = [tokens("2", refresh="refresh-2")]
    stage.world.users.answers = [UserList(25)]
    report = await stage.run(reading)
    assert report.problem is not None
    assert report.problem.id == "approval-unconfirmed"
    assert stage.on_disk()[2] is None
    await desk.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_port_that_another_holds_is_not_listened_on(address: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", BECOME + HOLD, address),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
    )
    assert process.stdout is not None
    port = int(await process.stdout.readline())

    async def accept(_url: str) -> bool:
        return True

    with pytest.raises(SetupError) as caught:
        await CallbackListener().listen(f"http://localhost:{port}/cb", accept)
    assert caught.value.problem.id == "port-taken"
    await process.communicate(b"")
