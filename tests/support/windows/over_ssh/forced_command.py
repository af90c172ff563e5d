# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that sshd runs in place of every command of a client: hands it to the process of the test, which simulates the guest.

Argument: the socket of that process. It sends the client's command and its own standard input, output and error there, and ends with the
exit code that comes back. It needs nothing but Python's standard library, so that it starts quickly.
"""

from __future__ import annotations

import json
import os
import socket
import sys


def main() -> int:
    """Hand the command over, and wait for its exit code; 1 if none comes back."""
    with socket.socket(socket.AF_UNIX) as test:
        test.connect(sys.argv[1])
        request = {"command": os.environ.get("SSH_ORIGINAL_COMMAND"), "sshd": os.getppid()}
        socket.send_fds(test, [json.dumps(request).encode() + b"\n"], [0, 1, 2])
        return int(test.makefile().read() or 1)


if __name__ == "__main__":
    raise SystemExit(main())
