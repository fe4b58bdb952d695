"""Calibration of the music model, fitted on songs it has not learnt from.

A label's mixture is sharpened before the seven are calibrated on it (shares squared and scaled to
sum to 1): what a song's words mean on average is flatter than what each listener hears. Emotions
that are rare among the labels would lead nowhere, so a part of their handicap is taken off, as much
as leaves the shares calibrated within six points.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong
from vibelux.evaluation.songs import SongPredictions
from vibelux.training.song.model import Calibration, Pooling
from vibelux.training.song.targets import song_targets
from vibelux.training.song.training import Heads

BALANCE = 0.25
"""Part of the labels' frequencies, in logarithms, that is taken off the seven."""

_RAREST = 0.02  # of all labels: rarer emotions are not helped more
_BIAS_COST = 0.002  # of a squared bias: without songs of a class its bias stays near 0
_SCALE_COST = 0.005  # of a class's squared logarithmic scale, likewise


def fit_calibration(
    heads: Heads, songs: Sequence[LabelledSong], *, rows: NDArray[np.bool_] | None = None
) -> Calibration:
    """Fit scales and biases to the cross entropy of songs, that is of the mean over their windows.

    Args:
        heads: answers for n songs by a model that did not learn from them.
        songs: the n songs.
        rows: which of them to use [shape=(n,)]; default all.

    """
    rows = np.ones(len(songs), dtype=np.bool_) if rows is None else rows
    targets = song_targets(songs)
    plain = Calibration()
    told = rows & (targets.mood_weight > 0)
    direct = told & np.array([bool(song.tags or song.emotion) for song in songs])
    told = direct if direct.any() else told  # words for emotions say more than GEMS scales
    return Calibration(
        mood=_balanced(
            _pooling(heads, "mood", _sharpened(targets.mood), told, plain.mood),
            _sharpened(targets.mood)[told],
        ),
        quadrant=_pooling(
            heads, "quadrant", targets.quadrant, rows & (targets.quadrant_weight > 0),
            plain.quadrant,
        ),
        songs=int(rows.sum()),
    )  # fmt: skip


def calibrated(heads: Heads, calibration: Calibration, count: int) -> SongPredictions:
    """Return what the exported model says about the songs, averaged over their windows.

    Args:
        heads: answers for `count` songs, each with at least one window.
        calibration: the constants.
        count: number of songs.

    """
    affect = song_means(np.clip(heads.kernel["affect"], -1, 1), heads.song, count)
    probabilities = {
        name: song_means(
            torch.softmax(
                getattr(calibration, name).logits(
                    torch.from_numpy(getattr(heads, name)), torch.from_numpy(heads.kernel[name])
                ),
                dim=1,
            ).numpy(),
            heads.song,
            count,
        )
        for name in ("mood", "quadrant")
    }
    return SongPredictions(
        probabilities["mood"], probabilities["quadrant"], affect[:, 0], affect[:, 1]
    )


def song_means(
    values: NDArray[np.float32], song: NDArray[np.int64], count: int
) -> NDArray[np.float32]:
    """Average rows of windows over each song.

    Args:
        values: [shape=(w, k)].
        song: place of the song of each window [shape=(w,)].
        count: number of songs n.

    Returns:
        means [shape=(n, k), dtype=float32].

    """
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, song, values)
    return (sums / np.bincount(song, minlength=count)[:, None]).astype(np.float32)


def _sharpened(mood: NDArray[np.float32]) -> NDArray[np.float32]:
    squares = np.square(mood)
    sharp: NDArray[np.float32] = squares / np.maximum(squares.sum(axis=1, keepdims=True), 1e-9)
    return sharp


def _balanced(pooling: Pooling, labels: NDArray[np.float32]) -> Pooling:
    """Take a part of the labels' frequencies off the biases."""
    if not len(labels):
        return pooling
    handicap = BALANCE * np.log(np.maximum(labels.mean(axis=0), _RAREST))
    bias = np.array(pooling.bias) - handicap
    return replace(pooling, bias=tuple(np.round(bias - bias.mean(), 4).tolist()))


def _pooling(
    heads: Heads,
    name: str,
    targets: NDArray[np.float32],
    rows: NDArray[np.bool_],
    plain: Pooling,
) -> Pooling:
    """Minimise the cross entropy over scales and biases by L-BFGS."""
    if not rows.any():
        return plain
    network, kernel = torch.from_numpy(getattr(heads, name)), torch.from_numpy(heads.kernel[name])
    wanted = torch.from_numpy(targets[rows])
    chosen = torch.from_numpy(np.flatnonzero(rows))
    song = torch.from_numpy(heads.song)
    windows = torch.bincount(song, minlength=len(targets)).clamp(min=1)[:, None]
    scales = torch.tensor([plain.network, plain.kernel]).log().requires_grad_()
    bias = torch.zeros(targets.shape[1], requires_grad=bool(plain.bias))
    each = torch.zeros(targets.shape[1], requires_grad=bool(plain.scales))
    parameters = [value for value in (scales, bias, each) if value.requires_grad]
    optimizer = torch.optim.LBFGS(parameters, max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        pooled = scales[0].exp() * network + (scales[1] + each).exp() * kernel + bias
        sums = torch.zeros(targets.shape).index_add(0, song, torch.softmax(pooled, dim=1))
        p = (sums / windows)[chosen].clamp(min=1e-9)
        value = -(wanted * p.log()).sum(dim=1).mean()
        value = value + _BIAS_COST * bias.square().sum() + _SCALE_COST * each.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    found = scales.detach().exp().tolist()
    centred = (bias - bias.mean()).detach().tolist()
    return Pooling(
        network=round(found[0], 4),
        kernel=round(found[1], 4),
        scales=tuple(round(value, 4) for value in each.detach().exp().tolist())
        if plain.scales
        else (),
        bias=tuple(round(value, 4) for value in centred) if plain.bias else (),
    )
