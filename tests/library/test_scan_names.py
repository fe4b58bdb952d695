"""Files without tags are named by where they lie; those with tags never are."""

import av
import numpy as np
import pytest
from sqlalchemy import update

from vibelux.library.schema import songs


def write_flac(path, **tags):
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream("flac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.rate = 8000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


@pytest.fixture
def names(catalogue):
    def names():
        return [(song.title, song.artist, song.album, song.track) for song in catalogue.songs()]

    return names


def test_a_file_without_tags_is_named_by_its_folders(run, music, names):
    write_flac(music / "The Artist" / "1999 - The Album" / "03 - The Title.flac")
    run()
    assert names() == [("The Title", "The Artist", "The Album", 3)]


def test_the_names_of_folders_are_taken_when_the_folder_above_is_scanned(run, music, names):
    path = music / "Artist" / "Album" / "03 - Title.flac"
    write_flac(path)
    run(path.parent)
    assert names() == [("Title", None, None, 3)]
    report = run()
    assert (report.unchanged, report.analysed) == (1, 0)
    assert names() == [("Title", "Artist", "Album", 3)]


def test_songs_of_an_older_catalogue_are_named_by_the_next_scan(run, catalogue, music, names):
    write_flac(music / "Artist" / "Album" / "03 - Title.flac")
    write_flac(music / "Other" / "Else" / "04 - Untitled.flac", title="Tagged")
    run()
    with catalogue.writing() as connection:
        connection.execute(update(songs).values(artist=None, album=None))
    assert run().unchanged == 2
    assert names() == [("Title", "Artist", "Album", 3), ("Tagged", None, None, None)]


def test_tags_that_come_later_win(run, music, names):
    path = music / "Artist" / "Album" / "03 - Title.flac"
    write_flac(path)
    run()
    write_flac(path, title="Real", artist="Singer")
    run()
    assert names() == [("Real", "Singer", None, None)]
    run()
    assert names() == [("Real", "Singer", None, None)]


def test_a_file_that_moves_is_named_by_its_new_place(run, music, names):
    path = music / "Artist" / "Album" / "03 - Title.flac"
    write_flac(path)
    run()
    there = music / "Singer" / "Record" / "04 - Song.flac"
    there.parent.mkdir(parents=True)
    path.rename(there)
    assert run().moved == 1
    assert names() == [("Song", "Singer", "Record", 4)]


def test_a_file_that_cannot_be_analysed_is_named_too(run, catalogue, music):
    path = music / "Artist" / "Album" / "03 - fail.mp3"
    path.parent.mkdir(parents=True)
    path.write_text("bad")
    run()
    (song,) = catalogue.songs()
    assert (song.title, song.artist, song.album) == ("fail", "Artist", "Album")
