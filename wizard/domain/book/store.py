"""The error book: what goes wrong with the wizard's files, the keyring and the locks."""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem

FOLDER_NOT_WRITABLE: Final = Problem(
    id="folder-not-writable",
    title="The wizard's folder cannot be written to",
    cause="{path} does not accept files from you. Nothing there was changed.",
    remedy="Give yourself write access to it, or name another folder in SCIM_WIZARD_HOME.",
    exit_code=ExitCode.MACHINE,
)
CANNOT_BE_MADE: Final = (
    "{path} cannot be made: {there} does not accept folders from you. Nothing was changed."
)
NAME_ANOTHER: Final = "Name another folder in SCIM_WIZARD_HOME, or have this one made for you."
"""Cause and remedy of FOLDER_NOT_WRITABLE where there is no such folder yet."""

FILE_NOT_READABLE: Final = Problem(
    id="file-not-readable",
    title="A file of the wizard cannot be read",
    cause="The system does not let you read {path}.",
    remedy="Give yourself read access to it, or run as the user who did the setup.",
    exit_code=ExitCode.MACHINE,
)
FILE_IS_LINK: Final = Problem(
    id="file-is-link",
    title="A link stands where the wizard's own file belongs",
    cause="{path} is a link. It was not followed, as it may lead to what others can change.",
    remedy="Put the file or folder itself there. To keep all of them elsewhere, "
    "name that folder in SCIM_WIZARD_HOME.",
    exit_code=ExitCode.MACHINE,
)
HARD_LINK: Final = (
    "{path} has another name elsewhere (a hard link), so it may be read or changed from there."
)
PUT_A_COPY: Final = "Copy the file, remove it, and give the copy its name."
"""Cause and remedy of FILE_IS_LINK for a hard link."""

FOLDER_NOT_SAFE: Final = Problem(
    id="folder-not-safe",
    title="Other users can replace the wizard's folder",
    cause="{path} {why}. Nothing was read or saved.",
    remedy="Set SCIM_WIZARD_HOME to a folder inside your home folder. "
    "If the folder is yours, you can also run: chmod go-w {command}.",
    exit_code=ExitCode.MACHINE,
)
FILE_NOT_PLAIN: Final = Problem(
    id="file-not-plain",
    title="What stands there is not what belongs there",
    cause="{path} should be a {kind} and is {found}, so it was not opened.",
    remedy="Give it another name. If the {kind} was there before, put it back from a backup.",
    exit_code=ExitCode.MACHINE,
)
FILE_NOT_OURS: Final = Problem(
    id="file-not-ours",
    title="A file of the wizard belongs to another user",
    cause="{path} belongs to {owner} and you are {user}, so it was not opened. Nothing is lost.",
    remedy="Run the wizard as {keeper}, whose folder it is, or make everything in it yours.",
    exit_code=ExitCode.MACHINE,
)
YOURS_AGAIN: Final = "Make everything in your folder yours again, as after sudo."
"""Remedy of FILE_NOT_OURS where the wizard's folder itself is the user's."""

FILE_NOT_MADE: Final = Problem(
    id="file-not-made",
    title="The file was not saved",
    cause="{path} is there already, or this folder takes no files from you. "
    "Nothing was overwritten.",
    remedy="Move it away, or start the wizard in a folder of yours. Copy works as well.",
    exit_code=ExitCode.MACHINE,
)
DISK_FULL: Final = Problem(
    id="disk-full",
    title="The disk is full",
    cause="{path} takes no more data, or your quota is used up. What was saved before is kept.",
    remedy="Free some space: 1 MB is more than enough.",
    exit_code=ExitCode.MACHINE,
)
STORE_FAILED: Final = Problem(
    id="store-failed",
    title="Storing or reading failed",
    cause="The system refused to work with {path}. What was saved before is kept.",
    remedy="Look at what it said, and mend that.",
    exit_code=ExitCode.MACHINE,
)
FILE_DAMAGED: Final = Problem(
    id="file-damaged",
    title="A profile's file is damaged",
    cause="{path} cannot be read as a profile. It is kept as {kept}; its secrets are kept too.",
    remedy="Put it back from a backup, or set the profile up again in the wizard.",
    exit_code=ExitCode.MACHINE,
    run=(),
)
FILE_SET_ASIDE: Final = Problem(
    id="file-set-aside",
    title="The profile's file was damaged and is set aside",
    cause="It is kept as {path}; its secrets are kept too.",
    remedy="Set the profile up again in the wizard, or remove what is left with forget.",
    exit_code=ExitCode.MACHINE,
    run=(),
)
SET_UP_AGAIN: Final = "Set it up again here. Forgetting the profile removes what is left."
"""Remedy of FILE_SET_ASIDE in the wizard."""

