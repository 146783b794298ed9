"""Text from outside has no effect: not on the terminal, not as markup, not by its length.

Each source gets every payload at once in a realistic way: as bytes on a socket, in a file, or in a
variable. Then the output of each interface is searched for active text.
"""

from __future__ import annotations

import json
import ssl
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from textual.widget import Widget

from tests.commands.stage import ACTIVE, issued, put, wizard
from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import NOW, World
from tests.ui.running import LINKED, WHOLE, running, seed
from tests.walks import REDIRECT_URL, STATE, ThePilot, linked_authorize
from wizard.api.failures import network_problem
from wizard.api.token import TokenService
from wizard.api.users import UserService
from wizard.domain.models import CredentialSet, Endpoints, Profile
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.redirect import RedirectScreen

PAYLOADS = {
    "color": "\x1b[31mred",
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "device": "\x1bP+q544e\x1b\\",
    "eight bits": "\x9b31m\x9d52;c;b3duZWQ=\x9c\x90q\x9c",
    "controls": "\x08\x0b\x0c\x0e\x7f",
    "lines": "one\r\ntwo\u2028three\u2029four\x85five",
    "bidi": "\u202eexe.gpj\u2066\u2069\u200f\u061c",
    "invisible": "\u200b\u200d\ufeff\u2060\U000e0041",
    "markup": "[red]shown[/red] [@click=app.quit]press[/] [link=http://evil.example]l[/link] [/]",
}
ALL = " ".join(PAYLOADS.values())
HEADER = "".join(c for c in ALL if c not in "\r\n\x0b\x0c\x85" and ord(c) < 256)
"""The part of them that an HTTP header can carry."""
VARIABLE = ALL
LONG = ALL + "m" * 1_000_000
FIVE_TIMES = "m" * 100_000
"""Five times the longest text that may be printed."""
SOUND = "".join(c for c in ALL if unicodedata.category(c) != "Cc")
"""The part of them that a record may contain: with control characters, it is damaged."""
MARKUP = PAYLOADS["markup"].replace(" ", "")
"""The part of them that an endpoint may contain."""
LONGEST = 20_000
"""The longest text that may be printed, in characters."""


def acting(text: str) -> set[str]:
    """Return the active characters of a text: all controls and formats but the line end."""
    return {c for c in text if c != "\n" and unicodedata.category(c)[0] in "C"} | (
        set(text) & set("\u2028\u2029")
    )


def assert_inert(text: str) -> None:
    assert not acting(text), ascii(text[:2000])
    assert len(text) < LONGEST


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_payload_would_act(payload: str) -> None:
    assert acting(payload) or "[" in payload


# -- responses -------------------------------------------------------------------------------------


@dataclass
class Bad:
    """A hostile server's response."""

    status: int
    body: object = ""
    headers: dict[str, str] = field(default_factory=dict)


ANSWERS = {
    "oauth error": Bad(400, {"error": ALL, "error_description": LONG[:60_000]}),
    "oauth description": Bad(400, {"error": "invalid_grant", "error_description": ALL}),
    "twilio message": Bad(401, {"code": 20003, "message": ALL, "more_info": ALL}),
    "scim detail": Bad(403, {"detail": ALL, "scimType": ALL, "status": ALL}),
    "permission": Bad(401, {"detail": f"missing twilio/managed-users/list{ALL}", "code": 70051}),
    "page title": Bad(200, f"<title>{ALL}</title>", {"Content-Type": "text/html"}),
    "megabytes": Bad(500, LONG),
    "type": Bad(400, ALL, {"Content-Type": HEADER}),
    "location": Bad(302, "", {"Location": f"https://{HEADER}.example/{HEADER}"}),
    "location of a host": Bad(302, "", {"Location": "https://a\u202eb.example/"}),
    "wait": Bad(429, "", {"Retry-After": HEADER}),
    "request id": Bad(400, {"error": "invalid_grant"}, {"Twilio-Request-Id": HEADER}),
    "odd tokens": Bad(200, {"access_token": ALL, "token_type": ALL, "expires_in": 3600}),
    "odd type": Bad(200, {"access_token": "a", "token_type": ALL, "expires_in": ALL}),
    "odd keys": Bad(200, {ALL: ALL, "totalResults": ALL}),
}


