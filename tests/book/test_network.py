"""Network errors before any response, and errors without a known cause."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests import system
from tests.api.conftest import CERTIFICATE
from tests.book.row import Face, Row
from tests.book.stage import Stage, leads, leads_to, proven, resumed, until_said
from tests.book.wire import HANGS, Script, Wire, reply
from tests.commands.stage import issued, silent_port
from wizard.domain.models import CredentialSet, Endpoints
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.wiring import Settings

EXPIRED: Final = Path(__file__).parent / "expired.pem"
"""A self-signed certificate for 127.0.0.1 that expired in 2020, with its key."""

WEAK: Final = Path(__file__).parent / "weak.pem"
"""A self-signed certificate for 127.0.0.1 with a 1,024-bit key, which is stored beside it."""


@dataclass(frozen=True, kw_only=True)
class NetworkRow(Row):
    """Why both servers are unreachable: {wire} is a server's URL, {closed} a closed port.

    {other} and {elsewhere} are the same two, by addresses that don't count as this machine.
    """

    base: str = "{wire}"
    answer: Script = b""
    certificate: Path | None = None
    ca_file: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    faces: Face = Face.SCREEN | Face.COMMAND


ENTRIES: Final = (
    NetworkRow(entry="no-dns", base="https://nowhere.invalid", exit_code=5),
    NetworkRow(entry="connection-refused", base="{elsewhere}", exit_code=5),
    NetworkRow(entry="nobody-there", base="{closed}", exit_code=5),
    # Nothing can connect to the broadcast address: the kernel reports it at once.
    NetworkRow(entry="unreachable", base="https://255.255.255.255", exit_code=5),
    NetworkRow(entry="timed-out", answer=HANGS, exit_code=5),
    NetworkRow(entry="tls-untrusted", certificate=CERTIFICATE, exit_code=5),
    NetworkRow(
        entry="tls-other-host",
        base="{other}",
        certificate=CERTIFICATE,
        ca_file=str(CERTIFICATE),
        exit_code=5,
    ),
    NetworkRow(entry="tls-out-of-date", certificate=EXPIRED, ca_file=str(EXPIRED), exit_code=5),
    NetworkRow(entry="tls-unfit", certificate=WEAK, ca_file=str(WEAK), exit_code=5),
    NetworkRow(entry="tls-failed", base="{tls}", exit_code=5),
    NetworkRow(
        entry="proxy-login",
        base="https://iam.example.com",
        env={"HTTPS_PROXY": "{wire}"},
        answer=reply(407),
        exit_code=5,
    ),
    NetworkRow(entry="proxy-unnamed", answer=reply(407), exit_code=5),
    NetworkRow(
        entry="proxy-refused",
        base="https://iam.example.com",
        env={"HTTPS_PROXY": "{wire}"},
        answer=reply(403),
        exit_code=5,
    ),
    NetworkRow(
        entry="proxy-cut-off",
        base="https://iam.example.com",
        env={"HTTPS_PROXY": "{wire}"},
        answer=reply(502),
        exit_code=5,
    ),
    NetworkRow(
        entry="proxy-of-other-kind",
        base="https://iam.example.com",
        env={"ALL_PROXY": "{socks}"},
        exit_code=5,
    ),
    NetworkRow(
        entry="proxy-unreachable",
        base="https://iam.example.com",
        env={"ALL_PROXY": "{closed}"},
        exit_code=5,
    ),
    NetworkRow(
        entry="proxy-misspelled",
        base="https://iam.example.com",
        env={"HTTPS_PROXY": "sock://proxy:1080"},
        exit_code=6,
    ),
    NetworkRow(entry="ca-file-unusable", ca_file="/nowhere/company.pem", exit_code=6),
    NetworkRow(
        entry="connection-dropped",
        answer=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        exit_code=5,
    ),
    NetworkRow(entry="not-http", answer=b"SSH-2.0-OpenSSH_9.6\r\n\r\n", exit_code=5),
    NetworkRow(
        entry="gateway-failing", answer=reply(502, "<h1>Bad gateway zscaler</h1>"), exit_code=5
    ),
    NetworkRow(
        entry="encoding-refused",
        answer=reply(200, {"access_token": "a"}, Content_Encoding="gzip"),
        exit_code=5,
    ),
    NetworkRow(
        entry="bad-address", base="https://xn--a.example", step=Step.CREDENTIALS, exit_code=1
    ),
    NetworkRow(
        entry="unrecognized",
        answer=reply(418, {"code": 41800, "message": "I am a teapot"}),
        exit_code=1,
    ),
)

EVERY = pytest.mark.parametrize("row", ENTRIES, ids=str)


@dataclass(frozen=True)
class Set:
    """What to store for a row, and how to start the wizard."""

    stage: Stage
    credentials: CredentialSet
    args: tuple[str, ...]
    settings: Settings


@pytest.fixture
def missed(
    request: pytest.FixtureRequest, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Set]:
    """Cause the failure of a row."""
    row: NetworkRow = request.getfixturevalue("row")
    if system.IS_WINE and row.certificate is not None and row.ca_file is not None:
        pytest.skip(system.NO_CA_FILES)
    if sys.platform == "win32" and not system.IS_WINE and row.base in ("{other}", "{elsewhere}"):
        pytest.skip("Windows connects to no machine at 0.0.0.0")
    if row.answer is HANGS:
        monkeypatch.setattr("wizard.api.http.TIMEOUT", httpx.Timeout(10, read=0.3))
    with ExitStack() as stack:
        wire = stage.wire
        if row.certificate is not None:
            wire = stack.enter_context(Wire(row.certificate))
        wire.answers, wire.otherwise = {}, row.answer
        places = {
            "wire": wire.base,
            "tls": wire.base.replace("http:", "https:"),
            "socks": wire.base.replace("http:", "socks5h:"),
            "closed": f"http://127.0.0.1:{silent_port()}",
            # On Linux and macOS, this address connects to the machine itself.
            "other": wire.base.replace("127.0.0.1", "0.0.0.0"),
            "elsewhere": f"https://0.0.0.0:{silent_port()}",
        }
        for name, value in row.env.items():
            monkeypatch.setenv(name, value.format(**places))
        base = row.base.format(**places)
        endpoints = Endpoints(f"{base}/v2/authorize", f"{base}/v2/token", f"{base}/scim/v2")
        ca_file = () if row.ca_file is None else ("--ca-file", row.ca_file)
        settings = Settings(ca_file=Path(row.ca_file) if row.ca_file else None)
        yield Set(stage, stage.credentials(endpoints), ca_file, settings)


ON_CHECK: Final = frozenset({
    "no-dns", "timed-out", "proxy-login", "proxy-misspelled", "ca-file-unusable", "bad-address",
    "unrecognized",
})  # fmt: skip
"""The rows that are tested on screen: one for each next step, and one for each kind of failure.

Two commands meet all others, which lead where their entry says.
"""


@EVERY
def test_entry_leads_where_its_row_says(row: NetworkRow) -> None:
    assert leads(row.entry) is row.step


@pytest.mark.parametrize("row", [row for row in ENTRIES if row.entry in ON_CHECK], ids=str)
async def test_wizard(row: NetworkRow, missed: Set) -> None:
    missed.stage.put_draft(proven(missed.credentials), Step.CHECK)
    async with resumed(missed.settings) as (app, pilot):
        await until_said(app, pilot, row.entry)
        await leads_to(pilot, row.step)


@EVERY
@pytest.mark.parametrize(("command", "hours"), [("check", 1), ("token", -1)])
def test_commands(
    row: NetworkRow, missed: Set, command: str, hours: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check` can't reach the SCIM API, and `token` can't reach the token endpoint."""
    active = replace(missed.credentials, tokens=issued(hours=hours))
    missed.stage.put(active=active)
    missed.stage.meets(capsys, row.entry, row.exit_code, command, *missed.args)
