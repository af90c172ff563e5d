"""The pages of one disk, read and written with the account's own key, past the front."""

from __future__ import annotations

import datetime
import functools

import httpx
from azure.storage.blob import BlobClient, BlobSasPermissions, generate_blob_sas

from azlab.settings import Settings
from azlab.storage import vhd
from azlab.storage.sparse import Range, merged


class Reader:
    """Reads ranges of blobs in one request each.

    The SDK asks for the whole list of page ranges before every download of a page blob, which on a disk of thousands of ranges takes
    longer than the download itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Azurite closes a connection that was idle for 5 s: one must not be used in that very moment.
        limits = httpx.Limits(max_connections=None, keepalive_expiry=2)
        self._client = httpx.Client(timeout=httpx.Timeout(120, pool=None), limits=limits, trust_env=False)

    def read(self, container: str, name: str, offset: int, length: int) -> bytes:
        """That many bytes of a blob."""
        query = self._signature(container, name, datetime.datetime.now(datetime.timezone.utc).date())
        headers = {"x-ms-range": f"bytes={offset}-{offset + length - 1}", "x-ms-version": "2023-11-03"}
        answer = self._client.get(f"{self._settings.azurite_url}/{container}/{name}?{query}", headers=headers)
        if answer.status_code != 206:
            what = f"{answer.status_code} {answer.headers.get('x-ms-error-code', '')}".strip()
            raise OSError(f"Azurite answered {what} when {length} bytes at {offset} of {container}/{name} were read")
        return answer.content

    @functools.lru_cache(maxsize=256)  # noqa: B019 - a store, and so its reader, lives as long as its process
    def _signature(self, container: str, name: str, day: datetime.date) -> str:
        expiry = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc) + datetime.timedelta(days=2)
        settings, permission = self._settings, BlobSasPermissions(read=True)
        return generate_blob_sas(settings.account, container, name, account_key=settings.account_key, permission=permission, expiry=expiry)


class DiskPages:
    """One disk, as `transfer` wants it: `size` and `ranges` leave the footer out."""

    def __init__(self, blob: BlobClient, reader: Reader) -> None:
        self._blob = blob
        self._reader = reader

    @functools.cached_property
    def size(self) -> int:
        """The disk's size in bytes; asked for once."""
        return int(self._blob.get_blob_properties().size) - vhd.SIZE

    def etag(self) -> str:
        """Changes with every write to the blob."""
        return str(self._blob.get_blob_properties().etag)

    def ranges(self) -> list[Range]:
        """What was written and not cleared since."""
        pages = (page for page in self._blob.list_page_ranges() if not page.cleared)
        found = ((int(page.start or 0), min(int(page.end or 0) + 1, self.size)) for page in pages)
        return merged(each for each in found if each[0] < each[1])

    def read(self, offset: int, length: int) -> bytes:
        """Bytes; what was never written is zero."""
        return self._reader.read(self._blob.container_name, self._blob.blob_name, offset, length)

    def put(self, offset: int, data: bytes) -> None:
        """Write whole sectors, at most one window of them."""
        self._blob.upload_page(data, offset=offset, length=len(data))

    def clear(self, start: int, end: int) -> None:
        """Make a range zero and forget that it was ever written."""
        self._blob.clear_page(offset=start, length=end - start)
