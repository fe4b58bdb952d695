"""What the system's errors say of a file, wherever in the reading they come."""

import errno
import os
from pathlib import Path

import pytest

from vibelux.errors import AudioError
from vibelux.music import audio_file
from vibelux.music.decode import decode, decode_windows
from vibelux.music.emotion import MusicModel
from vibelux.music.reading_errors import code_of, reason_of

NAMES = ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff", "wma")


# Not every system has all of them.
NUMBERS = [
    getattr(errno, name)
    for name in (
        *("EIO", "ESTALE", "ENXIO", "ENODEV", "ETIMEDOUT", "EREMOTEIO", "ENOTCONN", "EHOSTDOWN"),
        *("EHOSTUNREACH", "ENETDOWN", "ENETRESET", "ENOMEM", "EMFILE", "ENFILE", "EAGAIN", "EINTR"),
        *("EBUSY", "ECONNRESET", "ESHUTDOWN", "EPIPE", "EPROTO", "EBADMSG", "EKEYEXPIRED"),
    )
    if hasattr(errno, name)
]


@pytest.mark.parametrize("number", [*NUMBERS, 523, 0])
def test_nearly_all_say_that_it_cannot_be_read_now(number: int) -> None:
    error = OSError(number, os.strerror(number), "/music/a.mp3")
    assert code_of(error) == "unreachable"
    assert code_of(error) in AudioError.TRANSIENT
    assert reason_of(error) == f"it cannot be read at the moment ({os.strerror(number)})"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, "vanished"),
        (errno.ENOTDIR, "vanished"),
        (errno.ELOOP, "vanished"),
        (errno.EACCES, "no_permission"),
        (errno.EPERM, "no_permission"),
    ],
)
def test_a_few_say_more(number: int, code: str) -> None:
    assert code_of(OSError(number, os.strerror(number))) == code


class FailsOnce:
    """A file whose n-th read fails; those after it work again, unless told otherwise."""

    def __init__(self, file, place: int, number: int, *, for_good: bool) -> None:
        self._file, self._place, self._number, self._for_good = file, place, number, for_good
        self.reads = 0
        self.failed = False

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads == self._place or (self._for_good and self.reads > self._place):
            self.failed = True
            raise OSError(self._number, os.strerror(self._number))
        return self._file.read(size)

    def __getattr__(self, name: str):
        return getattr(self._file, name)


@pytest.fixture
def failing(monkeypatch):
    """Let each file that is opened fail at its n-th read; returns the files."""
    opened, real = [], audio_file._open

    def fail(place: int, number: int = errno.EIO, *, for_good: bool = False):
        def open_it(path: Path):
            opened.append(FailsOnce(real(path), place, number, for_good=for_good))
            return opened[-1]

        opened.clear()
        monkeypatch.setattr(audio_file, "_open", open_it)
        return opened

    return fail


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("for_good", [False, True])
def test_an_error_in_the_middle_is_never_taken_for_damage(song_of, failing, name, for_good):
    """Wherever it comes: while the file is opened, sought or decoded, and if FFmpeg hides it."""
    path = song_of(name)
    place = 0
    while True:
        place += 1 if place < 12 else 7
        opened = failing(place, for_good=for_good)
        try:
            decode_windows(path, sample_rate=16000, window_seconds=2.0)
        except AudioError as error:
            assert error.code == "unreachable", (place, error)
            assert str(error).endswith("it cannot be read at the moment (Input/output error)")
        else:
            assert not any(file.failed for file in opened)  # all that was read could be
            break
    assert place > 2


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EACCES])
def test_decoding_all_of_it_says_so_too(song_of, failing, number):
    failing(5, number)
    with pytest.raises(AudioError) as caught:
        decode(song_of("flac"), sample_rate=16000)
    assert caught.value.code == ("no_permission" if number == errno.EACCES else "unreachable")


def test_a_file_that_cannot_be_opened_now(song_of, monkeypatch):
    def refuse(path, *_, **__):
        raise OSError(errno.EIO, "Input/output error", str(path))

    path = song_of("mp3")
    for name in ("open", "stat"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, refuse)
            with pytest.raises(AudioError, match=r"cannot analyse .*cannot be read at the m") as c:
                decode_windows(path, sample_rate=16000)
        assert c.value.code == "unreachable"


def test_the_model_says_so(song_of, failing, music_model):
    model = MusicModel.load(music_model)
    failing(3)
    with pytest.raises(AudioError, match="Input/output error"):
        model.analyse(song_of("mp3"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_disk_that_fails_within_a_chain_of_songs_is_not_called_damage(
    tmp_path, monkeypatch, staircase, write_audio, share
) -> None:
    one = write_audio(
        tmp_path / "one.ogg", staircase(20.0, 44100), codec="vorbis", rate=44100, layout="stereo"
    )
    chain = tmp_path / "chain.ogg"
    chain.write_bytes(2 * one.read_bytes())
    good = share * chain.stat().st_size
    real = audio_file._open

    class FailsBeyond:
        def __init__(self, file) -> None:
            self._file = file

        def read(self, size: int = -1) -> bytes:
            if self._file.tell() + max(size, 0) > good:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return self._file.read(size)

        def __getattr__(self, name: str):
            return getattr(self._file, name)

    monkeypatch.setattr(audio_file, "_open", lambda path: FailsBeyond(real(path)))
    with pytest.raises(AudioError) as raised:
        decode_windows(chain, sample_rate=16000, window_seconds=2.0)
    assert raised.value.code == "unreachable"
