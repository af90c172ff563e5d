"""Access to one disk by URL: a service SAS that names a stored access policy, as real managed disks hand out.

The SAS itself grants no rights. They are in the policy, which is stored with the disk's container: deleting the policy ends the grant at
once.
"""

from __future__ import annotations

import datetime
import threading
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import AccessPolicy, BlobServiceClient, generate_blob_sas

from azlab.settings import Settings

BLOB = "abcd"  # the name that Azure gives the blob of every managed disk
_PERMISSIONS = {"Read": "r", "Write": "rw"}
_ACCESS = {permission: access for access, permission in _PERMISSIONS.items()}
_ORDER = ("sv", "sr", "si", "sig")
_PRIVATE = "private"


@dataclass(frozen=True)
class Grant:
    """The access that one policy allows, and the length of its blob in bytes, which cannot change while access is granted.

    `private` says that only machines behind a private endpoint are let in, none of which the lab has.
    """

    access: str
    length: int
    private: bool = False


class Grants:
    """Grants and revokes access to disks."""

    def __init__(self, settings: Settings, service: BlobServiceClient) -> None:
        self._settings = settings
        self._service = service
        self._lock = threading.Lock()

    def grant(self, key: str, access: str, seconds: float, private: bool = False) -> str:
        """A URL with `access` (Read or Write) to the disk for this many seconds; the same URL as before unless access was revoked since."""
        permission = _PERMISSIONS[access]
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        with self._lock:
            policies = self._policies(key)
            # One policy per kind of access (assumed): the service keeps at most five.
            policy = next((id for id, each in policies.items() if each.permission == permission), str(uuid.uuid4()))
            policies[policy] = AccessPolicy(permission=permission, expiry=expiry)
            container = self._service.get_container_client(key)
            container.set_container_metadata({_PRIVATE: "yes"} if private else {})
            container.set_container_access_policy(policies)
        sas = generate_blob_sas(self._settings.account, key, BLOB, account_key=self._settings.account_key, policy_id=policy)
        return f"{self._settings.blob_url}/{key}/{BLOB}?{_in_order(sas)}"

    def revoke(self, key: str) -> None:
        """End every grant of the disk."""
        with self._lock:
            self._service.get_container_client(key).set_container_access_policy({})

    def find(self, key: str, policy: str) -> Grant | None:
        """The grant of a policy, or None if it was revoked. The signature of a SAS is checked by Azurite only."""
        try:
            allowed = self._policies(key).get(policy)
            if allowed is None:
                return None
            length = self._service.get_blob_client(key, BLOB).get_blob_properties().size
            metadata = self._service.get_container_client(key).get_container_properties().metadata
        except ResourceNotFoundError:
            return None
        return Grant(access=_ACCESS[str(allowed.permission)], length=length, private=_PRIVATE in metadata)

    def _policies(self, key: str) -> dict[str, AccessPolicy]:
        stored = self._service.get_container_client(key).get_container_access_policy()
        return {each.id: each.access_policy for each in stored["signed_identifiers"]}


def _in_order(sas: str) -> str:
    """The parameters in the order in which Azure's own disk URLs have them."""
    values = dict(parse_qsl(sas))
    return urlencode(sorted(values.items(), key=lambda item: _ORDER.index(item[0])))
