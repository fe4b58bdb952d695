"""HTTP methods that an address does not define: HEAD where there is GET, OPTIONS, and 405."""

import re
from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from vibelux.service.failures import Failure
from vibelux.service.guard import path_below


class Methods:
    """Middleware around the app; without it, the page's files below ``/`` would answer for the API.

    Args:
        app: answers the methods that it defines.
        prefix: prefix of all addresses of the API.
        routers: the API's routers.

    """

    def __init__(self, app: ASGIApp, *, prefix: str, routers: Iterable[APIRouter]) -> None:
        self._app, self._prefix = app, prefix
        self._addresses: list[tuple[re.Pattern[str], set[str]]] = [
            (compile_path(prefix + route.path)[0], set(route.methods or ()))
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on.

        Raises:
            Failure: 404 or 405.

        """
        path = path_below(scope) if scope["type"] == "http" else ""
        if not f"{path}/".startswith(f"{self._prefix}/"):
            await self._app(scope, receive, send)
            return
        methods = set().union(*(found for regex, found in self._addresses if regex.match(path)))
        if not methods:
            raise Failure(404, "not_found", "there is nothing at this address")
        if "GET" in methods and not path.endswith("/events"):  # a stream has no head of its own
            methods.add("HEAD")
        allow = {"Allow": ", ".join(sorted({*methods, "OPTIONS"}))}
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=allow)(scope, receive, send)
        elif scope["method"] not in methods:
            raise Failure(
                405, "method_not_allowed", "this address has no such method", headers=allow
            )
        elif scope["method"] == "HEAD" and not self._names(path, "HEAD"):
            await self._app({**scope, "method": "GET"}, receive, send)  # the body is not sent
        else:
            await self._app(scope, receive, send)

    def _names(self, path: str, method: str) -> bool:
        return any(regex.match(path) and method in found for regex, found in self._addresses)
