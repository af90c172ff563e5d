# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the log of requests while the lab writes it."""

from __future__ import annotations

from collections.abc import Iterator

from demo.traffic import _complete


def test_a_line_that_is_still_being_written_ends_the_reading() -> None:
    def growing() -> Iterator[bytes]:
        yield b'{"op": "vm.get"}\n'
        yield b'{"op": "vm.'
        yield b'put"}\n'

    assert list(_complete(growing())) == [b'{"op": "vm.get"}\n']
