# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The linters; each counts as one test."""

from __future__ import annotations

from pathlib import Path

from .artifact import unpack
from .counts import Counts, one
from .paths import BIN, BUILD, CHECKOUT_AS_COLLECTION, ROOT
from .running import run

TYPED = [CHECKOUT_AS_COLLECTION / "plugins" / folder for folder in ("action", "filter", "module_utils", "modules")]
TYPED += [ROOT / place for place in ("lab/azlab", "demo", "scripts", "tests/support")]


def shell_scripts() -> list[Path]:
    """Every shell script of the checkout, by its first line."""
    places = [ROOT / ".ci", ROOT / "scripts", ROOT / "tests", ROOT / "extensions"]
    files = (path for place in places for path in place.rglob("*") if path.is_file() and path.suffix in ("", ".sh"))
    return sorted(path for path in files if path.read_bytes().startswith((b"#!/usr/bin/env bash", b"#!/bin/bash", b"#!/bin/sh")))


def lint() -> Counts:
    """Run every linter, even if others have failed."""
    # antsibull-docs copies the folder it looks at, and a checkout holds labs and environments: it gets the artifact.
    artifact = unpack("lint", BUILD / "lint")
    if artifact is None:
        return Counts(failed=1)
    commands: list[list[str | Path]] = [
        [BIN / "ruff", "check", "--output-format", "concise", "."],
        [BIN / "ruff", "format", "--check", "--quiet", "."],
        [BIN / "mypy", *TYPED],
        [BIN / "ansible-lint", "--offline", "--profile", "production", "-q"],
        [BIN / "antsibull-changelog", "lint"],
        [BIN / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", artifact],
        ["shellcheck", *shell_scripts()],
    ]
    return sum((one(run("lint", command) == 0) for command in commands), Counts())
