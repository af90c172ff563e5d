# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-test sanity` over the artifact, on the newest ansible-core for each Python of this machine."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

from .artifact import unpack
from .counts import Counts
from .paths import BUILD
from .pythons import at_least
from .running import run

PLACE = BUILD / "sanity"
# ansible-test fetches this script from a web site; the same is done here with the pip that Python itself brings.
GET_PIP = '''\
"""A replacement for the get-pip.py that ansible-test caches: it installs packages with the pip that comes with Python."""
import os, subprocess, sys
wanted = [word for word in sys.argv[1:] if not word.startswith("--no-")]
env = {name: value for name, value in os.environ.items() if name != "GET_PIP"}
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], env=env, stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "-q", *wanted], env=env)
'''
# What ansible-test says of a check that has no file to look at: nothing was left out.
NO_SUBJECT = "No tests applicable."
EXCEPTED = ("pslint",)
"""Sanity tests that are left out on purpose: docs/decisions/tests.md has the reasons, and the report names them."""
_ARGUMENTS = (
    "sanity",
    "--local",
    "--requirements",
    "--color",
    "no",
    "--junit",
    *(part for name in EXCEPTED for part in ("--skip-test", name)),
)


def sanity() -> Counts:
    """All sanity tests, for each Python from the oldest supported one on."""
    collection = unpack("sanity", PLACE)
    if collection is None:
        return Counts(failed=1)
    return sum((_on(python, collection) for python in at_least(3, 10)), Counts())


def _on(interpreter: Path, collection: Path) -> Counts:
    venv = PLACE / f"venv-{interpreter.name}"
    python = venv / "bin" / "python"
    if not (venv / "made").exists():
        if run("sanity", [interpreter, "-m", "venv", "--clear", venv]) or run(
            "sanity", [python, "-m", "pip", "install", "-q", "ansible-core"]
        ):
            return Counts(failed=1)
        (venv / "made").touch()
    home = PLACE / "home"
    _provide_pip(venv, home)
    output = collection / "tests" / "output"
    shutil.rmtree(output, ignore_errors=True)
    version = interpreter.name.removeprefix("python")
    status = run(
        "sanity",
        [venv / "bin" / "ansible-test", *_ARGUMENTS, "--python", version],
        cwd=collection,
        env={"HOME": str(home), "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}", **_pip_settings()},
    )
    counts = _read(output / "junit")
    return counts + Counts(failed=1) if status and not counts.failed else counts


def _provide_pip(venv: Path, home: Path) -> None:
    """Put the script where this ansible-core looks for it, under the pip versions it names."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (source,) = venv.glob("lib/python*/site-packages/ansible_test/_internal/python_requirements.py")
    for version in re.findall(r"pip='([0-9.]+)'", source.read_text()):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)


def _pip_settings() -> dict[str, str]:
    """The pip settings and cache of the user, which another HOME would hide."""
    config = next((path for place in ("~/.config/pip/pip.conf", "~/.pip/pip.conf") if (path := Path(place).expanduser()).exists()), None)
    return {"PIP_QUIET": "1", "PIP_CACHE_DIR": str(Path("~/.cache/pip").expanduser())} | (
        {"PIP_CONFIG_FILE": str(config)} if config else {}
    )


def _read(folder: Path) -> Counts:
    """Count ansible-test's own report: one case for each sanity test."""
    counts = Counts()
    for path in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(path).iter("testcase"):
            skipped = case.find("skipped")
            if skipped is not None:
                counts += Counts(skipped=int((skipped.get("message") or skipped.text or "") != NO_SUBJECT))
            else:
                failed = case.find("failure") is not None or case.find("error") is not None
                counts += Counts(failed=1) if failed else Counts(passed=1)
    return counts
