"""The error catalog: problems with the wizard's files, the keyring, and the locks."""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import on_this_machine
from wizard.domain.value import replace

FOLDER_NOT_WRITABLE: Final = on_this_machine(
    id="folder-not-writable",
    title="Can't write to the wizard's folder",
    cause="{path} doesn't accept files from you. Nothing there was changed.",
    remedy="Give yourself write access, or set SCIM_WIZARD_HOME to another folder.",
)
FOLDER_NOT_MADE: Final = replace(
    FOLDER_NOT_WRITABLE,
    cause="{path} can't be created: {there} doesn't accept folders from you. Nothing was changed.",
    remedy="Set SCIM_WIZARD_HOME to another folder, or have this one created for you.",
)

FILE_NOT_READABLE: Final = on_this_machine(
    id="file-not-readable",
    title="Can't read one of the wizard's files",
    cause="The operating system doesn't let you read {path}.",
    remedy="Give yourself read access, or run as the user who did the setup.",
)
FILE_IS_LINK: Final = on_this_machine(
    id="file-is-link",
    title="A wizard file is a symbolic link",
    cause="{path} is a symlink. It wasn't followed, because others may be able to change "
    "its target.",
    remedy="Replace it with the real file or folder. To store everything elsewhere, set "
    "SCIM_WIZARD_HOME to that folder.",
)
FILE_IS_HARD_LINK: Final = replace(
    FILE_IS_LINK,
    cause="{path} has another name elsewhere (a hard link), so it may be read or changed from "
    "there.",
    remedy="Copy the file, remove it, and give the copy its name.",
)

FOLDER_NOT_SAFE: Final = on_this_machine(
    id="folder-not-safe",
    title="Other users can replace the wizard's folder",
    cause="{path} {why}. Nothing was read or saved.",
    remedy="Set SCIM_WIZARD_HOME to a folder inside your home folder. "
    "If the folder is yours, you can also run: chmod go-w {command}.",
)
FOLDER_NOT_OURS: Final = replace(
    FOLDER_NOT_SAFE,
    remedy="Set SCIM_WIZARD_HOME to a folder inside your home folder. Or, if this folder should be "
    "yours, have an administrator make you its owner.",
)

FILE_NOT_PLAIN: Final = on_this_machine(
    id="file-not-plain",
    title="Wrong file type in the wizard's folder",
    cause="{path} should be a {kind} but is {found}, so it wasn't opened.",
    remedy="Rename it. If the {kind} was there before, restore it from a backup.",
)
FILE_NOT_OURS: Final = on_this_machine(
    id="file-not-ours",
    title="A wizard file belongs to another user",
    cause="{path} belongs to {owner}, and you are {user}, so it wasn't opened. Nothing is lost.",
    remedy="Run the wizard as {keeper}, whose folder it is, or make everything in it yours.",
)
FILE_NOT_OURS_IN_OUR_FOLDER: Final = replace(
    FILE_NOT_OURS,
    remedy="Make yourself the owner of everything in your folder again, as after sudo.",
)
"""Used if the wizard's folder itself belongs to the user."""

FILE_NOT_MADE: Final = on_this_machine(
    id="file-not-made",
    title="The file wasn't saved",
    cause="{path} already exists, or you can't create files in this folder. Nothing was "
    "overwritten.",
    remedy="Move it away, or start the wizard in a folder of yours. Or use Copy instead.",
)
DISK_FULL: Final = on_this_machine(
    id="disk-full",
    title="The disk is full",
    cause="Can't write to {path}: the disk or your quota is full. What was saved before is intact.",
    remedy="Free some space; 1 MB is more than enough.",
)
STORE_FAILED: Final = on_this_machine(
    id="store-failed",
    title="Couldn't read or write a file",
    cause="The operating system reported an error for {path}. What was saved before is intact.",
    remedy="Fix the error in the details.",
)
FILE_DAMAGED: Final = on_this_machine(
    id="file-damaged",
    title="A profile's file is damaged",
    cause="{path} can't be read as a profile. It was kept as {kept}, and its secrets are "
    "still saved.",
    remedy="Restore it from a backup, or set the profile up again in the wizard.",
    run=(),
)
FILE_SET_ASIDE: Final = on_this_machine(
    id="file-set-aside",
    title="The profile's damaged file was set aside",
    cause="It was kept as {path}, and its secrets are still saved.",
    remedy="Set the profile up again in the wizard, or remove what is left with forget.",
    run=(),
)
FILE_SET_ASIDE_IN_WIZARD: Final = replace(
    FILE_SET_ASIDE, remedy="Set it up again here. Removing the profile removes what is left."
)
"""Used in the wizard."""

