import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vibelux.errors import AudioError
from vibelux.music.audio_file import AudioFile, SeekFailed
from vibelux.music.decode import decode, decode_windows

SongOf = Callable[[str], Path]
Made = Callable[..., Any]

# fmt: off
FORMATS = [  # as in conftest.py
    "mp3", "vbr.mp3", "bare.mp3", "flac", "hires.flac", "ogg", "opus", "m4a", "alac.m4a", "aac",
    "wma", "aiff", "wav", "u8.wav", "s24.wav", "f64.wav", "wv", "tta", "ac3", "webm", "live.mka",
]
# fmt: on


def wav(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_windows_hold_the_sound_of_their_time(
    song_of: SongOf, name: str, seconds_heard: Made
) -> None:
    windows = decode_windows(song_of(name), sample_rate=16000, window_seconds=6.0, max_windows=3)
    assert windows.samples.shape == (3, 96000)
    assert windows.samples.dtype == np.float32
    assert windows.duration == pytest.approx(34.5, abs=0.4)  # raw AAC has only an estimate
    assert windows.starts == pytest.approx([2.75, 14.25, 25.75], abs=0.3)
    for samples, start in zip(windows.samples, windows.starts, strict=True):
        first = round((np.ceil(start) - start) * 16000)
        assert seconds_heard(samples[first:]) == list(range(int(np.ceil(start)), int(start) + 6))
        assert np.abs(samples).max() == pytest.approx(0.3, abs=0.06)


@pytest.mark.parametrize("name", FORMATS)
def test_seeking_gives_what_decoding_from_the_start_gives(song_of: SongOf, name: str) -> None:
    whole = decode(song_of(name), sample_rate=16000)
    part = decode(song_of(name), sample_rate=16000, start=20.25, seconds=3.0)
    assert len(whole) == pytest.approx(34.5 * 16000, abs=0.15 * 16000)
    assert len(part) == 48000
    at, slack = (
        int(20.25 * 16000),
        1600,
    )  # containers round time stamps to a millisecond or a packet
    around = whole[at - slack : at + 48000 + slack]
    spectrum = np.fft.rfft(around) * np.conj(np.fft.rfft(part, len(around)))
    likeness = np.fft.irfft(spectrum, len(around))[: 2 * slack] / np.square(part).sum()
    assert likeness.max() == pytest.approx(1.0, abs=0.03)


def test_the_rate_and_the_part_are_those_asked_for(song_of: SongOf, seconds_heard: Made) -> None:
    for rate in (8000, 16000, 22050, 44100):
        samples = decode(song_of("flac"), sample_rate=rate, start=3.0, seconds=4.0)
        assert len(samples) == 4 * rate
        assert seconds_heard(samples, rate) == [3, 4, 5, 6]
    assert len(decode(song_of("flac"), sample_rate=8000, start=33.0, seconds=9.0)) == 12000
    with pytest.raises(AudioError, match=r"ends before 99 s") as caught:
        decode(song_of("flac"), sample_rate=8000, start=99.0)
    assert caught.value.code == "too_short"


def test_integer_and_float_files_have_the_same_level(
    tmp_path: Path, staircase: Made, write_audio: Made
) -> None:
    # FFmpeg's own downmix adds 3 dB to float stereo and none to integer stereo
    left, right = staircase(3, 44100), 0.5 * staircase(3, 44100)
    for codec in ("pcm_s16le", "pcm_s32le", "pcm_f32le", "pcm_u8"):
        path = tmp_path / f"{codec}.wav"
        write_audio(path, np.stack([left, right]), codec=codec, rate=44100, layout="stereo")
        samples = decode(path, sample_rate=44100)
        np.testing.assert_allclose(samples, (left + right) / 2, atol=0.02)


def test_resampling_lets_nothing_fold_back(tmp_path: Path) -> None:
    time = np.arange(3 * 44100) / 44100
    for hz, level in ((1000, 0.5), (7000, 0.5), (9500, 0.0), (15000, 0.0)):
        path = wav(tmp_path / f"{hz}.wav", 0.5 * np.sin(2 * np.pi * hz * time), 44100)
        middle = decode(path, sample_rate=16000)[8000:-8000]
        assert np.abs(middle).max() == pytest.approx(level, abs=0.03 if level else 0.002)


def test_a_long_file_in_chunks_is_seamless(
    song_of: SongOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = decode(song_of("wav"), sample_rate=16000)
    monkeypatch.setattr("vibelux.music.chunks._CHUNK", 5000)
    np.testing.assert_allclose(decode(song_of("wav"), sample_rate=16000), whole, atol=1e-5)


def test_short_songs_fill_one_window_by_repetition(tmp_path: Path, staircase: Made) -> None:
    song = staircase(2.0, 16000)
    windows = decode_windows(wav(tmp_path / "a.wav", song), sample_rate=16000)
    assert windows.samples.shape == (1, 160000)
    assert windows.duration == pytest.approx(2.0)
    np.testing.assert_allclose(windows.samples[0], np.tile(song, 5), atol=1e-3)


@pytest.mark.parametrize("name", ["mp3", "flac", "ogg", "opus", "m4a", "wma", "aiff", "wav"])
def test_one_second_is_enough(
    tmp_path: Path,
    name: str,
    staircase: Made,
    write_audio: Made,
    formats: dict[str, dict[str, Any]],
) -> None:
    path = tmp_path / f"a.{name}"
    write_audio(path, staircase(1.0, formats[name]["rate"]), **formats[name])
    assert decode_windows(path, sample_rate=16000).duration == pytest.approx(1.0, abs=0.1)


def test_less_is_too_short(tmp_path: Path, staircase: Made) -> None:
    with pytest.raises(AudioError, match=r"a\.wav: it lasts 0\.50 s; at least 0\.9 s") as caught:
        decode_windows(wav(tmp_path / "a.wav", staircase(0.5, 16000)), sample_rate=16000)
    assert caught.value.code == "too_short"


def test_silence_is_told_and_left_out(tmp_path: Path, staircase: Made) -> None:
    silence = np.zeros(16000 * 20, np.float32)
    with pytest.raises(AudioError, match="is silent") as caught:
        decode_windows(path := wav(tmp_path / "silent.wav", silence), sample_rate=16000)
    # The catalogue keeps what follows the path, also for copies of the file elsewhere.
    assert str(caught.value) == f"cannot analyse {path}: it is silent"
    assert caught.value.code == "silent"
    half = np.concatenate([silence, staircase(10.0, 16000)])
    windows = decode_windows(wav(tmp_path / "half.wav", half), sample_rate=16000)
    assert windows.starts.tolist() == [20.0]


def test_values_that_are_no_numbers_count_as_silence(
    tmp_path: Path, seconds_heard: Made, staircase: Made, write_audio: Made
) -> None:
    samples = staircase(4.0, 44100)
    samples[1000:1010], samples[2000], samples[3000:3005] = np.nan, np.inf, 1e30
    path = tmp_path / "a.wav"
    write_audio(path, samples, codec="pcm_f32le", rate=44100)
    decoded = decode_windows(path, sample_rate=16000).samples
    assert np.isfinite(decoded).all()
    assert np.abs(decoded).max() <= 1.0
    assert seconds_heard(decoded[0])[:4] == [0, 1, 2, 3]


def test_windows_survive_a_file_that_cannot_be_sought(
    song_of: SongOf, monkeypatch: pytest.MonkeyPatch, seconds_heard: Made
) -> None:
    expected = decode_windows(song_of("mp3"), sample_rate=16000, window_seconds=5.0)

    def refuse(*_: object) -> None:
        raise SeekFailed

    monkeypatch.setattr(AudioFile, "_seek", refuse)
    walked = decode_windows(song_of("mp3"), sample_rate=16000, window_seconds=5.0)
    assert walked.starts == pytest.approx(expected.starts, abs=0.05)
    assert [seconds_heard(w) for w in walked.samples] == [
        seconds_heard(w) for w in expected.samples
    ]
    assert len(decode(song_of("mp3"), sample_rate=16000, start=9.0, seconds=2.0)) == 32000


def test_windows_survive_a_seek_that_lands_late(
    song_of: SongOf, monkeypatch: pytest.MonkeyPatch, seconds_heard: Made
) -> None:
    rightly = AudioFile._seek
    monkeypatch.setattr(AudioFile, "_seek", lambda self, seconds: rightly(self, seconds + 12.0))
    windows = decode_windows(song_of("ogg"), sample_rate=16000, window_seconds=4.0)
    assert windows.starts == pytest.approx([3.75, 15.25, 26.75], abs=0.1)
    assert seconds_heard(windows.samples[2][4000:]) == [27, 28, 29]


@pytest.mark.parametrize(("first", "then"), [(32000, 320000), (320000, 32000)])
def test_a_duration_estimated_wrongly_is_corrected(
    tmp_path: Path, first: int, then: int, staircase: Made, write_audio: Made
) -> None:
    # Without a Xing header, the length is guessed from the bit rate of the first frames.
    parts = []
    for bit_rate in (first, then):
        path = tmp_path / f"{bit_rate}.mp3"
        write_audio(
            path,
            staircase(30.0, 44100),
            codec="libmp3lame",
            rate=44100,
            bit_rate=bit_rate,
            options={"write_xing": "0", "id3v2_version": "0"},
        )
        parts.append(path.read_bytes())
    song = tmp_path / "song.mp3"
    song.write_bytes(b"".join(parts))
    with AudioFile(song) as audio:
        assert audio.duration is not None
        assert abs(audio.duration - 60.0) > 10
    windows = decode_windows(song, sample_rate=16000)
    assert windows.duration == pytest.approx(60.0, abs=0.3)
    assert windows.starts == pytest.approx([5.0, 25.0, 45.0], abs=0.2)


def test_cover_art_is_not_an_obstacle(song_of: SongOf, tmp_path: Path, seconds_heard: Made) -> None:
    picture = av.VideoFrame.from_ndarray(
        np.random.default_rng(0).integers(0, 255, (600, 600, 3), np.uint8), format="rgb24"
    )
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 600, 600, "yuvj420p"  # type: ignore[attr-defined]
    encoder.time_base = Fraction(1, 25)
    jpeg = b"".join(bytes(p) for p in encoder.encode(picture.reformat(format="yuvj420p")))  # type: ignore[attr-defined]
    assert len(jpeg) > 50_000
    apic = b"\x00image/jpeg\x00\x03\x00" + jpeg
    title = b"\x03broken \xff\xfe utf-8"
    frames = b"".join(
        name + len(body).to_bytes(4, "big") + b"\x00\x00" + body
        for name, body in ((b"TIT2", title), (b"APIC", apic))
    )
    size = bytes((len(frames) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    song = tmp_path / "covered.mp3"
    song.write_bytes(b"ID3\x03\x00\x00" + size + frames + song_of("bare.mp3").read_bytes())
    windows = decode_windows(song, sample_rate=16000, window_seconds=5.0)
    assert windows.duration == pytest.approx(34.5, abs=0.3)
    assert seconds_heard(windows.samples[1][8000:]) == [15, 16, 17, 18]


def test_a_video_gives_its_sound(tmp_path: Path, seconds_heard: Made, staircase: Made) -> None:
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream("aac", rate=44100, layout="mono")
        for number in range(150):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8))
            out.mux(picture.encode(frame))
        frame = av.AudioFrame.from_ndarray(staircase(15, 44100)[None], format="fltp", layout="mono")
        frame.sample_rate = 44100
        out.mux(sound.encode(frame))
        out.mux(picture.encode(None))
        out.mux(sound.encode(None))
    assert seconds_heard(decode(path, sample_rate=16000, start=8.0, seconds=4.0)) == [8, 9, 10, 11]


def test_the_first_of_several_sounds_is_taken(
    tmp_path: Path, seconds_heard: Made, staircase: Made, write_audio: Made
) -> None:
    path = tmp_path / "two.mka"
    write_audio(
        path, staircase(4, 48000), codec="libopus", rate=48000, container="matroska", streams=2
    )
    assert seconds_heard(decode(path, sample_rate=16000))[:4] == [0, 1, 2, 3]
