"""Songs written one after another into one file: chained Ogg, joined streams, jumping clocks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vibelux.music.audio_file import AudioFile, SeekFailed
from vibelux.music.decode import decode, decode_windows
from vibelux.music.loudness import LoudnessMeter

Made = Callable[..., Any]

VORBIS = {"codec": "vorbis", "rate": 44100, "layout": "stereo", "container": "ogg"}
OPUS = {"codec": "libopus", "rate": 48000, "container": "ogg"}
FLAC = {"codec": "flac", "rate": 44100, "container": "ogg"}
CHAINS: dict[str, tuple[dict[str, Any], ...]] = {
    "vorbis": (VORBIS, VORBIS),
    "vorbis at two rates": (VORBIS, {**VORBIS, "rate": 22050}),
    "opus": (OPUS, OPUS),
    "opus, mono and stereo": (OPUS, {**OPUS, "layout": "stereo"}),
    "flac": (FLAC, FLAC),
    "flac, all different": (FLAC, {**FLAC, "rate": 22050, "layout": "stereo"}),
    "vorbis, opus, flac": (VORBIS, OPUS, FLAC),
}
STREAMS: dict[str, dict[str, Any]] = {
    "mp3": {"codec": "libmp3lame", "rate": 44100, "bit_rate": 128000},
    "bare.mp3": {
        "codec": "libmp3lame",
        "rate": 44100,
        "container": "mp3",
        "options": {"write_xing": "0", "id3v2_version": "0"},
    },
    "aac": {"codec": "aac", "rate": 44100, "container": "adts"},
    "ac3": {"codec": "ac3", "rate": 48000},
    "ts": {"codec": "aac", "rate": 44100, "container": "mpegts"},
    "mpg": {"codec": "mp2", "rate": 44100, "container": "mpeg"},
    "mka": {"codec": "libopus", "rate": 48000, "container": "matroska"},
}
LENGTHS = (6, 4, 5)


@pytest.fixture(scope="session")
def joined(tmp_path_factory: pytest.TempPathFactory, staircase: Made, write_audio: Made) -> Made:
    """A staircase of 6 + 4 (+ 5) seconds, each part encoded by itself."""

    def join(suffix: str, *settings: dict[str, Any]) -> Path:
        folder = tmp_path_factory.mktemp("joined")
        data, begin = b"", 0
        for number, (one, length) in enumerate(zip(settings, LENGTHS, strict=False)):
            rate = one["rate"]
            samples = staircase(begin + length, rate)[begin * rate :]
            path = write_audio(folder / f"{number}.{suffix}", samples, **one)
            data, begin = data + path.read_bytes(), begin + length
        (folder / f"song.{suffix}").write_bytes(data)
        return folder / f"song.{suffix}"

    return join


@pytest.fixture(scope="session")
def chain(joined: Made) -> Made:
    made: dict[str, Path] = {}

    def of(kind: str) -> Path:
        if kind not in made:
            made[kind] = joined("ogg", *CHAINS[kind])
        return made[kind]

    return of


def long(settings: tuple[object, ...]) -> int:
    return sum(LENGTHS[: len(settings)])


@pytest.mark.parametrize("kind", CHAINS)
def test_a_chain_is_decoded_whole(chain: Made, kind: str, seconds_heard: Made) -> None:
    length = long(CHAINS[kind])
    assert seconds_heard(decode(chain(kind), sample_rate=16000)) == list(range(length))
    with AudioFile(chain(kind)) as audio:
        assert audio.duration == pytest.approx(length, abs=0.05)
        assert audio.measure() == pytest.approx(length, abs=0.05)
        assert audio.proven_duration == audio.duration
        assert not audio.goes_on
        heard = sum(chunk.samples.shape[1] / chunk.rate for chunk in audio.read())
        assert heard == pytest.approx(length, abs=0.05)
        kinds = {(chunk.rate, len(chunk.channels)) for chunk in audio.read()}
    wanted = {(one["rate"], 2 if one.get("layout") == "stereo" else 1) for one in CHAINS[kind]}
    assert kinds == wanted


@pytest.mark.parametrize("kind", CHAINS)
@pytest.mark.parametrize("seek", [True, False])
def test_a_chain_can_be_entered_anywhere(
    chain: Made, kind: str, seek: bool, seconds_heard: Made
) -> None:
    for start in range(1, long(CHAINS[kind]) - 1):
        part = decode(chain(kind), sample_rate=16000, start=float(start), seconds=2.05)
        assert seconds_heard(part)[: long(CHAINS[kind]) - start] == [start, start + 1]
        if seek and "flac" in kind:  # which is walked through instead
            continue
        with AudioFile(chain(kind)) as audio:
            chunks = list(audio.read(float(start), 1.0, seek=seek))
            total = sum(chunk.samples.shape[1] / chunk.rate for chunk in chunks)
            assert total == pytest.approx(1.0, abs=0.05)
            assert audio.began == pytest.approx(start, abs=0.01)


@pytest.mark.parametrize("kind", CHAINS)
def test_the_windows_of_a_chain_lie_all_over_it(
    chain: Made, kind: str, seconds_heard: Made
) -> None:
    length = long(CHAINS[kind])
    windows = decode_windows(chain(kind), sample_rate=16000, window_seconds=3.0, max_windows=3)
    assert windows.duration == pytest.approx(length, abs=0.05)
    middles = (np.arange(3) + 0.5) * length / 3 - 1.5
    assert windows.starts == pytest.approx(middles, abs=0.05)
    for samples, start in zip(windows.samples, windows.starts, strict=True):
        first = round((np.ceil(start) - start) * 16000)
        assert seconds_heard(samples[first:])[:2] == [np.ceil(start), np.ceil(start) + 1]
    meter = LoudnessMeter()
    meter.add(windows.samples.reshape(1, -1), rate=16000)
    assert windows.loudness.integrated == pytest.approx(meter.loudness().integrated, abs=0.5)


def test_the_same_song_twice_is_a_chain_too(
    tmp_path: Path, staircase: Made, write_audio: Made, seconds_heard: Made
) -> None:
    """Their serial numbers are the same, against the standard."""
    data = write_audio(tmp_path / "a.ogg", staircase(3.0, 48000), **OPUS).read_bytes()
    (tmp_path / "twice.ogg").write_bytes(data * 2)
    heard = seconds_heard(decode(tmp_path / "twice.ogg", sample_rate=16000))
    assert heard == [0, 1, 2, 0, 1, 2]


def test_a_damaged_link_costs_only_itself(chain: Made, tmp_path: Path, seconds_heard: Made) -> None:
    data = bytearray(chain("vorbis, opus, flac").read_bytes())
    at = data.index(b"OpusHead")
    data[at : at + 200] = b"OpusHead" + bytes(192)
    (tmp_path / "a.ogg").write_bytes(data)
    heard = seconds_heard(decode(tmp_path / "a.ogg", sample_rate=16000))
    assert heard[:6] == list(range(6))
    assert heard[-5:] == list(range(10, 15))


@pytest.mark.parametrize("name", STREAMS)
def test_joined_streams_are_decoded_whole(joined: Made, name: str, seconds_heard: Made) -> None:
    path = joined(name, STREAMS[name], STREAMS[name])
    assert seconds_heard(decode(path, sample_rate=16000)) == list(range(10))
    for start in range(1, 9):
        part = decode(path, sample_rate=16000, start=float(start), seconds=1.5)
        assert seconds_heard(part)[0] in {start, start - 1, start + 1}
    windows = decode_windows(path, sample_rate=16000, window_seconds=3.0, max_windows=3)
    assert windows.duration == pytest.approx(10.0, abs=0.3)
    assert windows.starts[-1] == pytest.approx(7.0, abs=0.4)
    with AudioFile(path) as audio:
        assert (audio.proven_duration or audio.measure()) == pytest.approx(10.0, abs=0.3)


def test_the_bit_rate_of_the_first_part_is_not_that_of_all(
    joined: Made, seconds_heard: Made
) -> None:
    """FFmpeg takes the length of AC-3 from the first frame's bit rate, which is too short here."""
    high, low = (STREAMS["ac3"] | {"bit_rate": rate} for rate in (640_000, 192_000))
    path = joined("ac3", high, low)
    windows = decode_windows(path, sample_rate=16000, window_seconds=3.0, max_windows=3)
    assert windows.duration == pytest.approx(10.0, abs=0.3)
    assert seconds_heard(windows.samples[-1])[-1] == 9


