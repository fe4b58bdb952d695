"""Files are read by what is in them: their names and what they ask for lead nowhere."""

import errno
import gc
import io
import os
import weakref
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from vibelux.errors import VideoError
from vibelux.face.video_file import VideoFile
from vibelux.library.tags import read_tags_and_sound
from vibelux.media_file import FilePart, MediaSource, OpenFile, open_container, open_media
from vibelux.music.audio_file import AudioFile


def write_caf(path: Path) -> bytearray:
    with path.open("wb") as file, av.open(file, "w", format="caf") as out:
        out.metadata["title"] = "A song"
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate, frame.pts = 8000, 0
        out.mux([*stream.encode(frame), *stream.encode(None)])
    return bytearray(path.read_bytes())


def test_a_part_is_read_as_a_file_of_its_own() -> None:
    part = FilePart(io.BytesIO(b"0123456789"), 3, 7)
    assert part.size == 4
    assert part.seek(0) == 0
    assert (part.read(2), part.read(), part.read(5)) == (b"34", b"56", b"")
    assert part.seek(-1, os.SEEK_END) == 3
    assert (part.tell(), part.read()) == (3, b"6")
    assert part.seek(1) == 1
    assert part.seek(1, os.SEEK_CUR) == 2
    assert part.seek(9) == 9
    assert part.read(4) == b""
    with pytest.raises(ValueError, match="offset=-1 lies before"):
        part.seek(-1)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("a.MP3", "media.mp3"),
        ("http:example.flac", "media.flac"),
        ("no ending", "media"),
        ("a.p:p", "media"),
        ("a.é", "media"),
    ],
)
def test_of_a_name_only_the_ending_is_seen(name: str, seen: str) -> None:
    assert MediaSource(io.BytesIO(), Path(name), lambda error: error).name == seen


@pytest.mark.parametrize(("offset", "whence"), [(-1, os.SEEK_SET), (0, 99)])
def test_an_impossible_place_is_answered_not_raised(offset: int, whence: int) -> None:
    source = MediaSource(io.BytesIO(b"abc"), Path("a.mp3"), lambda error: error)
    assert source.seek(offset, whence) == -errno.EINVAL
    assert source.seek(1) == 1


def test_a_header_that_points_beyond_the_file_costs_no_tags(tmp_path: Path) -> None:
    """FFmpeg asks for the place that it names; that is not an error of the disk."""
    path = tmp_path / "a.caf"
    data = write_caf(path)
    whole = read_tags_and_sound(path)
    assert whole[0].title == "A song"
    data[data.index(b"info") + 4] = 0x7F  # the chunk's length, eight bytes
    path.write_bytes(data)
    assert read_tags_and_sound(path) == whole
    with open_media(path) as container:
        assert sum(packet.size for packet in container.demux()) == 16000


def test_an_error_of_the_disk_is_told_as_one(tmp_path: Path) -> None:
    data = write_caf(tmp_path / "a.caf")

    class FailingDisk(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() + (size or 0) > len(data) // 2:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    source = MediaSource(
        FailingDisk(bytes(data)), Path("a.caf"), lambda error: VideoError(f"disk: {error.strerror}")
    )
    with pytest.raises(VideoError, match="disk: Input/output error"), source.reading():
        open_container(source)
    with pytest.raises(VideoError, match="disk: Input"), source.reading():
        pass  # whatever FFmpeg made of it


@pytest.fixture
def no_cycles_collected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_cycles_collected")
@pytest.mark.parametrize("kind", [AudioFile, VideoFile])
def test_what_was_decoded_leaves_the_memory_with_its_file(
    tmp_path: Path, kind: type[OpenFile]
) -> None:
    """A scan opens one song after another: none may wait for the collector of cycles."""
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        for stream, first in (
            (picture, av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))),
            (sound, frame),
        ):
            out.mux(stream.encode(first))
            out.mux(stream.encode(None))
    with kind(path) as file:
        decoded = list(file.read() if isinstance(file, AudioFile) else file.packets())
    assert decoded
    gone = weakref.ref(file)
    del file, decoded
    assert gone() is None
