"""Training of the music CNN on drawn spectrograms: low hums are sad, high pulses are happy."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.datasets.songs import LabelledSong
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError, ModelError
from vibelux.model_statistics import ModelStatistics, SongStatistics
from vibelux.models import load_model
from vibelux.music.spectrogram import MelSettings
from vibelux.recommend.confidence import clearness_of
from vibelux.training.export import load_weights
from vibelux.training.progress import quiet
from vibelux.training.song import training as songs_module
from vibelux.training.song.calibration import calibrated, fit_calibration, song_means
from vibelux.training.song.cross_validation import FOLDS, folds_of
from vibelux.training.song.figures import LEADS
from vibelux.training.song.kernel import KernelMachine
from vibelux.training.song.log_mels import Corpus, read_corpus, repeated, windows
from vibelux.training.song.model import Calibration, SongModel
from vibelux.training.song.network import SongNetwork, SongNetworkConfig
from vibelux.training.song.runs import (
    Options,
    cross_validate_songs,
    gather,
    train_songs,
)
from vibelux.training.song.statistics import stranger_cosines
from vibelux.training.song.targets import GEMS, mood_words
from vibelux.training.song.training import UNEXPORTED, Heads, SongRecipe
from vibelux.training.song.unheard import cross_dataset_songs, measure_unheard

SETTINGS = MelSettings()
RECIPE = SongRecipe(epochs=4, batch_size=8, crop_frames=104, ema_decay=0.5, learning_rate=1e-2)
OPTIONS = Options(precision="32-true", announce=lambda _: None)


def drawn_songs(count: int, *, seed: int = 0) -> Corpus:
    """Half of the songs happy (Q1, words), half sad (GEMS or words), two songs a group."""
    rng = np.random.default_rng(seed)
    songs, log_mels = [], []
    for i in range(count):
        happy = i % 2 == 0
        level = np.where(np.arange(192) > 96, 0.0, -30.0) if happy else np.linspace(0, -50, 192)
        pulse = 15 * np.sin(np.arange(312) * (0.8 if happy else 0.05))
        log_mels.append((level[:, None] + pulse + rng.normal(0, 4, (192, 312))).astype(np.float16))
        gems = dict.fromkeys(GEMS, 0.1) | {"sadness": 0.9} if i % 4 == 1 else {}
        words = ("joyous",) if happy else ("sad", "gloomy")
        songs.append(
            LabelledSong(
                path=None,
                given=f"{i}.mp3",
                group=f"artist {i // 2}",
                dataset="rated" if gems else "words",
                quadrant="Q1" if happy else None if gems else "Q3",
                tags=() if gems else words,
                gems=gems,
            )
        )
    return Corpus(tuple(songs), tuple(log_mels), SETTINGS)


@pytest.fixture(scope="module", autouse=True)
def _small_network():
    small = partial(SongNetworkConfig, channels=(4, 4, 8, 8), columns=16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(songs_module, "SongNetworkConfig", small)
        yield small


@pytest.fixture(scope="module")
def corpus():
    return drawn_songs(40)


@pytest.fixture(scope="module")
def validated(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    with quiet():
        return out, *cross_validate_songs(corpus, out, recipe=RECIPE, options=OPTIONS)


def test_groups_stay_together_and_folds_never_change(corpus):
    folds = folds_of(corpus.songs)
    assert set(folds) == set(range(FOLDS))
    assert (folds[::2] == folds[1::2]).all()
    listed = LabelledSong(path=None, given="", group="4q:The Beach Boys")
    assert folds_of([listed]) == folds_of([replace(listed, given="other")])


def test_the_committed_folds_are_balanced(shared_data):
    data = gather([shared_data / "music"], leave_out=("ravdess_song", "emotify"))
    folds = folds_of(data.rows)
    assert len(data) == 677
    for quadrant in ("Q1", "Q2", "Q3", "Q4"):
        counts = np.bincount([f for f, s in zip(folds, data.rows, strict=True)
                              if s.quadrant == quadrant])  # fmt: skip
        assert counts.max() - counts.min() <= 3


def test_cross_validation_finds_the_difference_in_unknown_groups(validated, corpus):
    _, found, figures = validated
    assert found.predictions.analysed.all()
    assert figures["quadrant_accuracy"] > 0.6
    assert figures["auc_happy"] > 0.9
    assert figures["quadrant_macro_f1_low"] <= figures["quadrant_macro_f1"]
    assert figures["gems_n"] == 10
    np.testing.assert_allclose(found.predictions.mood.sum(axis=1), 1, atol=1e-5)
    assert len(found.history) == RECIPE.epochs
    assert [song.given for song in found.songs.rows] == [song.given for song in corpus.songs]


def test_figures_of_the_emotions_and_their_calibration(validated):
    _, _, figures = validated
    assert figures["supported_mean_auc"] > 0.8
    assert figures["supported_macro_f1_low"] <= figures["supported_macro_f1"] <= 1
    for name in EMOTIONS:
        assert 0 <= figures[f"ece_{name}"] <= 1


def test_figures_say_how_well_clearly_labelled_songs_are_told(validated):
    _, _, figures = validated
    counts = [figures["supported_n"], *(figures[f"supported_n_led_by_{x:g}"] for x in LEADS)]
    assert counts == sorted(counts, reverse=True)
    assert 0 < figures["supported_macro_f1_led_by_0.1"] <= 1


def test_figures_say_what_is_left_when_less_of_each_song_is_analysed(validated):
    _, found, figures = validated
    windows = np.bincount(found.heads.song)
    for seconds in (10, 20):
        fewer = figures[f"quadrant_macro_f1_{seconds}s"]
        assert 0.4 < fewer <= 1
        if windows.max() * 10 <= seconds:
            assert fewer == figures["quadrant_macro_f1"]


def test_a_finished_cross_validation_is_kept_on_resume(validated, corpus):
    out, found, _ = validated
    before = {p: p.stat().st_mtime_ns for p in out.rglob("last.ckpt")}
    with quiet():
        again, _ = cross_validate_songs(
            corpus, out, recipe=RECIPE, options=replace(OPTIONS, resume=True)
        )
    np.testing.assert_array_equal(again.predictions.mood, found.predictions.mood)
    np.testing.assert_array_equal(again.heads.embedding, found.heads.embedding)
    np.testing.assert_allclose(np.linalg.norm(found.heads.embedding, axis=1), 1, atol=1e-5)
    assert before == {p: p.stat().st_mtime_ns for p in out.rglob("last.ckpt")}


def test_training_after_it_learns_from_all_songs_and_agrees_with_torch(
    validated, corpus, _small_network
):
    out, found, figures = validated
    with quiet():
        trained = train_songs(corpus, out, recipe=RECIPE, source="drawn", options=OPTIONS,
                              cross_validation=out / "cross_validation.json")  # fmt: skip
    assert trained.difference <= 1e-4
    card = load_model("music", trained.onnx).card
    assert card.labels == EMOTIONS
    assert card.training["songs_learnt_from"] == len(corpus)
    assert card.calibration["mood"]["kernel"] == found.calibration.mood.kernel
    assert card.metrics["quadrant_macro_f1"] == figures["quadrant_macro_f1"]
    assert card.statistics["of"] == "out-of-fold predictions of the cross-validation"
    moods = found.predictions.mood
    assert card.statistics["typical_mood"] == pytest.approx(moods.mean(axis=0), abs=1e-4)
    assert SongStatistics.of(card).clear == pytest.approx(np.median(clearness_of(moods)), abs=1e-4)
    sounds = song_means(found.heads.embedding, found.heads.song, len(corpus))
    strangers = stranger_cosines(sounds, corpus.songs, found.folds)
    assert card.statistics["similar"] == pytest.approx(np.quantile(strangers, 0.95), abs=1e-4)
    assert card.preprocessing["window_seconds"] == 10
    assert card.training["labels"]["gems"] == 10
    outputs = load_model("music", trained.onnx).run(windows(corpus.log_mels[0], SETTINGS))
    assert outputs["mood"].shape == (1, 7) and outputs["valence"].shape == (1,)

    network = SongNetwork(_small_network(words=len(mood_words())), SETTINGS)
    load_weights(network, trained.onnx, fresh=UNEXPORTED)  # what was exported can go on learning
    kernel = KernelMachine.read(trained.onnx, SETTINGS)
    cut = torch.from_numpy(windows(corpus.log_mels[0], SETTINGS))
    with torch.inference_mode():
        again = SongModel(network.eval(), kernel, found.calibration)(cut)
    for name, expected in zip(SongModel.OUTPUTS, again, strict=True):
        np.testing.assert_allclose(outputs[name], expected.numpy(), atol=1e-3, err_msg=name)
    assert -1 <= outputs["tension"][0] <= 1


def test_a_cross_validation_of_something_else_is_refused(validated, corpus, tmp_path):
    out, _, _ = validated
    for songs, recipe, differs in (
        (corpus.take(range(30)), RECIPE, "songs"),
        (corpus, replace(RECIPE, epochs=RECIPE.epochs + 1), "recipe"),
    ):
        with pytest.raises(DatasetError, match=f"differs in {differs}"):
            train_songs(songs, tmp_path, recipe=recipe, source="drawn", options=OPTIONS,
                        cross_validation=out / "cross_validation.json")  # fmt: skip
    other = tmp_path / "other.json"
    for text in ("[]", "{}", '{"key": 1, "calibration": {}, "figures": {}}', "\0"):
        other.write_text(text, encoding="utf-8")
        with pytest.raises(DatasetError, match="is not a cross-validation's result"):
            train_songs(corpus, tmp_path, recipe=RECIPE, source="", options=OPTIONS,
                        cross_validation=other)  # fmt: skip
    assert not (tmp_path / "last.ckpt").exists()


def test_without_cross_validation_some_groups_are_held_back(validated, corpus, tmp_path):
    out, _, _ = validated
    # One that happens to lie in the output folder was not asked for.
    (tmp_path / "cross_validation.json").write_bytes((out / "cross_validation.json").read_bytes())
    with quiet():
        trained = train_songs(corpus, tmp_path, recipe=RECIPE, source="drawn", options=OPTIONS)
    card = json.loads(trained.onnx.with_suffix(".json").read_text("utf-8"))
    held = sum(folds_of(corpus.songs) == 0)
    assert card["training"]["songs_learnt_from"] == len(corpus) - held > 0
    assert card["calibration"]["songs"] == card["statistics"]["songs"] == held
    assert ModelStatistics(music_model=trained.onnx).songs.mood_spread > 0
    assert set(trained.history[0]) >= {"loss", "val_mood_loss", "val_quadrant_f1"}


def test_an_interrupted_training_goes_on_where_it_stopped(corpus, tmp_path):
    class Stopped(Exception):
        pass

    from lightning.pytorch.callbacks import Callback

    class StopAfterTwo(Callback):
        def on_train_epoch_start(self, trainer, pl_module):
            if trainer.current_epoch == 2:
                raise Stopped

    def run(out, **options):
        with quiet():
            return train_songs(
                corpus, out, recipe=RECIPE, source="drawn", options=replace(OPTIONS, **options)
            )

    with pytest.raises(Stopped):
        run(tmp_path, callbacks=lambda _: [StopAfterTwo()])
    trained = run(tmp_path, resume=True)
    assert [entry["epoch"] for entry in trained.history] == [1, 2, 3, 4]


def test_a_collection_can_be_left_out(corpus, tmp_path):
    with quiet():
        figures = measure_unheard(corpus, "rated", tmp_path, recipe=RECIPE, options=OPTIONS)
    assert figures["n"] == figures["composite_n"] == 10
    with pytest.raises(DatasetError, match="rated, words"):
        measure_unheard(corpus, "none", tmp_path, recipe=RECIPE, options=OPTIONS)


def test_each_collection_is_judged_by_the_others(corpus, tmp_path):
    names = ["one"] * 20 + ["two"] * 20
    songs = tuple(replace(s, dataset=n) for s, n in zip(corpus.songs, names, strict=True))
    corpus = replace(corpus, songs=songs)
    with quiet():
        songs, said, figures = cross_dataset_songs(corpus, tmp_path, recipe=RECIPE, options=OPTIONS)
    assert figures["collections"] == 2
    assert songs.rows == corpus.songs
    assert said.analysed.all() and len(said.mood) == len(songs)
    assert figures["n_one"] == 20
    assert figures["arousal_auc_two"] > 0.8
    assert figures["looks"] == 1
    with quiet():  # the same recipe again: no new look, and no gain
        *_, again = cross_dataset_songs(
            corpus, tmp_path, recipe=RECIPE, options=replace(OPTIONS, resume=True),
            against=tmp_path / "cross_dataset.json",
        )  # fmt: skip
    assert again["looks"] == 1
    assert again["gain_arousal_r"] == pytest.approx(0, abs=1e-3)
    with pytest.raises(DatasetError, match=r"1 collections .* are too few"):
        one = corpus.take([i for i, song in enumerate(corpus.songs) if song.dataset == "one"])
        cross_dataset_songs(one, tmp_path, recipe=RECIPE, options=OPTIONS)

    with quiet():  # what was found goes into the card of the same recipe
        trained = train_songs(corpus, tmp_path, recipe=RECIPE, source="drawn", options=OPTIONS,
                              cross_dataset=tmp_path / "cross_dataset.json")  # fmt: skip
    metrics = load_model("music", trained.onnx).card.metrics
    assert metrics["unheard_arousal_r"] == pytest.approx(figures["arousal_r"], abs=1e-3)
    assert metrics["unheard_looks"] == 1
    with pytest.raises(DatasetError, match="differs in recipe"):
        train_songs(corpus, tmp_path, recipe=replace(RECIPE, epochs=9), source="", options=OPTIONS,
                    cross_dataset=tmp_path / "cross_dataset.json")  # fmt: skip


def test_what_is_clear_is_learnt_from_unheard_collections(corpus, tmp_path):
    """Rendered songs do not count, and those that teach no moods change nothing in the CNN."""
    names = np.repeat(["one", "two", "emopia", "vgmidi"] * 5, 2)  # two songs an artist
    songs = tuple(
        replace(song, dataset=str(name)) for song, name in zip(corpus.songs, names, strict=True)
    )
    corpus = replace(corpus, songs=songs)
    with quiet():
        cross_validate_songs(corpus, tmp_path, recipe=RECIPE, options=OPTIONS)
        listed, said, figures = cross_dataset_songs(
            corpus, tmp_path, recipe=RECIPE, options=OPTIONS,
            cross_validation=tmp_path / "cross_validation.json",
        )  # fmt: skip
        trained = train_songs(
            corpus, tmp_path, recipe=RECIPE, source="drawn", options=OPTIONS,
            cross_validation=tmp_path / "cross_validation.json",
            cross_dataset=tmp_path / "cross_dataset.json",
        )  # fmt: skip
    judges = {folder.name for folder in (tmp_path / "cross-dataset").iterdir()}
    assert judges == {"without-one", "without-two", "without-emopia"}
    of = np.array([song.dataset for song in listed.rows])
    clear = clearness_of(said.mood)
    limit = np.median(clear[np.isin(of, ["one", "two"])])
    card = load_model("music", trained.onnx).card
    assert card.statistics["clear"] == pytest.approx(limit, abs=1e-3)
    assert card.statistics["confidence"]["songs"] == 20
    assert card.statistics["confidence"]["of"].endswith("not learnt from: one, two")
    label = np.array([song.quadrant_index for song in listed.rows])
    right, called = said.quadrant.argmax(1) == label, clear >= limit
    for name in ("one", "two", "emopia", "vgmidi"):
        assert figures[f"clear_{name}"] == pytest.approx(called[of == name].mean())
        for word, chosen in (("clear", called), ("mixed", ~called)):
            rows = chosen & (of == name) & (label >= 0)
            found = figures.get(f"quadrant_accuracy_{word}_{name}")
            assert found == (pytest.approx(right[rows].mean()) if rows.any() else None)


def test_too_few_songs_are_refused(corpus, tmp_path):
    with pytest.raises(DatasetError, match="too few"):
        train_songs(corpus.take(range(4)), tmp_path, recipe=RECIPE, source="", options=OPTIONS)
    with pytest.raises(DatasetError, match="folds"):
        cross_validate_songs(corpus.take(range(8)), tmp_path, recipe=RECIPE, options=OPTIONS)


def test_other_networks_are_refused_as_a_start(validated, face_model):
    network = SongNetwork(SongNetworkConfig(), SETTINGS)
    with pytest.raises(ModelError, match="does not fit"):
        load_weights(network, face_model, fresh=UNEXPORTED)


def test_calibration_finds_the_scales_of_two_answers():
    rng = np.random.default_rng(0)
    parts = rng.normal(0, 1.2, (2, 900, 4)).astype(np.float32)
    truth = torch.softmax(torch.from_numpy(parts.sum(axis=0)), dim=1).double().numpy()
    drawn = [rng.choice(4, p=p / p.sum()) for p in truth]
    songs = [
        LabelledSong(path=None, given="", group="", quadrant=f"Q{place + 1}") for place in drawn
    ]
    sizes = {"quadrant": 4, "mood": 7, "affect": 2, "gems": 9, "tension": 1}
    heads = Heads(
        song=np.arange(900),
        mood=np.zeros((900, 7), np.float32),
        quadrant=3 * parts[0],
        embedding=np.zeros((900, 0), np.float32),
        kernel={name: np.zeros((900, size), np.float32) for name, size in sizes.items()}
        | {"quadrant": parts[1] / 5},
    )
    found = fit_calibration(heads, songs)
    assert found.quadrant.network == pytest.approx(1 / 3, rel=0.2)
    assert found.quadrant.kernel == pytest.approx(5, rel=0.2)
    assert found.mood == Calibration().mood  # no song says anything about the seven
    np.testing.assert_allclose(calibrated(heads, found, 900).quadrant, truth, atol=0.1)


def test_calibration_raises_the_answers_for_a_rare_emotion():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (900, 7)).astype(np.float32)
    truth = torch.softmax(torch.from_numpy(logits), dim=1).double().numpy()
    drawn = [rng.choice(7, p=p / p.sum()) for p in truth]
    songs = [
        LabelledSong(path=None, given="", group="", emotion=EMOTIONS[place]) for place in drawn
    ]
    faint = EMOTIONS.index("fear")
    kernel = logits / 5
    kernel[:, faint] /= 3
    sizes = {"quadrant": 4, "affect": 2, "gems": 9, "tension": 1}
    heads = Heads(
        song=np.arange(900),
        mood=np.zeros((900, 7), np.float32),
        quadrant=np.zeros((900, 4), np.float32),
        embedding=np.zeros((900, 0), np.float32),
        kernel={name: np.zeros((900, size), np.float32) for name, size in sizes.items()}
        | {"mood": kernel},
    )
    scales = np.array(fit_calibration(heads, songs).mood.scales)
    assert scales.argmax() == faint
    assert scales[faint] > 1.5 * np.delete(scales, faint).max()


def test_windows_are_those_of_inference():
    frames = np.arange(1200, dtype=np.float16)[None].repeat(192, axis=0)
    cut = windows(frames, SETTINGS)  # 38.4 s: three windows in the middle of each third
    assert cut.shape == (3, 192, 313)
    assert cut[:, 0, 0].tolist() == pytest.approx([44, 444, 844], abs=2)
    short = windows(frames[:, :100], SETTINGS)
    assert short.shape == (1, 192, 313)
    assert (short[0, :, 100:200] == short[0, :, :100]).all()
    assert repeated(frames, 100) is frames


def test_the_cache_is_used_and_notices_changes(tmp_path, monkeypatch):

    calls = []

    def decode(path, *, sample_rate, seconds):
        calls.append(path)
        return np.random.default_rng(0).normal(0, 0.1, 2 * sample_rate).astype(np.float32)

    monkeypatch.setattr("vibelux.music.preprocess.decode", decode)
    path = tmp_path / "a.mp3"
    path.write_bytes(b"a")
    song = LabelledSong(path=path, given="a.mp3", group="a", emotion="sad")
    first = read_corpus([song], settings=SETTINGS, cache=tmp_path / "cache")
    again = read_corpus([song], settings=SETTINGS, cache=tmp_path / "cache")
    assert len(calls) == 1
    np.testing.assert_array_equal(first.log_mels[0], again.log_mels[0])
    path.write_bytes(b"changed")
    read_corpus([song], settings=SETTINGS, cache=tmp_path / "cache")
    assert len(calls) == 2


def test_bad_songs_are_skipped_with_their_reason(tmp_path):
    good = tmp_path / "good.npy"
    np.save(good, np.zeros((192, 400), np.float16))
    other = tmp_path / "other.npy"
    np.save(other, np.zeros((64, 400), np.float16))
    songs = [
        LabelledSong(path=tmp_path / name, given=name, group=name, emotion="sad")
        for name in ("good.npy", "other.npy", "absent.mp3")
    ]
    found = read_corpus(songs, settings=SETTINGS, cache=tmp_path / "cache")
    assert [song.given for song in found.songs] == ["good.npy"]
    reasons = dict(found.skipped)
    assert "(64, 400)" in reasons["other.npy"] and "preprocess" in reasons["other.npy"]
    assert "absent.mp3" in reasons
    with pytest.raises(DatasetError, match="none of the 1 songs"):
        read_corpus(songs[2:], settings=SETTINGS, cache=tmp_path / "cache")
