# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of `azlab`: errors are one sentence, never a traceback."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from azlab.cli.main import build_parser
from azlab.client import environment
from azlab.settings import Settings
from azlab.store import Resource, Store

AZLAB = Path(sys.executable).parent / "azlab"
DISK = "/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/disks/d"


def refused(*arguments: str | Path, cwd: Path | None = None, **environment: str | Path) -> str:
    done = subprocess.run([AZLAB, *arguments], capture_output=True, text=True, cwd=cwd, env={**os.environ, **environment})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_machine_without_apt_cannot_build_a_disk(tmp_path: Path) -> None:
    for name in ("python3", "mmdebstrap"):
        (tmp_path / name).symlink_to("/bin/true")
    said = refused("disk", "build", "--out", tmp_path / "disk.raw", PATH=tmp_path, XDG_CACHE_HOME=tmp_path)
    assert said.startswith("azlab: there is no apt-get on this machine")


@pytest.mark.parametrize("broken", ["cache", "state"])
def test_the_error_about_a_path_that_cannot_be_written_names_it(tmp_path: Path, broken: str) -> None:
    """Not even root can make a directory below a file."""
    (tmp_path / "file").touch()
    where = tmp_path / "file" / broken
    if broken == "state":
        said = refused("--state", where, "up", "--no-guests")
    else:
        said = refused("disk", "build", "--out", tmp_path / "disk.raw", XDG_CACHE_HOME=where)
    assert said.startswith(f"azlab: {tmp_path}/file")
    assert said.endswith(": Not a directory\n")


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("", ", which is a folder: name a file"),
        ("none/disk.raw", ": there is no folder {folder}/none; create it first"),
        ("file/disk.raw", ": there is no folder {folder}/file; create it first"),
        ("/proc/disk.raw", ": No such file or directory"),
        ("link", ": No such file or directory"),
    ],
    ids=["folder", "no folder", "below a file", "proc", "link"],
)
def test_a_disk_that_cannot_be_written_is_refused_before_it_is_built(tmp_path: Path, out: str, why: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("/proc/disk.raw")
    place = tmp_path / out
    said = refused("disk", "build", "--out", place, XDG_CACHE_HOME=tmp_path / "cache")
    assert said == f"azlab: the disk cannot be written to {place}{why.format(folder=tmp_path)}\n"
    assert {path.name for path in tmp_path.iterdir()} == {"file", "link"}


@pytest.mark.parametrize("text", ["seven", "-1", "7.5"])
def test_a_catalogue_seed_that_is_not_a_number_is_refused(tmp_path: Path, text: str) -> None:
    said = f"azlab: --catalogue-seed (or AZLAB_CATALOGUE_SEED) must be a number without sign, not {text!r}\n"
    assert refused("--state", tmp_path, "up", "--no-guests", f"--catalogue-seed={text}") == said
    assert refused("--state", tmp_path, "up", "--no-guests", AZLAB_CATALOGUE_SEED=text) == said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("words", "variable", "seed"), [("", "", None), ("", "5", 5), ("--catalogue-seed 6", "5", 6)])
def test_the_catalogue_seed_is_that_of_the_command_or_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, words: str, variable: str, seed: int | None
) -> None:
    monkeypatch.setenv("AZLAB_CATALOGUE_SEED", variable)
    assert build_parser().parse_args(["up", *words.split()]).catalogue_seed == seed


def test_every_start_of_a_lab_has_a_catalogue_seed_of_its_own(tmp_path: Path) -> None:
    assert Settings.create(tmp_path, catalogue_seed=5).catalogue_seed == 5
    assert Settings.load(tmp_path).catalogue_seed == 5
    assert Settings.load_or_create(tmp_path).catalogue_seed is None
    assert Settings.load(tmp_path).catalogue_seed is None


@pytest.mark.parametrize("command", ["up --no-guests", "status", "down"])
def test_an_empty_state_is_refused(tmp_path: Path, command: str) -> None:
    assert refused("--state", "", *command.split(), cwd=tmp_path) == (
        "azlab: --state must name the lab's directory, not be empty; without --state it is AZLAB_STATE or ./build/azlab\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", ["vm list", "vm inventory", "vm proxy x 22", "vm ssh x", "vm log x", "disk list", "disk get x y", "group list"]
)
def test_every_command_reports_that_there_is_no_lab(tmp_path: Path, command: str) -> None:
    """An empty AZLAB_STATE means the default directory, for which the hint needs no --state."""
    where = tmp_path / "build" / "azlab"
    said = f"azlab: there is no lab in {where}: start one with `azlab{{}} up`\n"
    assert refused(*command.split(), cwd=tmp_path, AZLAB_STATE="") == said.format("")
    assert refused("--state", where, *command.split()) == said.format(f" --state {where}")
    assert not where.exists()


