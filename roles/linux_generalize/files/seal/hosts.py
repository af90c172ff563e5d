# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of this machine in /etc/hosts, and the addresses with which they stand there."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Collection, Iterator

from system import read


def own_addresses() -> frozenset[str]:
    """The addresses of this machine, as the kernel has them."""
    return frozenset((*ipv4_addresses(read("/proc/net/fib_trie")), *ipv6_addresses(read("/proc/net/if_inet6"))))


def ipv4_addresses(trie: str) -> Iterator[str]:
    """The addresses in the kernel's table of routes that are those of an interface."""
    return (found for found in re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", trie))


def ipv6_addresses(table: str) -> Iterator[str]:
    """The addresses in the kernel's list of those of interfaces."""
    return (str(ipaddress.IPv6Address(int(line.split()[0], 16))) for line in table.splitlines())


def without_own_names(line: str, names: Collection[str], addresses: Collection[str]) -> str | None:
    """A line of /etc/hosts without the names of this machine; None if its address has no other name.

    Lines with addresses of other machines stay as they are: those may have the same name in another domain.
    """
    words = line.split("#")[0].split()
    if not words or not is_own(words[0], addresses):
        return line
    left = [words[0], *(word for word in words[1:] if not is_name(word, names))]
    if left == words:
        return line
    return " ".join(left) if len(left) > 1 else None


def is_own(address: str, addresses: Collection[str]) -> bool:
    """Whether an address is one of this machine: of the loopback, or of an interface."""
    with contextlib.suppress(ValueError):
        parsed = ipaddress.ip_address(address.split("%")[0])
        return parsed.is_loopback or str(parsed) in addresses
    return False


def is_name(word: str, names: Collection[str]) -> bool:
    """Whether a word is a name of this machine, with or without a domain."""
    return word.lower() in {name.lower() for name in names} or word.split(".")[0].lower() in {name.lower() for name in names}
