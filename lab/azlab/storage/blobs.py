"""The store of page blobs: every disk, snapshot and image of the lab is one.

A key is a short id that the control plane chooses. It names a container, whose blob `abcd` holds the disk's bytes and after them a VHD
footer of 512 bytes. All sizes here are those of the disk, in bytes, without the footer.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from urllib.parse import quote

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobSasPermissions, BlobServiceClient, generate_blob_sas

from azlab.settings import Settings
from azlab.storage import transfer, vhd
from azlab.storage.disk_pages import DiskPages, Reader
from azlab.storage.grants import BLOB, Grants
from azlab.storage.sparse import WINDOW, Range
from azlab.storage.vhd import VhdRefused

__all__ = ["BlobStore", "VhdRefused", "service_client"]

_TEXTS = "texts"


def service_client(settings: Settings) -> BlobServiceClient:
    """A client for Azurite itself, not the front, with the key of the account."""
    credential = {"account_name": settings.account, "account_key": settings.account_key}
    return BlobServiceClient(settings.azurite_url, credential=credential, retry_total=2, connection_timeout=10, read_timeout=120)


class BlobStore:
    """The bytes of the disks. Synchronous, and safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._service = service_client(settings)
        self._grants = Grants(settings, self._service)
        self._reader = Reader(settings)

    def create(self, key: str, size: int) -> None:
        """Create a disk of `size` zero bytes, without a footer; a disk that the key held before is replaced."""
        self._new_container(key)
        self._blob(key).create_page_blob(size + vhd.SIZE)

    def copy(self, source: str, target: str) -> None:
        """Create a disk with the bytes that `source` has now; later writes to one never change the other.

        The copy is made from a snapshot, because in Azurite a blob and its direct copy share one list of page ranges in memory: a write
        to one changed the other until the next start (seen in 3.35.0 and 3.37.0). A snapshot has a list of its own.
        """
        origin = self._blob(source)
        self._new_container(target)
        moment = str(origin.create_snapshot()["snapshot"])
        snapshot = self._service.get_blob_client(source, BLOB, snapshot=moment)
        try:
            self._blob(target).start_copy_from_url(snapshot.url)
        finally:
            snapshot.delete_blob()

    def delete(self, key: str) -> None:
        """Delete a disk and all its grants, if they exist."""
        self._digests_file(key).unlink(missing_ok=True)
        try:
            self._service.delete_container(key)
        except ResourceNotFoundError:
            return

    def exists(self, key: str) -> bool:
        """Whether a disk has this key."""
        return self._blob(key).exists()

    def size(self, key: str) -> int:
        """The disk's size in bytes."""
        return int(self._blob(key).get_blob_properties().size) - vhd.SIZE

    def resize(self, key: str, disk_bytes: int) -> None:
        """Change the size of the disk; its bytes are kept, and the footer moves to the new end."""
        blob = self._blob(key)
        blob.clear_page(offset=self.size(key), length=vhd.SIZE)
        blob.resize_blob(disk_bytes + vhd.SIZE)
        self.write_footer(key)

    def ranges(self, key: str) -> list[Range]:
        """The parts of the disk that were written and not cleared since, as (start, end), without the footer."""
        return self._pages(key).ranges()

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes of the disk; the range may include the footer."""
        return self._pages(key).read(offset, length)

    def write(self, key: str, offset: int, data: bytes) -> None:
        """Write to the disk; offset and length must be multiples of 512."""
        pages = self._pages(key)
        for at in range(0, len(data), WINDOW):
            pages.put(offset + at, data[at : at + WINDOW])

    def write_footer(self, key: str) -> None:
        """Write a valid footer for a fixed VHD of the disk's size."""
        size = self.size(key)
        self.write(key, size, vhd.pack(size))

    def check_vhd(self, key: str) -> None:
        """Raise VhdRefused, with Azure's own text, unless the blob is a fixed VHD of the blob's size."""
        size = self.size(key)
        vhd.check(self.read(key, size, vhd.SIZE), size, f"{self._settings.blob_url}/{key}/{BLOB}")

    def grant(self, key: str, access: str, seconds: float, private: bool = False) -> str:
        """A URL that gives `Read` or `Write` access to the disk for this many seconds, through the front, which refuses a private one."""
        return self._grants.grant(key, access, seconds, private)

    def revoke(self, key: str) -> None:
        """End every grant of the disk: its URLs are answered with 403 from now on."""
        self._grants.revoke(key)

    def download(self, key: str, path: Path | str) -> None:
        """Write the disk to a sparse raw file, without the footer."""
        transfer.download(self._pages(key), Path(path), self._digests_file(key))

    def write_back(self, path: Path | str, key: str) -> int:
        """Make the disk equal to a raw file; returns the number of bytes sent.

        Only differences are sent; zeros and holes become cleared ranges.
        """
        sent = transfer.write_back(pages := self._pages(key), Path(path), self._digests_file(key))
        if not vhd.is_valid(pages.read(pages.size, vhd.SIZE), pages.size):
            self.write_footer(key)
        return sent

    def put_text(self, name: str, data: bytes, seconds: float) -> str:
        """Store a small file and return a URL that reads it for this many seconds."""
        self.put_file(name, data)
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        settings = self._settings
        permission = BlobSasPermissions(read=True)
        sas = generate_blob_sas(settings.account, _TEXTS, name, account_key=settings.account_key, permission=permission, expiry=expiry)
        return f"{settings.blob_url}/{_TEXTS}/{quote(name)}?{sas}"

    def put_file(self, name: str, data: bytes) -> None:
        """Store a small file under this name, as a block blob."""
        client = self._service.get_blob_client(_TEXTS, name)
        try:
            client.upload_blob(data, overwrite=True)
        except ResourceNotFoundError:
            self._new_container(_TEXTS)
            client.upload_blob(data, overwrite=True)

    def _blob(self, key: str) -> BlobClient:
        return self._service.get_blob_client(key, BLOB)

    def _pages(self, key: str) -> DiskPages:
        return DiskPages(self._blob(key), self._reader)

    def _new_container(self, name: str) -> None:
        try:
            self._service.create_container(name)
        except ResourceExistsError:
            return

    def _digests_file(self, key: str) -> Path:
        return self._settings.state / "digests" / f"{key}.json"
