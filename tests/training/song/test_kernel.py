"""The kernel machine: likeness to songs that were learnt from."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.datasets.songs import LabelledSong
from vibelux.errors import ModelError
from vibelux.music.spectrogram import MelSettings
from vibelux.training.song.kernel import HEADS, OUTPUTS, KernelMachine
from vibelux.training.song.kernel_fit import (
    KernelRecipe,
    fit_kernel_machine,
    kernel_targets,
    measure_songs,
)
from vibelux.training.song.log_mels import Corpus, windows

SETTINGS = MelSettings()
RECIPE = KernelRecipe()


def pulses(count: int, *, seed: int) -> Corpus:
    """Fast bright pulses are Q1, slow dark swells Q3; one song has no quadrant but a valence."""
    rng = np.random.default_rng(seed)
    songs, log_mels = [], []
    for i in range(count):
        fast = i % 2 == 0
        tilt = np.linspace(-20, 20, 192) * (1 if fast else -1)
        course = 10 * np.sin(np.arange(400) * (0.9 if fast else 0.06) + rng.uniform(0, 6))
        noise = rng.normal(0, 4, (192, 400))
        log_mels.append((tilt[:, None] + course + noise - 30).astype(np.float16))
        labels = {"valence": 0.3} if i == 3 else {"quadrant": "Q1" if fast else "Q3"}
        songs.append(LabelledSong(path=None, given=str(i), group=str(i), **labels))
    return Corpus(tuple(songs), tuple(log_mels), SETTINGS)


@pytest.fixture(scope="module")
def learnt():
    return pulses(24, seed=0)


@pytest.fixture(scope="module")
def measured(learnt):
    return measure_songs(learnt, RECIPE)


@pytest.fixture(scope="module")
def machine(learnt, measured):
    return fit_kernel_machine(learnt.songs, measured, SETTINGS, RECIPE)


def answers(machine: KernelMachine, corpus: Corpus) -> dict[str, np.ndarray]:
    cut = np.concatenate([windows(log_mel, SETTINGS) for log_mel in corpus.log_mels])
    with torch.inference_mode():
        return {name: v.numpy() for name, v in machine(torch.from_numpy(cut)).items()}


def test_it_finds_the_difference_in_songs_it_has_not_learnt(machine):
    fresh = pulses(12, seed=1)
    found = answers(machine, fresh)
    assert {name: values.shape[1] for name, values in found.items()} == dict(OUTPUTS)
    quadrants = found["quadrant"].argmax(axis=1).reshape(12, -1)
    assert (quadrants[::2] == 0).mean() > 0.95
    assert (quadrants[1::2] == 2).mean() > 0.95
    assert (found["affect"][:, 1].reshape(12, -1).mean(axis=1)[::2] > 0.3).all()


def test_likeness_is_one_with_itself_and_falls_with_distance(machine):
    places = torch.zeros(3, machine.learnt.in_features)
    places[1, 0], places[2, 0] = 3.0, 30.0
    for alike in machine.likenesses(places, places).values():
        torch.testing.assert_close(alike, alike.T)
        torch.testing.assert_close(alike.diagonal(), torch.ones(3))
        assert alike[0, 1] > alike[0, 2] > 0


@pytest.mark.parametrize("head", HEADS)
def test_each_head_weighs_the_groups_in_its_own_way(machine, head):
    first = np.cumsum([0, *machine.kept.values()])[:-1]
    apart = dict.fromkeys(machine.kept, 0.0)
    for name, place in zip(machine.kept, first, strict=True):
        places = torch.zeros(2, machine.learnt.in_features)
        places[1, place] = 1e4  # nothing in common there, the same elsewhere
        apart[name] = 1 - float(machine.likenesses(places, places)[head][0, 1])
    assert sum(apart.values()) == pytest.approx(1, abs=1e-4)
    for name, value in apart.items():
        weight = HEADS[head].weights.get(name, 1.0)
        assert value == pytest.approx(weight * apart["timbre"], rel=1e-2, abs=1e-4)


def test_windows_that_are_not_kept_are_learnt_from_all_the_same(learnt, measured):
    few = fit_kernel_machine(learnt.songs, measured, SETTINGS, replace(RECIPE, kept=6))
    assert few.learnt.out_features == 6
    found = answers(few, pulses(12, seed=1))["quadrant"].argmax(axis=1).reshape(12, -1)
    assert (found[::2] == 0).mean() > 0.95
    assert (found[1::2] == 2).mean() > 0.95


def test_a_collection_for_valence_and_arousal_teaches_no_quadrants(learnt, measured, machine):
    songs = tuple(replace(s, dataset="emopia") if int(s.group) < 12 else s for s in learnt.songs)
    _, given = kernel_targets(songs)
    affect = sum(OUTPUTS.values()) - 2
    assert not given[:12, :affect].any()
    assert given[12:, :4].all()
    assert given[:12, affect:][[0, 1, 2, 4]].all()
    taught = fit_kernel_machine(songs, measured, SETTINGS, RECIPE)
    of_emopia = torch.from_numpy(measured.song[~measured.distorted] < 12)
    assert (taught.answer["moods"].weight[:, of_emopia] == 0).all()
    assert (taught.answer["arousal"].weight[:, of_emopia] != 0).any()


def test_a_song_counts_only_for_the_labels_it_has(learnt):
    targets, given = kernel_targets(learnt.songs)
    assert given[0].tolist() == [True] * 4 + [False] * 17 + [True] * 2
    assert given[3].tolist() == [False] * 21 + [True, False]
    assert targets[3, 21] == pytest.approx(0.3)


def test_answers_without_any_label_stay_at_zero(machine, learnt):
    assert (answers(machine, learnt.take([0]))["gems"] == 0).all()


def test_level_does_not_matter(machine, learnt):
    cut = torch.from_numpy(windows(learnt.log_mels[0], SETTINGS))
    with torch.inference_mode():
        quiet, loud = machine(cut), machine(cut + 25)
    for name in OUTPUTS:
        torch.testing.assert_close(quiet[name], loud[name], atol=2e-3, rtol=0)


def test_silence_gives_finite_numbers(machine):
    with torch.inference_mode():
        for values in machine(torch.full((1, 192, 313), -100.0)).values():
            assert torch.isfinite(values).all()


def test_a_part_of_the_measured_songs_is_numbered_anew(measured):
    part = measured.take(np.array([4, 2]))
    assert set(part.song) == {0, 1}
    of_four = measured.groups["timbre"][torch.from_numpy(measured.song == 4)]
    torch.testing.assert_close(part.groups["timbre"][torch.from_numpy(part.song == 0)], of_four)
    assert part.distorted.sum() == len(part.song) / 2


def test_large_collections_are_thinned_out(learnt):
    few = measure_songs(learnt, replace(RECIPE, windows=10))
    assert len(few.song) == 10


def test_learning_is_repeatable(learnt, measured, machine):
    again = fit_kernel_machine(learnt.songs, measure_songs(learnt, RECIPE), SETTINGS, RECIPE)
    for head in HEADS:
        torch.testing.assert_close(again.answer[head].weight, machine.answer[head].weight)


def test_a_prior_is_corrected_by_the_new_songs(learnt, measured, machine):
    turned = tuple(
        replace(song, quadrant={"Q1": "Q2", "Q3": "Q4", None: None}[song.quadrant])
        for song in learnt.songs
    )
    adapted = fit_kernel_machine(turned, measured, SETTINGS, RECIPE, prior=machine)
    assert adapted.learnt.out_features == 2 * machine.learnt.out_features
    found = answers(adapted, pulses(12, seed=1))["quadrant"].argmax(axis=1).reshape(12, -1)
    assert (found[::2] == 1).mean() > 0.9
    assert (found[1::2] == 3).mean() > 0.9


def test_noise_is_not_learnt_over_a_good_prior(learnt, measured, machine):
    same = fit_kernel_machine(learnt.songs, measured, SETTINGS, RECIPE, prior=machine)
    fresh = pulses(12, seed=1)
    before, after = answers(machine, fresh)["quadrant"], answers(same, fresh)["quadrant"]
    np.testing.assert_allclose(after, before, atol=0.1)


def test_other_models_are_refused_as_a_prior(face_model):
    with pytest.raises(ModelError, match="no kernel machine"):
        KernelMachine.read(face_model, SETTINGS)
