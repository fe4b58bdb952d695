"""What the catalogue holds: its folders, which can be removed, and the files that failed."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vibelux.library.failed_files import count_failed, dismiss, failed_files
from vibelux.library.folders import folders_of, forget
from vibelux.service.context import Shared
from vibelux.service.failures import Failure, documented
from vibelux.service.schemas_library import (
    Dismissed,
    FailedFileOut,
    FailedOut,
    FolderOut,
    ForgottenOut,
    LibraryFoldersOut,
)

router = APIRouter(prefix="/library", tags=["library"])


@router.get("/folders", responses=documented(503))
def library_folders(shared: Shared) -> LibraryFoldersOut:
    """List the folders whose songs are in the catalogue."""
    return LibraryFoldersOut(
        folders=[
            FolderOut.of(folder, samples=folder.path == shared.scan.samples)
            for folder in folders_of(shared.catalogue)
        ]
    )


@router.delete("/folders/{key}", responses=documented(404, 409, 422, 503))
def forget_folder(
    shared: Shared,
    key: Annotated[str, Path(max_length=16, description="as of `GET /library/folders`")],
) -> ForgottenOut:
    """Remove a folder's songs from the catalogue; no file is touched.

    Likes, plays and corrections are kept for songs that come again by a scan.
    """
    listed = folders_of(shared.catalogue)
    for folder in listed:
        if folder.key == key:
            but = [one.path for one in listed if folder.path in one.path.parents]
            removed = forget(shared.catalogue, folder.path, but=but)
            shared.expire()
            return ForgottenOut(removed=removed)
    raise Failure(
        404,
        "folder_unknown",
        "the catalogue has no such folder",
        "look again: the library has changed",
    )


@router.get("/failed", responses=documented(422, 503))
def failed(shared: Shared, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> FailedOut:
    """List the files that cannot be analysed; those that were dismissed are left out."""
    files = failed_files(shared.catalogue, limit=limit)
    return FailedOut(
        total=count_failed(shared.catalogue), files=[FailedFileOut.of(file) for file in files]
    )


@router.post("/failed/dismissed", responses=documented(413, 422, 503))
def dismiss_failed(shared: Shared, dismissed: Dismissed) -> FailedOut:
    """Put failures aside until their files change."""
    dismiss(shared.catalogue, dismissed.songs)
    return failed(shared)
