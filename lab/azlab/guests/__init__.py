"""Guests: real virtual machines in QEMU, provisioned the way Azure does it.

The names are looked up when first used, because `azlab vm proxy` imports this package once for every SSH connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azlab.guests.machine import GuestError
    from azlab.guests.none import NoGuests
    from azlab.guests.real import Budget, Guests
    from azlab.guests.spec import GuestSpec

__all__ = ["Budget", "GuestError", "GuestSpec", "Guests", "NoGuests"]

_HOMES = {"Budget": "real", "GuestError": "machine", "GuestSpec": "spec", "Guests": "real", "NoGuests": "none"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"azlab.guests has no {name}")
    from importlib import import_module

    return getattr(import_module(f"azlab.guests.{_HOMES[name]}"), name)