def test_a_file_after_a_flac_is_left_to_players(joined: Made, seconds_heard: Made) -> None:
    """What the header of a FLAC file counts is the song."""
    path = joined("flac", {**FLAC, "container": "flac"}, {**FLAC, "container": "flac"})
    windows = decode_windows(path, sample_rate=16000, window_seconds=3.0, max_windows=3)
    assert windows.duration == pytest.approx(6.0, abs=0.1)
    assert seconds_heard(windows.samples[0])[:2] == [0, 1]


HOURS = 20_000.0


def jumping(path: Path, source: Path, shift: Callable[[float], float], container: str) -> Path:
    """A copy whose time stamps, in seconds, are moved."""
    with av.open(str(source)) as old, av.open(str(path), "w", format=container) as out:
        stream = old.streams.audio[0]
        copy = out.add_stream_from_template(stream)
        for packet in old.demux(stream):
            if packet.pts is None:
                continue
            time = float(packet.pts * stream.time_base)
            moved = round((time + shift(time)) / stream.time_base)
            packet.pts = packet.dts = moved
            packet.stream = copy
            out.mux(packet)
    return path


@pytest.mark.parametrize(
    "shift",
    [
        lambda time: HOURS if time > 12 else 0,
        lambda time: HOURS + (20 if time > 12 else 0),
        lambda time: -10.0,
    ],
    ids=["later", "late start, small gap", "negative"],
)
def test_jumps_of_the_clock_are_no_sound(
    song_of: Made, tmp_path: Path, shift: Callable[[float], float], seconds_heard: Made
) -> None:
    path = jumping(tmp_path / "a.mka", song_of("webm"), shift, "matroska")
    samples = decode(path, sample_rate=16000)
    assert len(samples) / 16000 == pytest.approx(34.5, abs=0.2)
    assert seconds_heard(samples)[:30] == list(range(30))
    windows = decode_windows(path, sample_rate=16000, window_seconds=3.0, max_windows=3)
    assert windows.duration < 60
    assert len(windows.samples) == 3
    with AudioFile(path) as audio:
        assert (audio.proven_duration or audio.measure()) < 60


def test_stamps_that_stand_still_are_no_obstacle(
    song_of: Made, tmp_path: Path, seconds_heard: Made
) -> None:
    path = jumping(tmp_path / "a.mka", song_of("webm"), lambda time: -time, "matroska")
    windows = decode_windows(path, sample_rate=16000, window_seconds=6.0, max_windows=3)
    assert windows.duration == pytest.approx(34.5, abs=0.5)
    assert seconds_heard(windows.samples[2][:32000])[0] in {25, 26}


def test_a_seek_that_finds_nothing_has_failed(song_of: Made) -> None:
    with AudioFile(song_of("flac")) as audio, pytest.raises(SeekFailed):
        list(audio.read(60.0, 1.0))


def test_a_stream_that_begins_in_the_middle_is_not_an_obstacle(
    joined: Made, tmp_path: Path, seconds_heard: Made
) -> None:
    other = {
        **STREAMS["ts"],
        "options": {"mpegts_start_pid": "0x300", "mpegts_pmt_start_pid": "0x1100"},
    }
    path = joined("ts", STREAMS["ts"], other)
    assert seconds_heard(decode(path, sample_rate=16000))[:5] == [0, 1, 2, 3, 4]
