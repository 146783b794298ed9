"""The error book: what goes wrong on this machine, and in how the wizard is called."""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem
from wizard.domain.steps import Step

CLIENT_ID_ELSEWHERE: Final = Problem(
    id="client-id-elsewhere",
    title="Profile {profile} has the same Client ID",
    cause="Both share one OAuth app: rotating its secret or a new consent can end the other's.",
    remedy="Go on if that is meant; otherwise use that profile with --profile.",
    step=Step.CREDENTIALS,
    exit_code=ExitCode.MACHINE,
)
PORT_TAKEN: Final = Problem(
    id="port-taken",
    title="Port {port} is taken",
    cause="Another program listens on the Redirect URL's port. With localhost, that may be on "
    "127.0.0.1 or on [::1].",
    remedy="Quit that program and make a new link. Or paste the URL you land on.",
    exit_code=ExitCode.MACHINE,
)
PORT_PRIVILEGED: Final = Problem(
    id="port-privileged",
    title="Port {port} is reserved by the system",
    cause="The system doesn't let you listen on it. Ports below 1024 are reserved, and on Windows "
    "other ranges too.",
    remedy="Paste the URL you land on. Or register a Redirect URL with another port.",
    exit_code=ExitCode.MACHINE,
)
PORT_UNUSABLE: Final = Problem(
    id="port-unusable",
    title="The wizard can't listen on port {port}",
    cause="The system refused, probably because this machine lacks the address or is short of "
    "open files.",
    remedy="Paste the URL you land on. If it's an IPv6 address, use 127.0.0.1 instead.",
    exit_code=ExitCode.MACHINE,
)
NOT_A_TERMINAL: Final = Problem(
    id="not-a-terminal",
    title="The wizard needs a terminal",
    cause="Its input and its messages (stdin and stderr) must both be a terminal.",
    remedy="Run it in a terminal window. Scripts use the commands token, status, and check.",
    exit_code=ExitCode.USAGE,
)
UNCONFIRMED: Final = Problem(
    id="unconfirmed",
    title="Removing a profile needs your confirmation",
    cause="There is no terminal to ask on: stdin and stderr must both be one.",
    remedy="To remove it without a question, add --yes.",
    exit_code=ExitCode.USAGE,
)
TERMINAL_TOO_SMALL: Final = Problem(
    id="terminal-too-small",
    title="The window is too small",
    cause="60×18 needed, now {size}.",
    remedy="Enlarge the window, or press p for plain mode.",
    exit_code=ExitCode.USAGE,
)
ENDPOINTS_CONFLICT: Final = Problem(
    id="endpoints-conflict",
    title="The profile was set up with other endpoints",
    cause="Stored: {stored}. Asked for: {given}.",
    remedy="Leave the option or variable out, or use another profile with --profile.",
    exit_code=ExitCode.USAGE,
)
BAD_ENDPOINT: Final = Problem(
    id="bad-endpoint",
    title="{name} cannot be used",
    cause="{why}",
    remedy="Correct it, or leave it out for Twilio's own.",
    exit_code=ExitCode.USAGE,
)
NO_SCENARIO: Final = Problem(
    id="no-scenario",
    title="The demo has no scenario {name}",
    cause="There are: {known}.",
    remedy="Name one of these after --scenario.",
    exit_code=ExitCode.USAGE,
)
MIN_TTL_TOO_LONG: Final = Problem(
    id="min-ttl-too-long",
    title="No token is valid that long",
    cause="--min-ttl asks for {asked} seconds, but access tokens are valid for {life} seconds.",
    remedy="Use --min-ttl {longest} or less. A longer job can run the token command again.",
    exit_code=ExitCode.USAGE,
)
BAD_PROFILE_NAME: Final = Problem(
    id="bad-profile-name",
    title="This cannot be the name of a profile",
    cause="“{name}” is not 1 to 64 of a-z, 0-9, - and _ starting with a letter or digit, "
    "or is a device name on Windows.",
    remedy="Choose another name, such as default or acme-prod.",
    exit_code=ExitCode.USAGE,
)
BAD_STORE: Final = Problem(
    id="bad-store",
    title="SCIM_WIZARD_STORE names no store",
    cause="“{value}” is neither keyring nor file.",
    remedy="Set it to one of these, or leave it out: then the keyring is used where it can be.",
    exit_code=ExitCode.USAGE,
)
BAD_HOME: Final = Problem(
    id="bad-home",
    title="SCIM_WIZARD_HOME names no folder",
    cause="{path} is a file, or would lie under one.",
    remedy="Set it to a folder, or leave it out: then yours for such data is used.",
    exit_code=ExitCode.USAGE,
)
HOME_NOT_ABSOLUTE: Final = (
    "{path} isn't an absolute path. Inside single quotes, a shell replaces no variables."
)
NAME_IT_IN_FULL: Final = "Set it to a whole path, such as /srv/scim-wizard or ~/scim-wizard."
"""Cause and remedy of BAD_HOME for a path that begins nowhere."""

