# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The return values about the content of an upload, whatever it makes."""

from __future__ import annotations

from typing import Any

from ..._core.model.disk_file import FOOTER, DiskFile
from ..._core.plan import Step
from ..._core.ranges import total
from ..steps.disk import SendPages


def facts(steps: tuple[Step, ...], file: DiskFile) -> dict[str, Any]:
    """The digest, and the bytes of disk and footer that the steps send and do not send."""
    data = total(file.ranges)
    sent = data + FOOTER if any(isinstance(step, SendPages) for step in steps) else 0
    return {"digest": file.digest, "bytes_sent": sent, "bytes_skipped": file.upload_bytes - sent}
