"""The error book: what goes wrong with the wizard's files, the keyring and the locks."""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import ExitCode, Problem

FOLDER_NOT_WRITABLE: Final = Problem(
    id="folder-not-writable",
    title="Can't write to the wizard's folder",
    cause="{path} doesn't accept files from you. Nothing there was changed.",
    remedy="Give yourself write access, or set SCIM_WIZARD_HOME to another folder.",
    exit_code=ExitCode.MACHINE,
)
CANNOT_BE_MADE: Final = (
    "{path} can't be created: {there} doesn't accept folders from you. Nothing was changed."
)
NAME_ANOTHER: Final = "Set SCIM_WIZARD_HOME to another folder, or have this one created for you."
"""Cause and remedy of FOLDER_NOT_WRITABLE where there is no such folder yet."""

FILE_NOT_READABLE: Final = Problem(
    id="file-not-readable",
    title="Can't read one of the wizard's files",
    cause="The operating system doesn't let you read {path}.",
    remedy="Give yourself read access, or run as the user who did the setup.",
    exit_code=ExitCode.MACHINE,
)
FILE_IS_LINK: Final = Problem(
    id="file-is-link",
    title="A wizard file is a symbolic link",
    cause="{path} is a symlink. It wasn't followed, because others may be able to change "
    "its target.",
    remedy="Replace it with the real file or folder. To store everything elsewhere, set "
    "SCIM_WIZARD_HOME to that folder.",
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
OTHERS_FOLDER: Final = (
    "Set SCIM_WIZARD_HOME to a folder inside your home folder. Or, if this folder should be "
    "yours, have an administrator make you its owner."
)
"""Remedy of FOLDER_NOT_SAFE where the folder belongs to another user."""

FILE_NOT_PLAIN: Final = Problem(
    id="file-not-plain",
    title="Wrong file type in the wizard's folder",
    cause="{path} should be a {kind} but is {found}, so it wasn't opened.",
    remedy="Rename it. If the {kind} was there before, restore it from a backup.",
    exit_code=ExitCode.MACHINE,
)
FILE_NOT_OURS: Final = Problem(
    id="file-not-ours",
    title="A wizard file belongs to another user",
    cause="{path} belongs to {owner}, and you are {user}, so it wasn't opened. Nothing is lost.",
    remedy="Run the wizard as {keeper}, whose folder it is, or make everything in it yours.",
    exit_code=ExitCode.MACHINE,
)
YOURS_AGAIN: Final = "Make yourself the owner of everything in your folder again, as after sudo."
"""Remedy of FILE_NOT_OURS where the wizard's folder itself is the user's."""

FILE_NOT_MADE: Final = Problem(
    id="file-not-made",
    title="The file wasn't saved",
    cause="{path} already exists, or you can't create files in this folder. Nothing was "
    "overwritten.",
    remedy="Move it away, or start the wizard in a folder of yours. Or use Copy instead.",
    exit_code=ExitCode.MACHINE,
)
DISK_FULL: Final = Problem(
    id="disk-full",
    title="The disk is full",
    cause="Can't write to {path}: the disk or your quota is full. What was saved before is intact.",
    remedy="Free some space; 1 MB is more than enough.",
    exit_code=ExitCode.MACHINE,
)
STORE_FAILED: Final = Problem(
    id="store-failed",
    title="Couldn't read or write a file",
    cause="The operating system reported an error for {path}. What was saved before is intact.",
    remedy="Fix the error in the details.",
    exit_code=ExitCode.MACHINE,
)
FILE_DAMAGED: Final = Problem(
    id="file-damaged",
    title="A profile's file is damaged",
    cause="{path} can't be read as a profile. It was kept as {kept}, and its secrets are "
    "still saved.",
    remedy="Restore it from a backup, or set the profile up again in the wizard.",
    exit_code=ExitCode.MACHINE,
    run=(),
)
FILE_SET_ASIDE: Final = Problem(
    id="file-set-aside",
    title="The profile's damaged file was set aside",
    cause="It was kept as {path}, and its secrets are still saved.",
    remedy="Set the profile up again in the wizard, or remove what is left with forget.",
    exit_code=ExitCode.MACHINE,
    run=(),
)
SET_UP_AGAIN: Final = "Set it up again here. Removing the profile removes what is left."
"""Remedy of FILE_SET_ASIDE in the wizard."""

SECRETS_DAMAGED: Final = Problem(
    id="secrets-damaged",
    title="The saved secrets are damaged",
    cause="{path} can't be read as credentials. It wasn't changed.",
    remedy="Restore it from a backup, or remove the profile and set it up again.",
    exit_code=ExitCode.MACHINE,
    run=("forget",),
)
SECRETS_MISSING: Final = Problem(
    id="secrets-missing",
    title="The saved secrets are gone",
    cause="The profile names credentials in {path}, but they aren't there.",
    remedy="Restore them from a backup, or remove the profile and set it up again.",
    exit_code=ExitCode.MACHINE,
    run=("forget",),
)
ENDPOINTS_DIFFER: Final = Problem(
    id="endpoints-differ",
    title="Profile and secrets name different servers",
    cause="The profile names {record}, but the secrets are for {secrets}. Nothing was sent "
    "to either.",
    remedy="If you changed the file, put it back as it was. Otherwise, remove the profile "
    "and set it up again.",
    exit_code=ExitCode.MACHINE,
    run=("forget",),
)
FILE_NEWER: Final = Problem(
    id="file-newer",
    title="A file is from a newer version",
    cause="This version of the wizard can't read {path}. The file wasn't changed.",
    remedy="Update twilio-scim-wizard, or use another profile with --profile.",
    exit_code=ExitCode.MACHINE,
)
PERMISSIONS_TIGHTENED: Final = Problem(
    id="permissions-too-open",
    title="Other users could read {path}",
    cause="Its permissions were too open. The wizard fixed them: only you have access now.",
    remedy="If others use this machine, rotate the Client Secret in Twilio.",
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
OTHERS_MAY_REPLACE: Final = (
    "{path} {why}. Whoever can change that folder can replace the wizard's folder in it."
)
FINE_IN_CONTAINER: Final = (
    "In a container that only you use, ignore this. Otherwise, set SCIM_WIZARD_HOME to a folder "
    "that only you can change."
)
"""Cause and remedy of CANNOT_KEEP_OUT where the folders above may be other users'."""

KEYRING_ABSENT: Final = Problem(
    id="keyring-absent",
    title="No system keyring here",
    cause="This profile's secrets are in a system keyring, and none was found. Cron jobs "
    "and SSH sessions often have none.",
    remedy="Run this on the desktop, or set up another profile with SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_ASKED_FOR: Final = "SCIM_WIZARD_STORE=keyring requires one. No secret is saved yet."
KEYRING_NOT_HERE: Final = "Unset SCIM_WIZARD_STORE, or set it to file, then start again."
"""Cause and remedy of KEYRING_ABSENT for a profile that has no secrets yet."""

KEYRING_LOCKED: Final = Problem(
    id="keyring-locked",
    title="The system keyring is locked",
    cause="The secrets in it can't be read until you unlock it.",
    remedy="Unlock it, then try again. For unattended jobs, set up another profile with "
    "SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_HANGS: Final = Problem(
    id="keyring-hangs",
    title="The system keyring isn't responding",
    cause="It may be waiting for you to unlock it in another window.",
    remedy="Unlock it, then try again. For unattended jobs, set up another profile with "
    "SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_FAILED: Final = Problem(
    id="keyring-failed",
    title="The system keyring failed",
    cause="It couldn't save, read, or remove the secrets. What was saved before is intact.",
    remedy="Fix the error in the details, then try again.",
    exit_code=ExitCode.MACHINE,
)
VALUE_TOO_LARGE: Final = Problem(
    id="value-too-large",
    title="The system keyring accepts only small values",
    cause="Tokens are larger than it allows (2,560 bytes on Windows).",
    remedy="Set up another profile with SCIM_WIZARD_STORE=file.",
    exit_code=ExitCode.MACHINE,
)
KEYRING_PASSED_OVER: Final = Problem(
    id="keyring-passed-over",
    title="Secrets will be saved in files only you can read",
    cause="{why}.",
    remedy="To use the keyring, fix this before you enter the first value. Or remove the "
    "profile later and set it up again.",
    exit_code=ExitCode.MACHINE,
)
ANOTHER_WIZARD: Final = Problem(
    id="another-wizard",
    title="Another wizard has this profile open",
    cause="Two at once would overwrite each other's changes.",
    remedy="Continue in the other window or close it, or use another profile with --profile.",
    exit_code=ExitCode.MACHINE,
)
LOCK_BUSY: Final = Problem(
    id="lock-busy",
    title="The profile is in use",
    cause="Another scim-wizard command has been using it for too long.",
    remedy="Wait a moment and try again. If that doesn't help, end the other command.",
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
    cause="Another scim-wizard command saved different credentials. Nothing from this run "
    "was saved.",
    remedy="Try again. It will start from the saved credentials.",
    exit_code=ExitCode.MACHINE,
)