NO_HOME_FOLDER: Final = Problem(
    id="no-home-folder",
    title="This user has no home folder",
    cause="HOME isn't set, and the system doesn't know a home folder for this user.",
    remedy="Set HOME, or set SCIM_WIZARD_HOME to a folder for the wizard's files.",
    exit_code=ExitCode.MACHINE,
)
BAD_LOG: Final = Problem(
    id="bad-log",
    title="The file of SCIM_WIZARD_LOG cannot be used",
    cause="{path} takes no log: {reason}.",
    remedy="Set it to a file of yours, new or to be added to, or unset it; then start again.",
    exit_code=ExitCode.MACHINE,
)
NOT_SET_UP: Final = Problem(
    id="not-set-up",
    title="Nothing is set up yet",
    cause="The profile has no saved credentials.",
    remedy="Set it up in the wizard, or choose another profile with --profile.",
    exit_code=ExitCode.NOT_SET_UP,
    run=(),
)
NOTHING_SAVED_HERE: Final = "User {user} has nothing saved for it in {folder}."
"""Cause of NOT_SET_UP where a command met it: under cron and sudo both may be others."""

NO_PROFILES: Final = Problem(
    id="no-profiles",
    title="No profiles",
    cause="Nothing is set up for this user in the wizard's folder.",
    remedy="Set one up in the wizard.",
    exit_code=ExitCode.NOT_SET_UP,
    run=(),
)
NO_PROFILES_HERE: Final = "User {user} has no profile in {folder}."
"""Its cause where a command met it."""

LEFT_UNFINISHED: Final = Problem(
    id="left-unfinished",
    title="The setup is not finished",
    cause="It was stopped before the check passed. What was entered is kept.",
    remedy="Resume the setup in the wizard.",
    exit_code=ExitCode.NOT_SET_UP,
    run=(),
)
INTERNAL: Final = Problem(
    id="internal-error",
    title="The wizard made a mistake",
    cause="This is an error in the wizard ({error}), not in what you did.",
    remedy="Start the wizard again; what was saved is kept. If it comes back, report it.",
    exit_code=ExitCode.MACHINE,
    run=(),
)

ENTRIES: Final = (
    CLIENT_ID_ELSEWHERE,
    PORT_TAKEN,
    PORT_PRIVILEGED,
    PORT_UNUSABLE,
    NOT_A_TERMINAL,
    UNCONFIRMED,
    TERMINAL_TOO_SMALL,
    ENDPOINTS_CONFLICT,
    BAD_ENDPOINT,
    NO_SCENARIO,
    MIN_TTL_TOO_LONG,
    BAD_PROFILE_NAME,
    BAD_STORE,
    BAD_HOME,
    NO_HOME_FOLDER,
    BAD_LOG,
    NOT_SET_UP,
    NO_PROFILES,
    LEFT_UNFINISHED,
    INTERNAL,
)
"""Every entry of this part of the book."""
