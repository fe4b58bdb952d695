"""The app: routers, errors and guard around one context."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from vibelux import __version__
from vibelux.service import failures, page, trust_page
from vibelux.service.context import Context
from vibelux.service.guard import Guard
from vibelux.service.methods import Methods
from vibelux.service.routers import (
    audio,
    covers,
    health,
    library,
    mood_map,
    moods,
    phone,
    playlists,
    recommendations,
    scan,
    songs,
)

if TYPE_CHECKING:
    from vibelux.service.home_network import HomeNetwork  # needs the home extra

_PREFIX = "/api/v1"

_DESCRIPTION = """Songs that fit a mood, from the library of the machine that serves.

A *mood* is seven numbers that sum to 1, in the order angry, disgust, fear, happy, neutral, sad,
surprise. No address takes pictures. Every answer that is not a success has the body
`{"error": {"code", "message", "hint"}}`."""

_WITHOUT_TELEMETRY: dict[str, Any] = {
    "telemetry": dict.fromkeys(
        ("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False
    )
}
"""FastAPI tells collectors of OpenTelemetry about requests where the environment says so."""


def create_app(
    context: Context,
    *,
    token: str | None = None,
    home: "HomeNetwork | None" = None,
    names: Collection[str] = (),
    root_path: str = "",
) -> FastAPI:
    """Return the app.

    Args:
        context: what the app serves; closed when the app ends.
        token: the token that requests must carry; None if only this machine can ask.
        home: how phones of one's own network reach it; None: they do not.
        names: names under which a proxy offers the service.
        root_path: path under which a proxy offers it, such as ``/vibelux``; "" for none.

    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(context.close)

    app = FastAPI(
        title="VibeluX",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's pages of documentation load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation,
        redirect_slashes=False,
        # Versions of FastAPI that do not know this ignore it.
        **_WITHOUT_TELEMETRY,
    )
    app.state.context = context
    failures.install(app)
    api = APIRouter(
        prefix=_PREFIX, responses=failures.documented(400, 401, 403, 404, 405, 429, 500)
    )
    parts = (
        health,
        library,
        mood_map,
        songs,
        covers,
        moods,
        recommendations,
        scan,
        playlists,
        audio,
        phone,
    )
    routers = [*(part.router for part in parts), page.models]
    for router in routers:
        api.include_router(router)
    app.include_router(api)
    if home is not None:
        trust_page.install(app, certificate=home.certificate, fingerprint=home.fingerprint)
    page.install(app)
    app.add_middleware(Methods, prefix=_PREFIX, routers=routers)
    app.add_middleware(
        Guard,
        token=token,
        tls=home is not None,
        public=() if home is None else trust_page.PUBLIC,
        names=names,
        root_path=root_path,
    )
    return app


def _operation(route: APIRoute) -> str:
    """Name an operation by its function: the names of a generated client."""
    return route.name
