"""The command `azlab`."""

from __future__ import annotations