@pytest.mark.parametrize("command", ["vm list", "vm inventory", "vm proxy x 22", "vm ssh x", "group list"])
def test_commands_about_vms_and_groups_report_that_the_lab_is_down(tmp_path: Path, command: str) -> None:
    Settings.create(tmp_path)
    Store(tmp_path / "arm.sqlite")
    assert refused("--state", tmp_path, *command.split()) == (
        f"azlab: the lab in {tmp_path} is down: start it with `azlab --state {tmp_path} up`\n"
    )


def test_disks_are_listed_while_a_lab_is_down_but_not_before_it_was_up(tmp_path: Path) -> None:
    place = tmp_path / "a b"
    Settings.create(place)
    assert refused("--state", place, "disk", "list") == (
        f"azlab: the lab in {place} was never up: start it with `azlab --state '{place}' up`\n"
    )
    Store(place / "arm.sqlite").put(Resource(DISK, "Microsoft.Compute/disks", "rg", "d", {}, {"key": "d-key"}))
    done = subprocess.run([AZLAB, "--state", place, "disk", "list"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{DISK} os=d-key\n"


@pytest.mark.parametrize("resource", ["/x", "d", DISK + "/more", DISK.replace("disks", "virtualMachines")])
def test_an_invalid_disk_id_is_refused_with_an_example(tmp_path: Path, resource: str) -> None:
    Settings.create(tmp_path)
    Store(tmp_path / "arm.sqlite")
    assert refused("--state", tmp_path, "disk", "get", resource, tmp_path / "file") == (
        "azlab: the disk must be a resource id like /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/"
        f"Microsoft.Compute/disks/NAME, not {resource!r}: see `azlab --state {tmp_path} disk list`\n"
    )


@pytest.mark.parametrize("what", ["get", "put"])
def test_disks_of_a_lab_that_is_down_cannot_be_reached(tmp_path: Path, what: str) -> None:
    settings = Settings.create(tmp_path)
    disk = Resource(DISK, "Microsoft.Compute/disks", "rg", "d", {}, {"key": "d-key"})
    Store(settings.state / "arm.sqlite").put(disk)
    (tmp_path / "file").touch()
    assert refused("--state", tmp_path, "disk", what, DISK, tmp_path / "file") == (
        f"azlab: the lab in {tmp_path} is down: start it with `azlab --state {tmp_path} up`\n"
    )


def test_a_signal_that_was_ignored_before_stays_ignored(tmp_path: Path) -> None:
    """An interrupted demo stops its lab, and a second Ctrl-C must not interrupt that."""
    script = """
        import signal, sys
        from azlab.cli import main as cli
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.argv = ["azlab", "down"]
        cli.main()
        print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN, signal.getsignal(signal.SIGTERM) is cli._interrupt)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, env={**os.environ, "AZLAB_STATE": str(tmp_path)}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["not running", "True True"]


def subcommands(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The function that every subcommand names."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for each in (each for action in nested for each in action.choices.values()):
        yield from subcommands(each)
    if not nested:
        yield parser.get_default("run")


@pytest.mark.parametrize("name", sorted(set(subcommands(build_parser()))))
def test_every_subcommand_names_a_function(name: str) -> None:
    file, _, function = name.partition(".")
    assert callable(getattr(importlib.import_module(f"azlab.cli.{file}"), function))


def test_azlab_vm_proxy_imports_neither_client_nor_daemon() -> None:
    """SSH runs `azlab vm proxy` for every connection, which has to wait for its imports."""
    script = "import sys; import azlab.cli.main, azlab.cli.vm, azlab.guests.access.proxy; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"asyncio", "ssl", "httpx", "cryptography", "azure.core", "azlab.client", "azlab.daemon"} & set(done.stdout.split())


def test_the_environment_is_the_same_for_a_shell_and_as_json(tmp_path: Path) -> None:
    """A value with a space and a quote survives both."""
    place = tmp_path / "it's here"
    settings = Settings.create(place)
    printed, shown = (
        subprocess.run([AZLAB, "--state", place, "env", *more], capture_output=True, text=True, check=True).stdout
        for more in ([], ["--json"])
    )
    variables = json.loads(shown)
    assert variables == environment(settings)
    assert dict(line.removeprefix("export ").split("=", 1) for line in printed.splitlines()) == {
        name: shlex.quote(value) for name, value in variables.items()
    }
