# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources that a task has made, which Azure may not find for a moment."""

from __future__ import annotations

import urllib.parse


class Made:
    """The resources that a task has made and not deleted. Azure may answer 404 for one of them for a moment."""

    def __init__(self) -> None:
        self._paths: set[str] = set()

    def note(self, method: str, url: str, status: int) -> None:
        """Learn from the answer to a request."""
        if method == "PUT" and status < 300:
            self._paths.add(_path(url))
        if method == "DELETE":
            self._paths.discard(_path(url))

    def is_late(self, method: str, url: str, status: int) -> bool:
        """Whether a 404 is for a resource that was made, or for an action on one."""
        path = _path(url)
        return status == 404 and method != "DELETE" and (path in self._paths or path.rpartition("/")[0] in self._paths)


def _path(url: str) -> str:
    return urllib.parse.urlsplit(url).path.casefold()