@contextmanager
def answering(bad: Bad) -> Iterator[str]:
    """Serve this response to every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            text = bad.body if isinstance(bad.body, str) else json.dumps(bad.body)
            content = text.encode()
            kind = {} if "Content-Type" in bad.headers else {"Content-Type": "application/json"}
            lines = [f"HTTP/1.1 {bad.status} Whatever", "Connection: close"]
            lines += [f"{k}: {v}" for k, v in {**bad.headers, **kind}.items()]
            lines.append(f"Content-Length: {len(content)}")
            self.wfile.write("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + content)
            self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(base: str) -> CredentialSet:
    endpoints = Endpoints(f"{base}/authorize", f"{base}/token", f"{base}/scim/v2")
    return replace(ACTIVE, endpoints=endpoints, tokens=issued(hours=1))


async def refused(base: str) -> list[SetupError]:
    """Send each of the three kinds of requests, and return how it was rejected."""
    active, found = asked(base), []
    async with httpx.AsyncClient(trust_env=False) as client:

        async def no_wait(_seconds: float) -> None:
            """Return without waiting."""

        tokens = TokenService(client, lambda: NOW, sleep=no_wait)
        users = UserService(client, sleep=no_wait)
        assert active.tokens is not None
        attempt = replace(LINKED.attempts[0], endpoints=active.endpoints)
        for asking in (
            tokens.exchange(active, attempt, Secret("a-code-of-ours"), print),
            tokens.refresh(active),
            users.list_users(active.endpoints.scim_url, active.tokens.access_token, print),
        ):
            try:
                await asking
            except SetupError as error:
                found.append(error)
    return found


@pytest.mark.parametrize("name", ANSWERS)
async def test_answer_is_told_in_harmless_words(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(ANSWERS[name]) as base:
        errors = await refused(base)
    assert errors
    capsys.readouterr()
    for error in errors:
        problem = error.problem
        words = (problem.title, problem.cause, problem.remedy, *problem.detail)
        for line in words:
            assert_inert(line)
            assert "\n" not in line
            assert len(line) < 1500


@pytest.mark.parametrize("name", ["oauth error", "twilio message", "scim detail", "location"])
def test_commands_print_and_log_an_answer_harmlessly(tmp_path: Path, name: str) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    with answering(ANSWERS[name]) as base:
        put(home, active=asked(base))
        for args in (("token", "--force", "--json"), ("check",)):
            run = wizard(home, *args, env={"SCIM_WIZARD_LOG": str(log)})
            assert run.returncode not in (0, 2), run.stderr
            assert_inert(run.stdout)
            assert_inert(run.stderr)
            assert "Traceback" not in run.stderr
    logged = log.read_text(encoding="utf-8")
    assert not acting(logged)
    assert all(len(line) < 4100 for line in logged.splitlines())


def test_reason_of_a_certificate_is_harmless() -> None:
    error = ssl.SSLCertVerificationError(1, ALL)
    error.verify_code, error.verify_message = 62, f"Hostname mismatch: CN={LONG}"
    try:
        raise httpx.ConnectError("tls") from error
    except httpx.ConnectError as raised:
        problem = network_problem(raised, "https://iam.twilio.com", 5)
    for line in (problem.title, problem.cause, problem.remedy, *problem.detail):
        assert_inert(line)
    assert "Hostname mismatch" in " ".join((problem.cause, *problem.detail))


# -- files and variables -------------------------------------------------------------------------

HOSTILE = Profile(
    client_id=SOUND,
    redirect_url=f"https://idp.example/{SOUND}{FIVE_TIMES}",
    endpoints=Endpoints(
        f"https://a.example/{MARKUP}",
        f"https://b.example/{MARKUP}",
        f"https://c.example/{MARKUP}{FIVE_TIMES}",
    ),
    organization=SOUND,
    set_up_at=NOW,
    audience=SOUND,
)


def edit(home: Path, hostile: Profile = HOSTILE) -> None:
    """Put hostile texts into a record, as an editor could."""
    plain = replace(hostile, organization=None)
    put(home, plain, active=replace(ACTIVE, tokens=issued(hours=1)))
    record = home / "profiles" / "default.json"
    value = json.loads(record.read_text(encoding="utf-8"))
    value |= {
        "client_id": hostile.client_id,
        "organization": hostile.organization,
        "redirect_url": hostile.redirect_url,
        "endpoints": {
            "authorize_url": hostile.endpoints.authorize_url,
            "token_url": hostile.endpoints.token_url,
            "scim_url": hostile.endpoints.scim_url,
        },
    }
    record.write_text(json.dumps(value), encoding="utf-8")


FILE_COMMANDS = (
    ("status",),
    ("status", "--all"),
    ("handoff", "--for", "script"),
    ("handoff", "--for", "okta"),
    ("handoff", "--for", "other"),
    ("handoff", "--format", "env"),
    ("handoff", "--format", "curl"),
    ("forget", "--yes"),
)


def test_edited_record_is_printed_harmlessly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    edit(home)
    for args in FILE_COMMANDS:
        run = wizard(home, *args)
        assert run.returncode == 0, (args, run.stderr[-300:])
        assert_inert(run.stdout)
        assert_inert(run.stderr)


@pytest.mark.parametrize(
    "args", [("status", "--json"), ("handoff", "--format", "json")], ids=" ".join
)
def test_edited_record_is_plain_ascii_in_json(tmp_path: Path, args: tuple[str, ...]) -> None:
    edit(tmp_path / "home")
    run = wizard(tmp_path / "home", *args)
    assert run.returncode == 0, run.stderr
    assert run.stdout.isascii()
    assert not acting(run.stdout)
    json.loads(run.stdout)


REJECTED = {
    "client_id": replace(HOSTILE, client_id=ALL),
    "redirect_url": replace(HOSTILE, redirect_url=f"https://idp.example/{ALL}{FIVE_TIMES}"),
    "organization": replace(HOSTILE, organization=ALL),
    "endpoints": replace(
        HOSTILE, endpoints=Endpoints(f"https://a{ALL}", ALL, f"https://c{ALL}{FIVE_TIMES}")
    ),
}


@pytest.mark.parametrize("field", REJECTED)
def test_rejection_of_an_edited_record_is_told_harmlessly(tmp_path: Path, field: str) -> None:
    for args in (("status",), ("status", "--json"), ("handoff", "--for", "other")):
        home = tmp_path / args[-1]
        edit(home, REJECTED[field])
        run = wizard(home, *args)
        assert run.returncode == 6, (args, run.stderr[-300:])
        assert "damaged" in run.stdout + run.stderr
        assert_inert(run.stdout)
        assert_inert(run.stderr)


@pytest.mark.parametrize(
    "content", [ALL, json.dumps({"version": 1, ALL: ALL, "active": ALL})], ids=["junk", "fields"]
)
def test_damaged_record_is_told_harmlessly(tmp_path: Path, content: str) -> None:
    profiles = tmp_path / "home" / "profiles"
    profiles.mkdir(parents=True, mode=0o700)
    (profiles / "default.json").write_text(content, encoding="utf-8")
    (profiles / "\x1b[31m\u202e.json").write_text(content, encoding="utf-8")
    for args in (("status", "--all"), ("status", "--json")):
        run = wizard(tmp_path / "home", *args)
        assert run.returncode in (3, 6)
        assert_inert(run.stdout)
        assert_inert(run.stderr)


VARIABLES = (
    "SCIM_WIZARD_PROFILE",
    "SCIM_WIZARD_STORE",
    "SCIM_WIZARD_HOME",
    "SCIM_WIZARD_LOG",
    "SCIM_WIZARD_AUTHORIZE_URL",
    "SCIM_WIZARD_TOKEN_URL",
    "SCIM_WIZARD_SCIM_URL",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "LANG",
    "TZ",
)


@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_is_quoted_harmlessly(tmp_path: Path, variable: str) -> None:
    home = tmp_path / "home"
    put(home, active=replace(ACTIVE, tokens=issued(hours=-1)))
    value = f"/proc/{VARIABLE}" if variable.endswith(("HOME", "LOG")) else VARIABLE
    env = {"HTTPS_PROXY": "http://127.0.0.1:9", variable: value}
    # As words on stderr, and as JSON on stdout.
    run = wizard(home, "token", "--json", env=env)
    assert run.returncode in (2, 3, 5, 6), run.stderr
    assert run.stderr
    assert_inert(run.stdout)
    assert_inert(run.stderr)
    assert "Traceback" not in run.stderr


# -- the screens ---------------------------------------------------------------------------------


def assert_screen_inert(pilot: ThePilot) -> None:
    """Assert that no line has a raw control, and that no text was read as markup."""
    app = pilot.app
    assert not acting(text_of(app))
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.control is None
            link = segment.style.link if segment.style else None
            assert not (link or "").startswith("http://evil")
            assert not acting(link or "")
    for widget in app.screen.walk_children(Widget):
        for y in range(widget.size.height):
            for segment in widget.render_line(y):
                meta = segment.style.meta if segment.style else {}
                assert "quit" not in str(meta)


PASTES = {
    "error": f"{REDIRECT_URL}?error={{}}&state={STATE}",
    "description": f"{REDIRECT_URL}?error=access_denied&error_description={{}}&state={STATE}",
    "uri": f"{REDIRECT_URL}?error=server_error&error_uri={{}}&state={STATE}",
    "path": "https://scim.example.edu/{}?code=abc&state=" + STATE,
    "host": "https://{}/callback?code=abc&state=" + STATE,
    "nothing usable": "{}",
}


async def test_paste_is_answered_harmlessly(world: World) -> None:
    seed(world, draft=LINKED, step=Step.REDIRECT)
    async with running(make_app(world)) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("u")
        await wait_for_screen(pilot, RedirectScreen)
        for form in PASTES.values():
            for payload in (*PAYLOADS.values(), LONG):
                # As a terminal sends it: no pasted text can contain the end of the paste.
                await paste(pilot, form.format(payload))
                assert_screen_inert(pilot)


@pytest.mark.parametrize("name", ["oauth error", "oauth description", "location", "request id"])
async def test_answer_is_shown_harmlessly(world: World, name: str) -> None:
    with answering(ANSWERS[name]) as base:
        world.tokens.exchanges = [*(await refused(base))[:1]]
    seed(world, draft=LINKED, step=Step.REDIRECT)
    async with running(make_app(world)) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("u")
        await wait_for_screen(pilot, RedirectScreen)
        await paste(pilot, f"{REDIRECT_URL}?code=abc&state={STATE}")
        await wait_until(pilot, lambda: "✗" in text_of(app), "the problem")
        await pilot.pause()
        assert_screen_inert(pilot)
        if name == "oauth description":
            assert "[red]shown[/red]" in text_of(app).replace("\n", "") or "…" in text_of(app)


async def test_edited_files_are_shown_harmlessly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    hostile = replace(
        WHOLE,
        client_id=SOUND,
        redirect_url=f"https://idp.example/{SOUND}",
        endpoints=Endpoints(*(f"https://{host}.example/{MARKUP}" for host in "abc")),
        scope=SOUND,
    )
    store = LocalProfileStore(home)
    with store.locked("default") as held:
        profile = replace(HOSTILE, draft_step=Step.AUTHORIZE, draft_saved_at=NOW)
        held.save(
            profile,
            active=replace(hostile, tokens=issued(hours=1)),
            draft=replace(hostile, scope=f"{SOUND} more"),
        )
    async with running(make_app(World(store))) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        assert_screen_inert(pilot)
        await pilot.press("u")
        screen = await linked_authorize(pilot)
        assert_screen_inert(pilot)
        assert screen.link is not None
        assert screen.link.url.isascii()
        assert screen.link.url.isprintable()
        await pilot.press("escape")
        await wait_for_screen(pilot, CredentialsScreen)
        await pilot.pause()
        assert_screen_inert(pilot)
