# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the bytes of a disk or snapshot are protected: against access from outside, and by encryption with a key of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Protection:
    """The protection of a disk or snapshot. A property that Azure does not show is None.

    Azure's own defaults allow everybody with a SAS to read the bytes, so a copy has to be created with what its original has.
    ``disk_access`` and ``encryption_set`` are resource ids, ``encryption`` is the kind of encryption with that set.
    """

    network_access_policy: str | None = None
    disk_access: str | None = None
    public_network_access: str | None = None
    data_access_auth_mode: str | None = None
    encryption: str | None = None
    encryption_set: str | None = None

    def as_body(self) -> dict[str, Any]:
        """The properties of a request body that give a disk or snapshot this protection."""
        body = {
            "networkAccessPolicy": self.network_access_policy,
            "diskAccessId": self.disk_access,
            "publicNetworkAccess": self.public_network_access,
            "dataAccessAuthMode": self.data_access_auth_mode,
            "encryption": {"type": self.encryption, "diskEncryptionSetId": self.encryption_set} if self.encryption_set else None,
        }
        return {name: value for name, value in body.items() if value is not None}
