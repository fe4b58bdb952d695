"""What is learnt from is what `vibelux preprocess` would keep."""

import wave

import numpy as np
import pytest

pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.datasets.songs import LabelledSong
from vibelux.music.preprocess import preprocess
from vibelux.music.spectrogram import MelSettings
from vibelux.training.song.log_mels import read_corpus


def write_wav(path, samples):
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def test_audio_and_preprocessed_songs_give_the_same(tmp_path):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 32000)
    parts = {"noise": noise, "silence": 0 * noise, "click": noise[:1600]}
    songs = [
        LabelledSong(path=write_wav(tmp_path / "sad" / f"{name}.wav", part), given=name, group=name)
        for name, part in parts.items()
    ]
    corpus = read_corpus(songs, settings=MelSettings(), cache=tmp_path / "cache")
    assert [song.given for song in corpus.songs] == ["noise"]
    reasons = dict(corpus.skipped)
    assert "it is silent" in reasons["silence"]
    assert "it lasts 0.10 s; at least 0.9 s are needed" in reasons["click"]
    report = preprocess(tmp_path, tmp_path.with_name("OUT"), MelSettings())
    assert dict(report.skipped) == {
        "sad/silence.wav": "it is silent",
        "sad/click.wav": "it lasts 0.10 s; at least 0.9 s are needed",
    }
    kept = np.load(tmp_path.with_name("OUT") / "sad" / "noise.npy")
    np.testing.assert_array_equal(corpus.log_mels[0], kept)
