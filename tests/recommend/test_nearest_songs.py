"""Which songs of a ranking are there, without reading those that are not."""

from pathlib import Path

import numpy as np

from vibelux.library.song_columns import SongColumns
from vibelux.recommend.nearest_songs import nearest_songs


def ranking(ids: np.ndarray, asked: list[int]):
    def nearest(k: int):
        asked.append(k)
        rows = np.arange(len(ids))[::-1][:k]
        return rows, (1 - np.arange(len(rows)) / 100).astype(np.float32)

    return nearest


def test_songs_that_are_gone_are_passed_over(many, tmp_path: Path, monkeypatch):
    ids = SongColumns.of(many, "moods").ids
    gone = {f"{number:02}.mp3" for number in range(5, 40)}
    for name in gone:
        (tmp_path / name).unlink()
    read: list[int] = []
    songs_by_id = many.songs_by_id
    monkeypatch.setattr(many, "songs_by_id", lambda some: read.extend(some) or songs_by_id(some))
    asked: list[int] = []
    found = nearest_songs(many, ids, ranking(ids, asked), 3)
    assert [song.title for song, _ in found] == ["04", "03", "02"]
    assert [round(score, 2) for _, score in found] == [0.65, 0.64, 0.63]
    assert asked == [3, 12, 40]
    assert len(read) == 3  # of the others only the path was looked at


def test_a_library_that_is_gone_has_none(many, tmp_path: Path):
    ids = SongColumns.of(many, "moods").ids
    for file in tmp_path.glob("*.mp3"):
        file.unlink()
    assert nearest_songs(many, ids, ranking(ids, []), 3) == []


def test_fewer_songs_than_asked_for(many):
    ids = SongColumns.of(many, "moods").ids
    assert len(nearest_songs(many, ids, ranking(ids, []), 100)) == 40
