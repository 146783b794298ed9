"""Folders as the environment sets them, and valid names for profiles."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from wizard.domain.models import StoreKind
from wizard.domain.problems import ExitCode, SetupError
from wizard.options import Common
from wizard.store.paths import check_name, home, is_name, log_file, preferred


@pytest.mark.posix("Windows has other variables for a home folder")
def test_home_is_the_one_named() -> None:
    assert home({"SCIM_WIZARD_HOME": "/srv/scim"}) == Path("/srv/scim")


@pytest.mark.posix("Windows has other variables for a home folder")
def test_tilde_is_expanded_where_the_shell_left_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jane")
    assert home({"SCIM_WIZARD_HOME": "~"}) == Path("/home/jane")
    assert home({"SCIM_WIZARD_HOME": "~/x"}) == Path("/home/jane/x")
    assert log_file({"SCIM_WIZARD_LOG": "~/log"}) == Path("/home/jane/log")
    assert Common("default", Path("~/ca.pem"), {}, {}).settings().ca_file == Path(
        "/home/jane/ca.pem"
    )


@pytest.mark.posix("Windows has other variables for a home folder")
@pytest.mark.parametrize("path", ["cfg", "./cfg", "$HOME/x", "${HOME}", "~nobody-of-that-name/x"])
def test_path_that_is_not_absolute_is_refused(path: str) -> None:
    """Otherwise a folder of that name would be created in the current one, with the secrets."""
    with pytest.raises(SetupError, match="bad-home") as caught:
        home({"SCIM_WIZARD_HOME": path})
    assert path in caught.value.problem.cause
    with pytest.raises(SetupError, match="bad-log"):
        log_file({"SCIM_WIZARD_LOG": path})


def test_example_of_an_absolute_path_is_accepted() -> None:
    with pytest.raises(SetupError) as caught:
        home({"SCIM_WIZARD_HOME": "cfg"})
    [example] = re.findall(r"such as (\S+),", caught.value.problem.remedy)
    assert home({"SCIM_WIZARD_HOME": example}) == Path(example)
    with pytest.raises(SetupError) as caught:
        log_file({"SCIM_WIZARD_LOG": "log"})
    [example] = re.findall(r"such as (\S+),", caught.value.problem.cause)
    assert log_file({"SCIM_WIZARD_LOG": example}) == Path(example)


def test_home_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="bad-home"):
        home({"SCIM_WIZARD_HOME": str(tmp_path / "file" / "home")})


def test_data_folder_that_is_not_absolute_is_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_args, **_named: "~/data")
    with pytest.raises(SetupError, match="no-home-folder"):
        home({})


@pytest.mark.parametrize("home_variable", [None, "", "here"])
def test_user_that_the_system_does_not_know_has_no_home(
    monkeypatch: pytest.MonkeyPatch, home_variable: str | None
) -> None:
    pwd = pytest.importorskip("pwd")

    def unknown(number: int) -> NoReturn:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    if home_variable is not None:
        monkeypatch.setenv("HOME", home_variable)
    with pytest.raises(SetupError, match="no-home-folder"):
        home({name: os.environ[name] for name in os.environ if name != "SCIM_WIZARD_HOME"})


@pytest.mark.posix("Windows has other variables for a home folder")
@pytest.mark.parametrize("environ", [{}, {"SCIM_WIZARD_HOME": ""}])
def test_home_is_in_the_user_data_folder_otherwise(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = home(environ)
    assert found.name == "twilio-scim-wizard"
    assert found.is_relative_to(tmp_path)


@pytest.mark.parametrize(
    ("value", "kind"),
    [("keyring", StoreKind.KEYRING), ("file", StoreKind.FILE), ("", None), (None, None)],
)
def test_store_of_a_new_profile_is_the_one_named(value: str | None, kind: StoreKind | None) -> None:
    assert preferred({} if value is None else {"SCIM_WIZARD_STORE": value}) is kind


@pytest.mark.parametrize("value", ["File", "keychain", " "])
def test_other_stores_are_refused_as_misuse(value: str) -> None:
    with pytest.raises(SetupError) as caught:
        preferred({"SCIM_WIZARD_STORE": value})
    assert caught.value.problem.id == "bad-store"
    assert caught.value.problem.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("name", ["default", "a", "0", "acme-prod_2", "a" * 64, "com10", "console"])
def test_name_is_taken_when_it_is_plain(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9"])
def test_name_is_refused_when_it_is_a_device_on_windows(name: str) -> None:
    with pytest.raises(SetupError, match="bad-profile-name"):
        check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "a" * 65, "Acme", "-a", "_a", "a.b", "../a", "a/b", "a\n", "ä", "²"],
)
def test_name_is_refused_as_misuse_when_it_is_not(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(SetupError) as caught:
        check_name(name)
    assert caught.value.problem.id == "bad-profile-name"
    assert caught.value.problem.exit_code is ExitCode.USAGE


def test_reading_a_profile_imports_nothing_slow(tmp_path: Path) -> None:
    script = (
        "import sys; from wizard.store.paths import home;"
        "from wizard.store.profiles import LocalProfileStore;"
        "store = LocalProfileStore(home({'SCIM_WIZARD_HOME': sys.argv[1]}));"
        "assert store.load('default') is None;"
        "slow = {'filelock', 'platformdirs', 'asyncio', 'logging', 'keyring'};"
        "print(sorted(slow & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
    assert not list(tmp_path.iterdir()), "reading writes nothing"
