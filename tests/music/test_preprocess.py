import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vibelux.errors import DatasetError, InvalidInput
from vibelux.music.decode import decode
from vibelux.music.preprocess import constants, preprocess
from vibelux.music.spectrogram import MelSettings, log_mel

SongOf = Callable[[str], Path]
SETTINGS = MelSettings()


@pytest.fixture
def raw(tmp_path: Path, song_of: SongOf) -> Path:
    folder = tmp_path / "RAW"
    for place, name in (
        ("happy/a.mp3", "mp3"),
        ("Joy/artist/b.flac", "flac"),
        ("Trauer/c.m4a", "m4a"),
        ("sad/c.ogg", "ogg"),
    ):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(song_of(name).read_bytes())
    (folder / "happy" / "empty.mp3").touch()
    (folder / "happy" / ".hidden.mp3").touch()
    (folder / "happy" / "notes.txt").write_text("not a song " * 100)
    (folder / "nostalgic").mkdir()
    return folder


def test_folders_of_songs_become_folders_of_spectrograms(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    calls: list[tuple[int, int]] = []
    report = preprocess(raw, out, SETTINGS, on_progress=lambda *call: calls.append(call))
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.*")) == [
        "happy/a.npy",
        "happy/artist/b.npy",
        "preprocess.json",
        "sad/c.npy",
    ]
    assert report.written == dict.fromkeys(report.written, 0) | {"happy": 2, "sad": 1}
    assert sum(report.unchanged.values()) == 0
    assert report.skipped == (
        ("happy/empty.mp3", "the file is empty"),
        ("happy/notes.txt", "it holds no sound"),
        ("sad/c.ogg", "has the name of Trauer/c.m4a; rename one of them"),
    )
    assert report.folders == ("nostalgic",)
    assert calls[0] == (0, 6)
    assert calls[-1] == (6, 6)


def test_decibels_keep_sign_and_precision(raw: Path, tmp_path: Path) -> None:
    preprocess(raw, tmp_path / "OUT", SETTINGS)
    kept = np.load(tmp_path / "OUT" / "happy" / "a.npy")
    expected = log_mel(decode(raw / "happy" / "a.mp3", sample_rate=16000), SETTINGS)
    assert kept.dtype == np.float16
    assert kept.shape == expected.shape == (192, SETTINGS.frames(int(34.5 * 16000)))
    np.testing.assert_allclose(kept.astype(np.float32), expected, atol=0.035)
    assert kept.min() < -60 < 0 < kept.max()


def test_at_most_ninety_seconds_are_kept(
    tmp_path: Path, write_audio: Callable[..., Path], staircase: Callable[..., np.ndarray]
) -> None:
    (tmp_path / "RAW" / "fear").mkdir(parents=True)
    song = tmp_path / "RAW" / "fear" / "long.opus"
    write_audio(song, staircase(100.0, 16000), codec="libopus", rate=16000, container="ogg")
    preprocess(tmp_path / "RAW", tmp_path / "OUT", SETTINGS)
    kept = np.load(tmp_path / "OUT" / "fear" / "long.npy")
    assert kept.shape == (192, SETTINGS.frames(90 * 16000))


def test_only_what_changed_is_written_again(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    preprocess(raw, out, SETTINGS)
    again = preprocess(raw, out, SETTINGS)
    assert sum(again.written.values()) == 0
    assert again.unchanged["happy"] == 2
    assert again.unchanged["sad"] == 1
    later = (out / "happy" / "a.npy").stat().st_mtime + 10
    os.utime(raw / "happy" / "a.mp3", (later, later))
    assert preprocess(raw, out, SETTINGS).written["happy"] == 1


def test_other_constants_write_everything_again(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    preprocess(raw, out, SETTINGS)
    assert json.loads((out / "preprocess.json").read_text()) == constants(SETTINGS)
    other = MelSettings(n_mels=40)
    report = preprocess(raw, out, other)
    assert sum(report.written.values()) == 3
    assert np.load(out / "sad" / "c.npy").shape[0] == 40
    assert json.loads((out / "preprocess.json").read_text())["n_mels"] == 40


def test_a_change_of_constants_that_was_interrupted_is_finished(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    preprocess(raw, out, SETTINGS)

    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        preprocess(raw, out, MelSettings(n_mels=40), on_progress=interrupt)
    report = preprocess(raw, out, MelSettings(n_mels=40))
    assert sum(report.written.values()) + sum(report.unchanged.values()) == 3
    assert {np.load(path).shape[0] for path in out.rglob("*.npy")} == {40}


def test_a_song_that_broke_leaves_no_old_spectrogram(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    preprocess(raw, out, SETTINGS)
    song = raw / "happy" / "a.mp3"
    song.write_bytes(b"")
    later = (out / "happy" / "a.npy").stat().st_mtime + 10
    os.utime(song, (later, later))
    assert ("happy/a.mp3", "the file is empty") in preprocess(raw, out, SETTINGS).skipped
    assert not (out / "happy" / "a.npy").exists()


def test_an_interruption_leaves_whole_files_only(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(file: object, values: np.ndarray) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", torn)
    with pytest.raises(DatasetError, match=r"cannot write .*b\.npy.*No space"):
        preprocess(raw, tmp_path / "OUT", SETTINGS)
    assert [p.name for p in (tmp_path / "OUT").rglob("*") if p.is_file()] == ["preprocess.json"]


def test_folders_that_cannot_be_used_are_named(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no folder"):
        preprocess(tmp_path / "gone", tmp_path / "OUT", SETTINGS)
    (tmp_path / "other" / "rock").mkdir(parents=True)
    with pytest.raises(DatasetError, match=r"no emotion's folder; expected angry, .* found rock"):
        preprocess(tmp_path / "other", tmp_path / "OUT", SETTINGS)
    (tmp_path / "bare" / "sad").mkdir(parents=True)
    with pytest.raises(DatasetError, match="hold no files"):
        preprocess(tmp_path / "bare", tmp_path / "OUT", SETTINGS)
    for out in (raw, raw / "happy", raw / "happy" / "OUT"):
        with pytest.raises(InvalidInput, match="is among the songs"):
            preprocess(raw, out, SETTINGS)
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match="cannot write to"):
        preprocess(raw, tmp_path / "file", SETTINGS)
