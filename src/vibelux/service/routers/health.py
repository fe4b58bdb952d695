"""Whether the service is running, and what is in the catalogue."""

from fastapi import APIRouter

from vibelux import __version__
from vibelux.library.catalogue_overview import overview
from vibelux.service.context import Shared
from vibelux.service.failures import documented
from vibelux.service.schemas_health import HealthOut, LikesOut, ProfileOut
from vibelux.service.schemas_library import LibraryOut

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> HealthOut:  # a plain function would wait for a thread
    """Return that the service is running."""
    return HealthOut(version=__version__)


@router.get("/library", responses=documented(503))
def library(shared: Shared) -> LibraryOut:
    """Count the songs."""
    found = overview(shared.catalogue)
    return LibraryOut(
        **found.counts,
        samples=shared.catalogue.count_below(shared.scan.samples),
        hours=found.hours,
        strongest=found.strongest,
        moods=found.words,
        mean=found.mean,
        reasons=found.reasons,
    )


@router.get("/profile", responses=documented(503))
def profile(shared: Shared) -> ProfileOut:
    """Return how much was learnt from the listener."""
    return ProfileOut(**shared.sessions.profile_counts())


@router.get("/profile/likes", responses=documented(503))
def likes(shared: Shared) -> LikesOut:
    """Return which songs the listener likes."""
    return LikesOut(songs=shared.sessions.liked())


@router.delete("/profile", responses=documented(503))
def forget(shared: Shared) -> ProfileOut:
    """Delete everything that was learnt from the listener."""
    shared.sessions.forget()
    return ProfileOut(**shared.sessions.profile_counts())
