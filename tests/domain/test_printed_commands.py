"""How a shell reads the commands that are printed."""

from __future__ import annotations

import shlex

import pytest

from wizard.domain.text import Program, find_user, list_users, request_app_token, users_url
from wizard.domain.value import replace

HOSTILE = "https://a.example/$(touch${IFS}pwned);`id`&'\"/"
PATH = "/opt/my tools/$HOME/scim-wizard"


@pytest.mark.parametrize(
    ("program", "profile", "words"),
    [
        (Program(), "default", ["scim-wizard", "forget"]),
        (Program(), "acme", ["scim-wizard", "--profile", "acme", "forget"]),
        (Program((PATH,)), "default", [PATH, "forget"]),
        (
            Program(("/usr/bin/python 3", "-P", "-m", "wizard")),
            "acme",
            ["/usr/bin/python 3", "-P", "-m", "wizard", "--profile", "acme", "forget"],
        ),
        (
            Program(is_profile_always_named=True),
            "default",
            ["scim-wizard", "--profile", "default", "forget"],
        ),
    ],
)
def test_command_names_program_and_profile(
    program: Program, profile: str, words: list[str]
) -> None:
    assert shlex.split(program.command("forget", profile=profile)) == words


WINDOWS = r"C:\Users\O'Neil\a b\scim-wizard.exe"
PYTHON = r"C:\Python\python.exe"


@pytest.mark.parametrize(
    ("words", "folder", "line"),
    [
        (("scim-wizard",), "", "scim-wizard --profile acme forget"),
        ((WINDOWS,), "", r"& 'C:\Users\O''Neil\a b\scim-wizard.exe' --profile acme forget"),
        ((PYTHON, "-P", "-m", "wizard"), "", rf"{PYTHON} -P -m wizard --profile acme forget"),
        (
            (PYTHON, "-P", "-m", "wizard"),
            r"D:\a $clone",
            rf"$env:PYTHONPATH = 'D:\a $clone'; {PYTHON} -P -m wizard --profile acme forget",
        ),
        (("C:\\$HOME\\it’s.exe",), "", "& 'C:\\$HOME\\it’’s.exe' --profile acme forget"),
    ],
)
def test_command_for_powershell_runs_there(words: tuple[str, ...], folder: str, line: str) -> None:
    program = Program(words, folder=folder, is_for_powershell=True)
    assert program.command("forget", profile="acme") == line


@pytest.mark.parametrize("base", ["https://a.example/scim/v2", "https://a.example/scim/v2//"])
def test_users_url_has_one_slash(base: str) -> None:
    assert users_url(base) == "https://a.example/scim/v2/Users"


def test_each_command_quotes_what_a_shell_would_act_on() -> None:
    condition = 'userName eq "$(id)"'
    users = shlex.split(list_users(Program((PATH,)), "acme", HOSTILE).replace("\n", " "))
    assert f"{HOSTILE}Users)" in users
    found = shlex.split(find_user(Program(), "acme", HOSTILE, condition).replace("\n", " "))
    assert f"filter={condition}" in found
    assert HOSTILE in shlex.split(request_app_token(HOSTILE).splitlines()[0])


def test_recipe_for_a_posix_shell_has_a_posix_command_in_it_on_windows_too() -> None:
    path = r"C:\Program Files\wizard\scim-wizard.exe"
    program = Program((path,), is_for_powershell=True)
    recipe = list_users(program, "acme", "https://iam.twilio.com/scim/v2")
    assert recipe.startswith(f"(h=$('{path}' ")
    elsewhere = replace(program, folder="/my src")
    assert "$env:" not in list_users(elsewhere, "acme", "https://a.test/v2")
    assert (
        elsewhere.in_posix_shell().command("forget") == f"env 'PYTHONPATH=/my src' '{path}' forget"
    )
