# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of Azure's instance metadata service that roles use: `imds.py up FOLDER`, `imds.py down FOLDER`.

The guests share the network of the host, so the address of the service is added to the host's loopback interface while it runs. The
service answers with the name of FOLDER and the content of FOLDER/vm_id.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

ADDRESS = "169.254.169.254"


class Metadata(BaseHTTPRequestHandler):
    """Answers requests for one of two fields as text, if they have the header that Azure requires."""

    folder: Path

    def do_GET(self) -> None:
        fields = {"vmId": (self.folder / "vm_id").read_text().strip(), "name": self.folder.name}
        url = urlsplit(self.path)
        name = url.path.rpartition("/")[2] if "format=text" in url.query and self.headers.get("Metadata") == "true" else ""
        body = fields.get(name, "Bad request").encode()
        self.send_response(200 if name in fields else 400)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(folder: Path) -> None:
    """Serve requests until the process ends."""
    Metadata.folder = folder
    HTTPServer((ADDRESS, 80), Metadata).serve_forever()


def up(folder: Path) -> None:
    """Start the service in the background."""
    down(folder)
    subprocess.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    with (folder / "imds.log").open("wb") as log:
        command = [sys.executable, __file__, "serve", str(folder)]
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    (folder / "imds.pid").write_text(f"{server.pid}\n")
    time.sleep(0.5)
    if server.poll() is not None:
        sys.exit(f"the metadata service did not start: {(folder / 'imds.log').read_text()}")


def down(folder: Path) -> None:
    """Stop the service and remove its address."""
    file = folder / "imds.pid"
    command = Path(f"/proc/{file.read_text().strip()}/cmdline") if file.exists() else file
    if file.exists() and command.exists() and b"imds.py" in command.read_bytes():
        os.kill(int(file.read_text()), signal.SIGTERM)
    file.unlink(missing_ok=True)
    subprocess.run(["ip", "address", "del", f"{ADDRESS}/32", "dev", "lo"], capture_output=True, check=False)


if __name__ == "__main__":
    {"up": up, "down": down, "serve": serve}[sys.argv[1]](Path(sys.argv[2]).resolve())
