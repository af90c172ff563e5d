"""Serves an ASGI app over TLS with uvicorn, in the same way for both planes."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from azlab.settings import Settings


class _Protocol(H11Protocol):
    """Gives the app its connection, so that a fault can reset it, which ASGI does not provide."""

    # uvicorn narrows the type of `transport` as well.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def cut(scope: MutableMapping[str, Any]) -> None:
    """Reset the connection of this request, so that the client gets no response."""
    scope["state"]["transport"].abort()


def server(app: Any, settings: Settings, port: int) -> uvicorn.Server:
    """A server for an ASGI app on loopback, with the lab's certificate; run it with `.run()` or `await .serve()`."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            http=_Protocol,
            ws="none",
            lifespan="on",
            ssl_certfile=str(settings.cert),
            ssl_keyfile=str(settings.key),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
    )
