"""The assertion that a call to the control plane is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError


def refused(call: Callable[[], Any], code: str, text: str, status: int = 409) -> None:
    """Assert that a call fails with this code and a message that contains this text: with this status, or as a failed operation."""
    with pytest.raises(HttpResponseError) as caught:
        call()
    error = caught.value
    assert error.error is not None, error
    assert error.error.code == code, error
    assert text in str(error.error.message)
    assert error.status_code in (status, 200), error.status_code
