import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vibelux.errors import AudioError, ModelError
from vibelux.models import Card, Model, load_model, sha256_of
from vibelux.music.emotion import MusicModel

SongOf = Callable[[str], Path]


def with_constants(model: Model, **constants: Any) -> Model:
    """The same network with other constants on its card; None removes one."""
    merged = {**model.card.preprocessing, **constants}
    kept = {name: value for name, value in merged.items() if value is not None}
    card = dataclasses.replace(model.card, preprocessing=kept)
    return Model(card, model._session)


def decibels(k: int, *, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).uniform(-80, 20, (k, 96, 313))
    return values.astype(np.float32)


def test_the_answer_is_the_mean_over_the_windows(music_model: Path) -> None:
    music = MusicModel.load(music_model)
    windows = decibels(5)
    analysis = music.analyse_log_mel(windows, [0, 10, 20, 30, 40], 50.0)
    each = music.model.run(windows)  # the model of the fixture, all at once
    np.testing.assert_allclose(analysis.mood, each["mood"].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(analysis.quadrant, each["quadrant"].mean(axis=0), atol=1e-6)
    assert analysis.valence == pytest.approx(each["valence"].mean(), abs=1e-6)
    assert analysis.arousal == pytest.approx(each["arousal"].mean(), abs=1e-6)
    direction = each["embedding"].mean(axis=0)
    np.testing.assert_allclose(analysis.embedding, direction / np.linalg.norm(direction), atol=1e-6)
    assert np.linalg.norm(analysis.embedding) == pytest.approx(1.0, abs=1e-6)
    assert [moment.start for moment in analysis.course] == [0, 10, 20, 30, 40]
    for moment, mood, valence in zip(analysis.course, each["mood"], each["valence"], strict=True):
        np.testing.assert_allclose(moment.mood, mood, atol=1e-6)
        assert moment.valence == pytest.approx(float(valence), abs=1e-6)
    assert analysis.duration == 50.0
    assert analysis.model == music.model.card.model_id


def test_tension_is_told_by_models_that_know_it(music_model: Path, tmp_path: Path) -> None:
    windows = decibels(3)
    without = MusicModel.load(music_model).analyse_log_mel(windows, [0, 10, 20], 30.0)
    assert without.tension is None
    assert [moment.tension for moment in without.course] == [None] * 3

    onnx = pytest.importorskip("onnx")
    graph = onnx.load(music_model)
    graph.graph.node.append(onnx.helper.make_node("Neg", ["valence"], ["tension"]))
    graph.graph.output.append(
        onnx.helper.make_tensor_value_info("tension", onnx.TensorProto.FLOAT, ["batch"])
    )
    file = tmp_path / "music.onnx"
    onnx.save(graph, file)
    card = Card.read(music_model.with_suffix(".json"))
    outputs = {**card.outputs, "tension": ["batch"]}
    card = dataclasses.replace(card, sha256=sha256_of(file), outputs=outputs)
    card.write(file.with_suffix(".json"))
    told = MusicModel.load(file).analyse_log_mel(windows, [0, 10, 20], 30.0)
    assert told.tension == pytest.approx(-told.valence, abs=1e-6)
    for moment in told.course:
        assert moment.tension == pytest.approx(-moment.valence, abs=1e-6)


def test_a_file_is_analysed_with_the_cards_constants(song_of: SongOf, music_model: Path) -> None:
    music = MusicModel.load(music_model)
    analysis = music.analyse(song_of("mp3"))
    assert analysis.duration == pytest.approx(34.5, abs=0.2)
    assert [moment.start for moment in analysis.course] == pytest.approx([0.75, 12.25, 23.75])
    assert analysis.mood.sum() == pytest.approx(1.0, abs=1e-5)
    dense, log_mel = music.analyse_windows(song_of("mp3"), max_windows=90)
    assert log_mel.shape == (4, 96, 313)
    assert len(dense.course) == 4
    one = MusicModel(with_constants(music.model, max_windows=1)).analyse(song_of("mp3"))
    assert [moment.start for moment in one.course] == pytest.approx([12.25])


def test_audio_errors_come_through(tmp_path: Path, music_model: Path) -> None:
    with pytest.raises(AudioError) as caught:
        MusicModel.load(music_model).analyse(tmp_path / "gone.mp3")
    assert caught.value.code == "vanished"


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({"window_seconds": None}, "window_seconds"),
        ({"window_seconds": 0.0}, "3 windows of 0 s"),
        ({"max_windows": 0}, "0 windows of 10 s"),
        ({"max_windows": "many"}, "usable window plan"),
        ({"hop_length": None}, "lacks hop_length"),
    ],
)
def test_a_card_without_usable_constants_is_refused(
    music_model: Path, constants: dict[str, Any], message: str
) -> None:
    model = load_model("music", music_model)
    with pytest.raises(ModelError, match=message):
        MusicModel(with_constants(model, **constants))


def test_windows_that_do_not_fit_are_refused(music_model: Path) -> None:
    music = MusicModel.load(music_model)
    with pytest.raises(ModelError, match="cannot run on shape"):
        music.analyse_log_mel(np.zeros((1, 40, 313), np.float32), [0.0], 10.0)
    with pytest.raises(ModelError, match="not numbers"):
        music.analyse_log_mel(np.full((1, 96, 313), np.nan, np.float32), [0.0], 10.0)
    with pytest.raises(ModelError, match="gives no mood"):
        music.analyse_log_mel(np.zeros((0, 96, 313), np.float32), [], 10.0)


def test_the_shipped_model_analyses_a_song(song_of: SongOf) -> None:
    music = MusicModel.load()
    analysis = music.analyse(song_of("m4a"))
    assert analysis.mood.shape == (7,)
    assert analysis.mood.sum() == pytest.approx(1.0, abs=1e-4)
    assert analysis.quadrant.sum() == pytest.approx(1.0, abs=1e-4)
    assert -1 <= analysis.valence <= 1
    assert -1 <= analysis.arousal <= 1
    assert np.linalg.norm(analysis.embedding) == pytest.approx(1.0, abs=1e-4)
