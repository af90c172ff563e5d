"""How a test says that a call must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError


def refused(deed: Callable[[], Any], code: str, text: str, status: int = 409) -> None:
    """The deed is refused with this code and a text that holds these words: at once with this status, or as a failed operation."""
    with pytest.raises(HttpResponseError) as caught:
        deed()
    error = caught.value
    assert error.error is not None and error.error.code == code, error
    assert text in error.error.message
    assert error.status_code in (status, 200), error.status_code
