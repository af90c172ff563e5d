# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's limits for all tags of one resource together, as clauses about what breaks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from .limits import LONGEST_TAG_NAME, LONGEST_TAG_VALUE, MOST_TAGS


def broken_limits(tags: Mapping[str, str]) -> Iterator[str]:
    """A clause for each limit that the tags of a resource break."""
    if len(tags) > MOST_TAGS:
        yield f"{len(tags)} tags, with those of this collection, are more than the {MOST_TAGS} that Azure allows on a resource"
    for name, value in tags.items():
        if len(name) > LONGEST_TAG_NAME:
            yield f"the name of tag '{name[:30]}...' is longer than {LONGEST_TAG_NAME} characters"
        if len(value) > LONGEST_TAG_VALUE:
            yield f"the value of tag '{name}' is longer than {LONGEST_TAG_VALUE} characters"
    for each in twins(tags):
        yield f"the tags {' and '.join(each)} differ only in case, which Azure takes for one name"


def twins(names: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The names that Azure takes for one, because they differ only in case."""
    folded = Counter(each.casefold() for each in names)
    return tuple(tuple(each for each in names if each.casefold() == key) for key, count in folded.items() if count > 1)


def total_length(tags: Mapping[str, str]) -> int:
    """The number of characters in all names and values."""
    return sum(len(name) + len(value) for name, value in tags.items())