SECRETS_DAMAGED: Final = on_this_machine(
    id="secrets-damaged",
    title="The saved secrets are damaged",
    cause="{path} can't be read as credentials. It wasn't changed.",
    remedy="Restore it from a backup, or remove the profile and set it up again.",
    run=("forget",),
)
SECRETS_MISSING: Final = on_this_machine(
    id="secrets-missing",
    title="The saved secrets are gone",
    cause="The profile names credentials in {path}, but they aren't there.",
    remedy="Restore them from a backup, or remove the profile and set it up again.",
    run=("forget",),
)
ENDPOINTS_DIFFER: Final = on_this_machine(
    id="endpoints-differ",
    title="Profile and secrets name different servers",
    cause="The profile names {record}, but the secrets are for {secrets}. Nothing was sent "
    "to either.",
    remedy="If you changed the file, put it back as it was. Otherwise, remove the profile "
    "and set it up again.",
    run=("forget",),
)
FILE_NEWER: Final = on_this_machine(
    id="file-newer",
    title="A file is from a newer version",
    cause="This version of the wizard can't read {path}. The file wasn't changed.",
    remedy="Update twilio-scim-wizard, or use another profile with --profile.",
)
PERMISSIONS_TIGHTENED: Final = on_this_machine(
    id="permissions-too-open",
    title="Other users could read {path}",
    cause="Its permissions were too open. The wizard fixed them: only you have access now.",
    remedy="If others use this machine, rotate the Client Secret in Twilio.",
)
CANNOT_KEEP_OUT: Final = on_this_machine(
    id="cannot-keep-others-out",
    title="This folder can't keep other users out",
    cause="{path} is open to them, and its file system doesn't let the wizard change that.",
    remedy="Set SCIM_WIZARD_HOME to a folder on this system's own disk. "
    "Windows drives in WSL and some network folders have no permissions.",
    is_warning=True,
)
OTHERS_MAY_REPLACE: Final = replace(
    CANNOT_KEEP_OUT,
    cause="{path} {why}. Whoever can change that folder can replace the wizard's folder in it.",
    remedy="In a container that only you use, ignore this. Otherwise, set SCIM_WIZARD_HOME to a "
    "folder that only you can change.",
)
"""Used if the folders above may belong to other users."""

KEYRING_ABSENT: Final = on_this_machine(
    id="keyring-absent",
    title="No system keyring here",
    cause="This profile's secrets are in a system keyring, and none was found. Cron jobs "
    "and SSH sessions often have none.",
    remedy="Run this on the desktop, or set up another profile with SCIM_WIZARD_STORE=file.",
)
KEYRING_REQUIRED: Final = replace(
    KEYRING_ABSENT,
    cause="SCIM_WIZARD_STORE=keyring requires one. No secret is saved yet.",
    remedy="Unset SCIM_WIZARD_STORE, or set it to file, then start again.",
)
"""Used if the profile has no secrets yet."""

KEYRING_LOCKED: Final = on_this_machine(
    id="keyring-locked",
    title="The system keyring is locked",
    cause="The secrets in it can't be read until you unlock it.",
    remedy="Unlock it, then try again. For unattended jobs, set up another profile with "
    "SCIM_WIZARD_STORE=file.",
)
KEYRING_HANGS: Final = replace(
    KEYRING_LOCKED,
    id="keyring-hangs",
    title="The system keyring isn't responding",
    cause="It may be waiting for you to unlock it in another window.",
)
KEYRING_FAILED: Final = on_this_machine(
    id="keyring-failed",
    title="The system keyring failed",
    cause="It couldn't save, read, or remove the secrets. What was saved before is intact.",
    remedy="Fix the error in the details, then try again.",
)
VALUE_TOO_LARGE: Final = on_this_machine(
    id="value-too-large",
    title="The system keyring accepts only small values",
    cause="Tokens are larger than it allows (2,560 bytes on Windows).",
    remedy="Set up another profile with SCIM_WIZARD_STORE=file.",
)
KEYRING_PASSED_OVER: Final = on_this_machine(
    id="keyring-passed-over",
    title="Secrets will be saved in files only you can read",
    cause="{why}.",
    remedy="To use the keyring, fix this before you enter the first value. Or remove the "
    "profile later and set it up again.",
)
ANOTHER_WIZARD: Final = on_this_machine(
    id="another-wizard",
    title="Another wizard has this profile open",
    cause="Two at once would overwrite each other's changes.",
    remedy="Continue in the other window or close it, or use another profile with --profile.",
)
LOCK_BUSY: Final = on_this_machine(
    id="lock-busy",
    title="The profile is in use",
    cause="Another scim-wizard command has been using it for too long.",
    remedy="Wait a moment and try again. If that doesn't help, end the other command.",
)
NO_FILE_LOCKS: Final = on_this_machine(
    id="no-file-locks",
    title="This folder's file system has no working locks",
    cause="Files in {path} can't be locked. Network folders often can't do that.",
    remedy="Use a local folder: set SCIM_WIZARD_HOME to one and set up again, "
    "or move the folder there.",
)
PROFILE_CHANGED: Final = on_this_machine(
    id="profile-changed",
    title="The profile was changed meanwhile",
    cause="Another scim-wizard command saved different credentials. Nothing from this run "
    "was saved.",
    remedy="Try again. It will start from the saved credentials.",
)
