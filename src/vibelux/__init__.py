"""VibeluX sees the expression on a face, hears the emotion in music, and plays what fits.

The public API: the names below, imported when they are first used. Everything else may move::

    import vibelux

    reader = vibelux.FaceReader.load()
    with vibelux.Catalogue.of(vibelux.load_settings()) as catalogue:
        session = vibelux.Session(catalogue)
        pick = session.next(reader.read(frame).require())

The function is called ``recommend_songs`` because ``vibelux.recommend`` is the package around it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vibelux.emotions import EMOTIONS, Mood, as_mood, mood_dict, parse_mood
    from vibelux.errors import (
        AudioError,
        CameraError,
        CatalogueCorrupt,
        CatalogueEmpty,
        CatalogueError,
        CatalogueLocked,
        CatalogueTooNew,
        DatasetError,
        FilesUnreachable,
        ImageError,
        InvalidInput,
        InvalidMood,
        InvalidSetting,
        MissingExtra,
        ModelError,
        NoFace,
        NotTaggable,
        PlayerError,
        PlaylistError,
        ProfileError,
        ProfileTooNew,
        ServerError,
        ServerRefused,
        ServerUnreachable,
        TagError,
        VibeluxError,
        VideoError,
    )
    from vibelux.face.reading import FaceReader
    from vibelux.library.catalogue import Catalogue, Song
    from vibelux.library.scan import scan
    from vibelux.recommend.listener import Listener
    from vibelux.recommend.ranking import recommend_songs
    from vibelux.recommend.session import Session
    from vibelux.settings import load_settings

__version__ = "0.1.0"

__all__ = [
    "EMOTIONS",
    "AudioError",
    "CameraError",
    "Catalogue",
    "CatalogueCorrupt",
    "CatalogueEmpty",
    "CatalogueError",
    "CatalogueLocked",
    "CatalogueTooNew",
    "DatasetError",
    "FaceReader",
    "FilesUnreachable",
    "ImageError",
    "InvalidInput",
    "InvalidMood",
    "InvalidSetting",
    "Listener",
    "MissingExtra",
    "ModelError",
    "Mood",
    "NoFace",
    "NotTaggable",
    "PlayerError",
    "PlaylistError",
    "ProfileError",
    "ProfileTooNew",
    "ServerError",
    "ServerRefused",
    "ServerUnreachable",
    "Session",
    "Song",
    "TagError",
    "VibeluxError",
    "VideoError",
    "as_mood",
    "load_settings",
    "mood_dict",
    "parse_mood",
    "recommend_songs",
    "scan",
]

_HOMES = {
    "emotions": ("EMOTIONS", "Mood", "as_mood", "mood_dict", "parse_mood"),
    "face.reading": ("FaceReader",),
    "library.catalogue": ("Catalogue", "Song"),
    "library.scan": ("scan",),
    "recommend.listener": ("Listener",),
    "recommend.ranking": ("recommend_songs",),
    "recommend.session": ("Session",),
    "settings": ("load_settings",),
}
"""Module -> the names that it holds; the others are errors."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'vibelux' has no attribute {name!r}")
    module = next((home for home, names in _HOMES.items() if name in names), "errors")
    value: object = getattr(import_module(f"vibelux.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
