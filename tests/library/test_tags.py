import errno
import io
import os
from pathlib import Path

import av
import numpy as np
import pytest

from vibelux.library.tags import Tags, completed, read_tags, tags_of, tags_of_name

ALL = {
    "title": "Tïtle 🎵",
    "artist": "Artist",
    "album": "Album",
    "album_artist": "Various",
    "track": "3/12",
    "date": "2003-05-01",
    "genre": "Rock",
}


def write_audio(path, codec, tags):
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec, rate=48000, layout="mono")
        samples = np.zeros((1, 48000), np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.rate = 48000
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout="mono",
            rate=48000,
            frame_size=stream.codec_context.frame_size or None,
        )
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            for packet in stream.encode(part):
                container.mux(packet)


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mp3", "mp3"), ("flac", "flac"), ("m4a", "aac"), ("ogg", "libopus"), ("opus", "libopus")],
)
def test_reads_the_tags_of_every_format(tmp_path, suffix, codec):
    path = tmp_path / f"Other - Name.{suffix}"
    write_audio(path, codec, ALL)
    assert read_tags(path) == Tags("Tïtle 🎵", "Artist", "Album", "Various", 3, 2003, "Rock")


def test_a_file_without_tags_is_known_by_its_name(tmp_path):
    path = tmp_path / "05 The Band - A Song.flac"
    write_audio(path, "flac", {})
    assert read_tags(path) == Tags("A Song", "The Band", track=5)


def test_a_file_that_is_not_audio_is_known_by_its_name(tmp_path):
    path = tmp_path / "A - B.mp3"
    path.write_bytes(b"\xff\xd8\xff")
    assert read_tags(path) == Tags("B", "A")
    with pytest.raises(FileNotFoundError):
        read_tags(tmp_path / "gone.mp3")


def test_reading_tags_opens_no_address(tmp_path):
    path = tmp_path / "list.mp3"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/song.ts\n")
    assert read_tags(path) == Tags("list")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Title", Tags("Title")),
        ("Artist - Title", Tags("Title", "Artist")),
        ("Artist – Title - live", Tags("Title - live", "Artist")),
        ("01 Title", Tags("Title", track=1)),
        ("7. Title", Tags("Title", track=7)),
        ("12 - Artist - Title", Tags("Title", "Artist", track=12)),
        ("99 Luftballons", Tags("99 Luftballons")),
        ("1979", Tags("1979")),
        ("some_song", Tags("some song")),
        ("a\nb\tc", Tags("a b c")),
        ("-", Tags("-")),
    ],
)
def test_a_name_tells_artist_and_title(name, expected):
    assert tags_of_name(Path(f"{name}.mp3")) == expected


def test_a_name_that_is_not_text_becomes_text():
    title = tags_of_name(Path(os.fsdecode(b"caf\xe9.mp3"))).title
    assert title.isprintable() and title.startswith("caf")
    title.encode("utf-8")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"TITLE": " a \n b ", "Album Artist": "X"}, Tags(title="a b", albumartist="X")),
        ({"title": "  ", "artist": "\0"}, Tags()),
        ({"artist": "A\0B"}, Tags(artist="A / B")),
        ({"date": "recorded 1987", "track": "x"}, Tags(year=1987)),
        ({"date": "01/02/03", "track": "0"}, Tags()),
        ({"title": "x" * 9999}, Tags(title="x" * 500)),
    ],
)
def test_odd_entries(entries, expected):
    assert tags_of(entries) == expected


def test_a_title_without_artist_takes_none_from_the_name():
    assert completed(Tags(title="T"), Path("X - Y.mp3")) == Tags(title="T")


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_disk_that_fails_says_nothing_about_the_tags(tmp_path, monkeypatch, code):
    path = tmp_path / "A - B.flac"
    write_audio(path, "flac", ALL)

    class Failing(io.FileIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError(code, os.strerror(code))
            return super().read(min(size, 10))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda self, *_, **__: Failing(self))
        with pytest.raises(OSError, match=os.strerror(code)) as raised:
            read_tags(path)
        assert raised.value.errno == code
    assert read_tags(path).title == "Tïtle 🎵"


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), RecursionError(), ValueError("x")])
def test_whatever_a_parser_raises_leaves_the_name(tmp_path, monkeypatch, error):
    path = tmp_path / "A - B.flac"
    write_audio(path, "flac", ALL)

    def failing(*_, **__):
        raise error

    monkeypatch.setattr(av, "open", failing)
    assert read_tags(path) == Tags("B", "A")
