# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of local accounts: those that hang the first start, and those that no one can use after it. All of them warn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from ....._core.checks import WARN
from ..facts import Account
from ..rule import Finding, Guest, Rule
from ..section import Unread
from .session import OVERVIEW

ADMINISTRATOR = re.compile(r"S-1-5-21-.*-500$")
"""The built-in account, which has another name in other languages."""

SOON = timedelta(days=7)
"""The time within which an image is expected to be used first. The number is a choice of ours."""


def administrator(guest: Guest) -> Iterator[Finding]:
    """A built-in administrator that must change its password."""
    for account in guest.facts.accounts.users.value:
        if ADMINISTRATOR.match(account.sid) and account.enabled and account.must_change_password:
            yield Finding(
                f"the built-in account {account.name} is enabled and must change its password at the next sign-in",
                f"disable it (Disable-LocalUser '{account.name}') or give it a new password",
                WARN,
            )


def expiring(guest: Guest) -> Iterator[Finding]:
    """The account of the build, if its password expires soon and the account stays in the image."""
    for account in guest.facts.accounts.users.value:
        if account.sid == guest.facts.machine.sid.value and _expires(account, guest.facts.accounts.time.value):
            yield Finding(
                f"the password of {account.name}, as which Ansible signs in, expires at {account.password_expires}",
                "set a new password, or let passwords never expire (net accounts /maxpwage:unlimited)",
                WARN,
            )


def _expires(account: Account, now: str) -> bool:
    return account.password_expires is not None and _time(account.password_expires) < _time(now) + SOON


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError) as error:
        raise Unread(f"accounts: {text} is not a time in UTC") from error


def passwords(guest: Guest) -> Iterator[Finding]:
    """Accounts that are enabled and may have an empty password."""
    for account in guest.facts.accounts.users.value:
        if account.enabled and not account.password_required:
            yield Finding(
                f"the account {account.name} is enabled and may have an empty password",
                f"give it a strong password (net user {account.name} /passwordreq:yes), or disable it",
                WARN,
            )


RULES = (
    Rule(
        "accounts",
        "the built-in administrator and the account of the build can sign in without a new password",
        "the first start waits for a new password, and Azure reports OSProvisioningTimedOut",
        "https://github.com/kubernetes-sigs/image-builder/blob/main/images/capi/packer/azure/scripts/sysprep.ps1",
        (administrator, expiring),
        forbids=False,
    ),
    Rule(
        "password",
        "all enabled accounts must have a password",
        "a password policy that stays after the machine has left its domain refuses the account, so that no one can sign in",
        OVERVIEW,
        (passwords,),
        forbids=False,
    ),
)
