"""The error catalog: problems with the wizard's files, the keyring, and the locks."""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import on_this_machine
from wizard.domain.value import replace

FOLDER_NOT_WRITABLE: Final = on_this_machine(
    id="folder-not-writable",
    title="Can't write to the wizard's folder",
    cause="You don't have permission to write to {path}. Nothing there was changed.",
    remedy="Give yourself write access, or set SCIM_WIZARD_HOME to another folder.",
)
FOLDER_NOT_MADE: Final = replace(
    FOLDER_NOT_WRITABLE,
    cause="{path} can't be created: you don't have permission to create folders in {there}. "
    "Nothing was changed.",
    remedy="Set SCIM_WIZARD_HOME to another folder, or ask an administrator to create this one.",
)

FILE_NOT_READABLE: Final = on_this_machine(
    id="file-not-readable",
    title="Can't read one of the wizard's files",
    cause="You don't have permission to read {path}.",
    remedy="Give yourself read access, or run as the user who did the setup.",
)
FILE_IS_LINK: Final = on_this_machine(
    id="file-is-link",
    title="A wizard file is a symbolic link",
    cause="{path} is a symbolic link. It wasn't followed, because others may be able to change "
    "its target.",
    remedy="Replace it with the real file or folder. To keep the wizard's files in "
    "another folder, set SCIM_WIZARD_HOME to it.",
)
FILE_IS_HARD_LINK: Final = replace(
    FILE_IS_LINK,
    cause="{path} has a hard link, so it could be read or changed through another path.",
    remedy="Copy the file, delete the original, and rename the copy to the original name.",
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
    cause="{path} belongs to {owner}, but you're running as {user}, so it wasn't opened. Nothing "
    "is lost.",
    remedy="Run the wizard as {keeper}, who owns the folder, or take ownership of everything "
    "in it.",
)
FILE_NOT_OURS_IN_OUR_FOLDER: Final = replace(
    FILE_NOT_OURS,
    remedy=(
        "Make yourself the owner of everything in the wizard's folder. Don't run the wizard with"
        " sudo: that may have changed the owner."
    ),
)
"""Used if the wizard's folder itself belongs to the user."""

FILE_NOT_MADE: Final = on_this_machine(
    id="file-not-made",
    title="The file wasn't saved",
    cause="{path} already exists, or you can't create files in this folder. Nothing was "
    "overwritten.",
    remedy="Move or rename the existing file, or start the wizard in a folder that you can write "
    "to. Or use Copy instead.",
)
DISK_FULL: Final = on_this_machine(
    id="disk-full",
    title="The disk is full",
    cause="Can't write to {path}: the disk or your quota is full. Everything saved earlier is "
    "intact.",
    remedy="Free some space. 1 MB is more than enough.",
)
STORE_FAILED: Final = on_this_machine(
    id="store-failed",
    title="Couldn't read or write a file",
    cause="The operating system reported an error for {path}. Everything saved earlier is intact.",
    remedy="Fix the problem shown in the details.",
)
FILE_DAMAGED: Final = on_this_machine(
    id="file-damaged",
    title="A profile's file is damaged",
    cause="{path} isn't a valid profile file. The damaged file is now {kept}. Its secrets are "
    "still saved.",
    remedy="Restore it from a backup, or set the profile up again in the wizard.",
    run=(),
)
FILE_SET_ASIDE: Final = on_this_machine(
    id="file-set-aside",
    title="The profile's damaged file was set aside",
    cause="It was renamed to {path}, and its secrets are still saved.",
    remedy="Set the profile up again in the wizard, or remove what's left with the forget command.",
    run=(),
)
FILE_SET_ASIDE_IN_WIZARD: Final = replace(
    FILE_SET_ASIDE, remedy="Set it up again here. To remove what's left, remove the profile."
)
"""Used in the wizard."""

SECRETS_DAMAGED: Final = on_this_machine(
    id="secrets-damaged",
    title="The saved secrets are damaged",
    cause="The credentials in {path} aren't valid. They weren't changed.",
    remedy="Restore them from a backup, or remove the profile and set it up again.",
    run=("forget",),
)
SECRETS_MISSING: Final = on_this_machine(
    id="secrets-missing",
    title="The saved secrets are gone",
    cause="The profile refers to credentials in {path}, but they aren't there.",
    remedy="Restore them from a backup, or remove the profile and set it up again.",
    run=("forget",),
)
ENDPOINTS_DIFFER: Final = on_this_machine(
    id="endpoints-differ",
    title="The profile and its secrets are for different servers",
    cause="The profile is for {record}, but the secrets are for {secrets}. Nothing was sent "
    "to either.",
    remedy="If you changed the file, undo your changes. Otherwise, remove the profile and "
    "set it up again.",
    run=("forget",),
)
FILE_NEWER: Final = on_this_machine(
    id="file-newer",
    title="A file was saved by a newer version",
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
    title="Other users can access this folder",
    cause="{path} is open to them, and its file system doesn't let the wizard change that.",
    remedy="Set SCIM_WIZARD_HOME to a folder on a local disk. "
    "Windows drives in WSL and some network folders don't support file permissions.",
    is_warning=True,
)
OTHERS_MAY_REPLACE: Final = replace(
    CANNOT_KEEP_OUT,
    title="Other users may be able to replace this folder",
    cause="{path} {why}. Anyone who can change the parent folder can replace the wizard's folder.",
    remedy="If this is a container that only you use, ignore this. Otherwise, set SCIM_WIZARD_HOME "
    "to a folder that only you can change.",
)
"""Used if the folders above may belong to other users."""

KEYRING_ABSENT: Final = on_this_machine(
    id="keyring-absent",
    title="No system keyring found",
    cause="This profile's secrets are in a system keyring, and none was found. Cron jobs "
    "and SSH sessions often have none.",
    remedy="Run this in a desktop session, or set up another profile with SCIM_WIZARD_STORE=file.",
)
KEYRING_REQUIRED: Final = replace(
    KEYRING_ABSENT,
    cause="SCIM_WIZARD_STORE=keyring requires one. No secret is saved yet.",
    remedy="Unset SCIM_WIZARD_STORE, or set it to file, then run scim-wizard again.",
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
    cause="It couldn't save, read, or remove the secrets. Everything saved earlier is intact.",
    remedy="Fix the problem shown in the details, then try again.",
)
VALUE_TOO_LARGE: Final = on_this_machine(
    id="value-too-large",
    title="The system keyring accepts only small values",
    cause="The credentials are larger than it allows.",
    remedy="Set up another profile with SCIM_WIZARD_STORE=file.",
)
KEYRING_PASSED_OVER: Final = on_this_machine(
    id="keyring-passed-over",
    title="Secrets will be saved in files only you can read",
    cause="{why}.",
    remedy="If you want to use the keyring, fix this before you enter the first value. Or remove "
    "the profile later and set it up again.",
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
    title="This folder's file system doesn't support file locks",
    cause="Files in {path} can't be locked. Network folders often don't support locks.",
    remedy=(
        "Set SCIM_WIZARD_HOME to a local folder. Then set up again, or move the wizard's files"
        " there first."
    ),
)
PROFILE_CHANGED: Final = on_this_machine(
    id="profile-changed",
    title="Another command changed the profile",
    cause="Another scim-wizard command saved different credentials. Nothing from this run "
    "was saved.",
    remedy="Run scim-wizard again. It will use the saved credentials.",
)
