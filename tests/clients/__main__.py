# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make clients`: runs each client against the same lab; the first error ends the run."""

from __future__ import annotations

import sys

from . import az, az_images, azcollection, lab

CLIENTS = {"az": az.main, "az-images": az_images.main, "azcollection": azcollection.main}


def main(names: list[str]) -> int:
    """Run the named clients, or all."""
    unknown = sorted(set(names) - set(CLIENTS))
    if unknown:
        print(f"unknown clients: {', '.join(unknown)}; there are {', '.join(CLIENTS)}", file=sys.stderr)
        return 2
    with lab.running() as cloud:
        for name in names or CLIENTS:
            CLIENTS[name](cloud)
            print(f"{name}: passed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
