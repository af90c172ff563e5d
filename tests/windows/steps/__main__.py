# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/windows-steps.md from build/windows-steps.json, which a run of all tests in tests/windows leaves:

.venv/bin/python -m pytest tests/windows ; .venv/bin/python -m tests.windows.steps
"""

from __future__ import annotations

import json
import sys

from tests.support.windows.steps import FILE, PAGE, page, unproven


def main() -> int:
    """Write the page, unless a row was not shown by a test."""
    if not FILE.exists():
        print(f"There is no {FILE}: run all tests in tests/windows first.", file=sys.stderr)
        return 2
    passed = json.loads(FILE.read_text())["passed"]
    if missing := unproven(passed):
        print(f"No test has shown: {', '.join(missing)}", file=sys.stderr)
        return 1
    PAGE.write_text(page(passed))
    print(f"{PAGE} written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
