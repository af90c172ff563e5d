"""The pages of one disk, read and written in Azurite itself, not through the front, with the key of the account."""

from __future__ import annotations

import datetime
import functools

import httpx
from azure.storage.blob import BlobClient, BlobSasPermissions, generate_blob_sas

from azlab.settings import Settings
from azlab.storage import vhd
from azlab.storage.sparse import Range, merged


class Reader:
    """Reads ranges of blobs with one request each.

    The SDK requests the complete list of page ranges before every download of a page blob, which takes longer than the download itself
    on a disk with thousands of ranges.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Azurite closes connections that were idle for 5 s; expiring them earlier avoids using one at that moment.
        limits = httpx.Limits(max_connections=None, keepalive_expiry=2)
        self._client = httpx.Client(timeout=httpx.Timeout(120, pool=None), limits=limits, trust_env=False)

    def read(self, container: str, name: str, offset: int, length: int) -> bytes:
        """`length` bytes of a blob from `offset` on. Raises OSError if Azurite does not answer with them."""
        query = self._signature(container, name, datetime.datetime.now(datetime.timezone.utc).date())
        headers = {"x-ms-range": f"bytes={offset}-{offset + length - 1}", "x-ms-version": "2023-11-03"}
        answer = self._client.get(f"{self._settings.azurite_url}/{container}/{name}?{query}", headers=headers)
        if answer.status_code != 206:
            what = f"{answer.status_code} {answer.headers.get('x-ms-error-code', '')}".strip()
            raise OSError(f"Azurite answered {what} when {length} bytes at {offset} of {container}/{name} were read")
        return answer.content

    @functools.lru_cache(maxsize=256)  # noqa: B019 - a store, and so its reader, exists as long as its process
    def _signature(self, container: str, name: str, day: datetime.date) -> str:
        expiry = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc) + datetime.timedelta(days=2)
        settings, permission = self._settings, BlobSasPermissions(read=True)
        return generate_blob_sas(settings.account, container, name, account_key=settings.account_key, permission=permission, expiry=expiry)


class DiskPages:
    """The page blob of one disk; `size` and `ranges` do not include the footer."""

    def __init__(self, blob: BlobClient, reader: Reader) -> None:
        self._blob = blob
        self._reader = reader

    @functools.cached_property
    def size(self) -> int:
        """The disk's size in bytes, read once."""
        return int(self._blob.get_blob_properties().size) - vhd.SIZE

    def etag(self) -> str:
        """The blob's ETag, which changes with every write."""
        return str(self._blob.get_blob_properties().etag)

    def ranges(self) -> list[Range]:
        """The parts that were written and not cleared since."""
        pages = (page for page in self._blob.list_page_ranges() if not page.cleared)
        found = ((int(page.start or 0), min(int(page.end or 0) + 1, self.size)) for page in pages)
        return merged(each for each in found if each[0] < each[1])

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the disk; parts that were never written are zero."""
        return self._reader.read(self._blob.container_name, self._blob.blob_name, offset, length)

    def put(self, offset: int, data: bytes) -> None:
        """Write at most one window; offset and length must be multiples of 512."""
        self._blob.upload_page(data, offset=offset, length=len(data))

    def clear(self, start: int, end: int) -> None:
        """Clear a range: it reads as zeros and is not listed by `ranges` any more."""
        self._blob.clear_page(offset=start, length=end - start)
