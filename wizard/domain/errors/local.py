"""The error catalog: this machine, options and variables, and profiles that aren't set up."""

from __future__ import annotations

from functools import partial
from typing import Final

from wizard.domain.problems import ExitCode, Problem, on_this_machine
from wizard.domain.steps import Step
from wizard.domain.value import replace

_usage = partial(Problem, exit_code=ExitCode.USAGE)
_not_set_up = partial(Problem, exit_code=ExitCode.NOT_SET_UP, run=())

CLIENT_ID_ELSEWHERE: Final = on_this_machine(
    id="client-id-elsewhere",
    title="Profile {profile} has the same Client ID",
    cause=(
        "Both use the same OAuth app. Rotating the app's secret or authorizing again may end the"
        " other profile's access."
    ),
    remedy="If this is intentional, continue. Otherwise, use that profile with --profile.",
    step=Step.CREDENTIALS,
)
PORT_TAKEN: Final = on_this_machine(
    id="port-taken",
    title="Port {port} is in use",
    cause="Another program is listening on the Redirect URL's port. If the host is localhost, the "
    "other program may be listening on 127.0.0.1 or on [::1].",
    remedy="Quit that program and create a new link. Or paste the URL you land on.",
)
PORT_PRIVILEGED: Final = on_this_machine(
    id="port-privileged",
    title="Port {port} is reserved by the system",
    cause="The system doesn't allow the wizard to listen on it. Many systems reserve ports below "
    "1024, and Windows reserves other ranges.",
    remedy="Paste the URL you land on. Or register a Redirect URL with another port.",
)
PORT_UNUSABLE: Final = on_this_machine(
    id="port-unusable",
    title="The wizard can't listen on port {port}",
    cause="The system rejected the request, probably because this machine doesn't have that "
    "address or has too many open files.",
    remedy="Paste the URL you land on. If it's an IPv6 address, use 127.0.0.1 instead.",
)
NOT_A_TERMINAL: Final = _usage(
    id="not-a-terminal",
    title="The wizard needs a terminal",
    cause="Standard input and standard error must both be connected to a terminal.",
    remedy="Run it in a terminal window. In a script, use the token, status, or check command.",
)
UNCONFIRMED: Final = _usage(
    id="unconfirmed",
    title="Removing a profile needs your confirmation",
    cause=(
        "There's no terminal to show the prompt in. Standard input and standard error must both be"
        " connected to a terminal."
    ),
    remedy="Add --yes to remove it without confirmation.",
)
TERMINAL_TOO_SMALL: Final = _usage(
    id="terminal-too-small",
    title="The window is too small",
    cause="The window is {size}. The wizard needs 60×18.",
    remedy="Enlarge the window, or press p for plain mode.",
)
ENDPOINTS_CONFLICT: Final = _usage(
    id="endpoints-conflict",
    title="The profile was set up with other endpoints",
    cause="Saved: {stored}. Given: {given}.",
    remedy="Leave the option or variable out, or use another profile with --profile.",
)
BAD_ENDPOINT: Final = _usage(
    id="bad-endpoint",
    title="{name} can't be used",
    cause="{why}",
    remedy="Fix it, or leave it out to use Twilio's endpoint.",
)
NO_SCENARIO: Final = _usage(
    id="no-scenario",
    title="The demo has no scenario named {name}",
    cause="Available scenarios: {known}.",
    remedy="Enter one of these after --scenario.",
)
MIN_TTL_TOO_LONG: Final = _usage(
    id="min-ttl-too-long",
    title="No token is valid that long",
    cause="--min-ttl asks for {asked} seconds, but access tokens are valid for {life} seconds.",
    remedy="Use --min-ttl {longest} or less. A longer job can run the token command again. If you "
    "increased the app's token lifetime, run the command once with --force.",
)
BAD_PROFILE_NAME: Final = _usage(
    id="bad-profile-name",
    title="Invalid profile name",
    cause='"{name}" must be 1 to 64 lowercase letters, digits, hyphens, or underscores. It must '
    "start with a letter or digit and can't be a Windows device name.",
    remedy="Choose another name, such as default or acme-prod.",
)
BAD_STORE: Final = _usage(
    id="bad-store",
    title="Invalid value in SCIM_WIZARD_STORE",
    cause='"{value}" is neither keyring nor file.',
    remedy="Set it to keyring or file, or unset it. If unset, the keyring is used where possible.",
)
BAD_HOME: Final = _usage(
    id="bad-home",
    title="SCIM_WIZARD_HOME can't be used as a folder",
    cause="{path} is a file, or is inside a file.",
    remedy="Set it to a folder, or unset it to use your user data folder.",
)
HOME_NOT_ABSOLUTE: Final = replace(
    BAD_HOME,
    cause="{path} isn't an absolute path. The shell doesn't expand variables inside single quotes.",
    remedy="Set it to an absolute path, such as {example}, or to one that starts with ~/.",
)

NO_HOME_FOLDER: Final = on_this_machine(
    id="no-home-folder",
    title="This user has no home folder",
    cause="HOME isn't set, and the system doesn't define a home folder for this user.",
    remedy="Set HOME, or set SCIM_WIZARD_HOME to a folder for the wizard's files.",
)
BAD_LOG: Final = on_this_machine(
    id="bad-log",
    title="Can't write the log file",
    cause="Couldn't open {path} (set in SCIM_WIZARD_LOG): {reason}.",
    remedy="Set SCIM_WIZARD_LOG to a file you can write to, or unset it. Then run "
    "scim-wizard again.",
)
NOT_SET_UP: Final = _not_set_up(
    id="not-set-up",
    title="Nothing is set up yet",
    cause="The profile has no saved credentials.",
    remedy="Set it up in the wizard, or choose another profile with --profile.",
)
NOT_SET_UP_HERE: Final = replace(
    NOT_SET_UP, cause="User {user} has no saved credentials for this profile in {folder}."
)
"""Used in commands: under cron and sudo, user and folder may differ."""

NO_PROFILES: Final = _not_set_up(
    id="no-profiles",
    title="No profiles",
    cause="Nothing is set up for this user in the wizard's folder.",
    remedy="Set one up in the wizard.",
)
NO_PROFILES_HERE: Final = replace(NO_PROFILES, cause="User {user} has no profile in {folder}.")

LEFT_UNFINISHED: Final = _not_set_up(
    id="left-unfinished",
    title="The setup isn't finished",
    cause="It was stopped before the check passed. Your entries are saved.",
    remedy="Resume the setup in the wizard.",
)
INTERNAL: Final = on_this_machine(
    id="internal-error",
    title="Internal error in scim-wizard",
    cause="This is a bug in the wizard ({error}). You didn't cause it. Everything saved earlier is "
    "intact.",
    remedy="Start the wizard again. If that doesn't help, include this text when you ask for help.",
    run=(),
)


def crash(error: BaseException) -> Problem:
    """Return the entry with the type of an exception and its places in the code.

    Its message and local variables are left out: either may hold a secret.
    """
    # Imported here, because it is needed only after a crash.
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    places = (f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    return INTERNAL.filled(error=type(error).__name__).with_detail(*places)