SECRETS_DAMAGED: Final = Problem(
    id="secrets-damaged",
    title="The stored secrets are damaged",
    cause="{path} cannot be read as credentials. It was left as it is.",
    remedy="Put it back from a backup, or remove the profile and set it up again.",
    exit_code=ExitCode.MACHINE,
    run=("forget",),
)
SECRETS_MISSING: Final = Problem(
    id="secrets-missing",
    title="The stored secrets are gone",
    cause="The profile names credentials in {path}, but they are not there.",
    remedy="Put them back from a backup, or remove the profile and set it up again.",
    exit_code=ExitCode.MACHINE,
    run=("forget",),
)
ENDPOINTS_DIFFER: Final = Problem(
    id="endpoints-differ",
    title="The profile's file and its secrets name different servers",
    cause="The file names {record}, but the secrets are for {secrets}. Nothing was sent to either.",
    remedy="If you changed the file, put it back as it was. "
    "Otherwise remove the profile and set it up again.",
    exit_code=ExitCode.MACHINE,
    run=("forget",),
)
FILE_NEWER: Final = Problem(
    id="file-newer",
    title="A file is from a newer version of the wizard",
    cause="This version cannot read {path}. It was left as it is.",
    remedy="Update twilio-scim-wizard, or use another profile with --profile.",
    exit_code=ExitCode.MACHINE,
)
PERMISSIONS_TIGHTENED: Final = Problem(
    id="permissions-too-open",
    title="Other users could get at {path}",
    cause="Its permissions were too open. They are tightened now: only you have access.",
    remedy="If others use this machine, rotate the Client Secret in Twilio's Console.",
    exit_code=ExitCode.MACHINE,
)
CANNOT_KEEP_OUT: Final = Problem(
    id="cannot-keep-others-out",
    title="This folder can't keep other users out",
    cause="{path} is open to them, and its file system doesn't let the wizard change that.",
    remedy="Set SCIM_WIZARD_HOME to a folder on this system's own disk. "
    "Windows drives in WSL and some network folders have no permissions.",
    exit_code=ExitCode.MACHINE,
    is_warning=True,
)
KEYRING_ABSENT: Final = Problem(
    id="keyring-absent",
    title="There is no system keyring here",
    cause="This profile's secrets belong there and are never moved silently. "
    "Cron jobs and SSH sessions often have none.",
    remedy="Run this on the desktop, or set up another profile with SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_ASKED_FOR: Final = "SCIM_WIZARD_STORE=keyring asks for one. No secret is stored yet."
KEYRING_NOT_HERE: Final = "Unset SCIM_WIZARD_STORE, or set it to file, then start again."
"""Cause and remedy of KEYRING_ABSENT for a profile that has no secrets yet."""

KEYRING_LOCKED: Final = Problem(
    id="keyring-locked",
    title="The system keyring is locked",
    cause="It was not unlocked, so the secrets in it are out of reach.",
    remedy="Unlock it, then try again. For jobs that run without you, "
    "set up another profile with SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_HANGS: Final = Problem(
    id="keyring-hangs",
    title="The system keyring does not answer",
    cause="It may be waiting for you to unlock it, in a window of its own.",
    remedy="Unlock it, then try again. For jobs that run without you, "
    "set up another profile with SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_FAILED: Final = Problem(
    id="keyring-failed",
    title="The system keyring failed",
    cause="It did not store, read or remove the secrets. What was saved before is kept.",
    remedy="Look at what it said, mend that, then try again.",
    exit_code=ExitCode.MACHINE,
)
VALUE_TOO_LARGE: Final = Problem(
    id="value-too-large",
    title="The system keyring takes only small values",
    cause="Tokens are larger than it allows (on Windows: 2,560 bytes).",
    remedy="Set up another profile with SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_PASSED_OVER: Final = Problem(
    id="keyring-passed-over",
    title="The secrets go into files only you can read",
    cause="{why}.",
    remedy="To use it, mend that before the first value is saved; "
    "or later remove the profile and set it up again.",
    exit_code=ExitCode.MACHINE,
)
ANOTHER_WIZARD: Final = Problem(
    id="another-wizard",
    title="Another wizard has this profile open",
    cause="Two at once would undo each other's work.",
    remedy="Go on in the other window or close it, or use another profile with --profile.",
    exit_code=ExitCode.MACHINE,
)
LOCK_BUSY: Final = Problem(
    id="lock-busy",
    title="The profile is in use",
    cause="Another scim-wizard command has been working on it for too long.",
    remedy="Wait a moment and try again. If it stays, end the other command.",
    exit_code=ExitCode.MACHINE,
)
NO_FILE_LOCKS: Final = Problem(
    id="no-file-locks",
    title="This folder's file system has no working locks",
    cause="Files in {path} can't be locked. Network folders often can't do that.",
    remedy="Use a local folder: set SCIM_WIZARD_HOME to one and set up again, "
    "or move the folder there.",
    exit_code=ExitCode.MACHINE,
)
PROFILE_CHANGED: Final = Problem(
    id="profile-changed",
    title="The profile was changed meanwhile",
    cause="Another scim-wizard command saved other credentials. Nothing of this was saved.",
    remedy="Run this again; it starts from what is stored now.",
    exit_code=ExitCode.MACHINE,
)

ENTRIES: Final = (
    FOLDER_NOT_WRITABLE,
    FILE_NOT_READABLE,
    FILE_IS_LINK,
    FOLDER_NOT_SAFE,
    FILE_NOT_PLAIN,
    FILE_NOT_OURS,
    FILE_NOT_MADE,
    DISK_FULL,
    STORE_FAILED,
    FILE_DAMAGED,
    FILE_SET_ASIDE,
    SECRETS_DAMAGED,
    SECRETS_MISSING,
    ENDPOINTS_DIFFER,
    FILE_NEWER,
    PERMISSIONS_TIGHTENED,
    CANNOT_KEEP_OUT,
    KEYRING_ABSENT,
    KEYRING_LOCKED,
    KEYRING_HANGS,
    KEYRING_FAILED,
    VALUE_TOO_LARGE,
    KEYRING_PASSED_OVER,
    ANOTHER_WIZARD,
    LOCK_BUSY,
    NO_FILE_LOCKS,
    PROFILE_CHANGED,
)
"""Every entry of this part."""
