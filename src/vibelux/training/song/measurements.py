"""Fixed measurements of a log-mel window: timbre, rhythm, harmony, dynamics; nothing is learnt.

Fourteen groups, each a handful to some hundred numbers, which a kernel machine compares group by
group (`kernel.KernelMachine`). All of them are plain tensor operations, so that they go into the
exported graph and training and inference see the same. None depends on the window's own level.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from vibelux.training.song.chroma import (
    MAJOR,
    MINOR,
    best_keys,
    fit,
    in_all_keys,
    intervals,
    pitch_fold,
    unit,
)
from vibelux.training.song.courses import Modulation, change, deviation

DYNAMIC_RANGE = 80.0  # dB below the window's loudest point that are kept
DECIBELS_PER_UNIT = 15.0  # about the standard deviation of a window of popular music

LOWEST_PITCH, HIGHEST_PITCH = 150.0, 4000.0  # Hz: below, neighbouring semitones share a band
CEPSTRUM = 20
CORRELATED = 14  # cepstral coefficients whose course is compared pairwise
TEMPI = 48  # from 30 to 360 beats a minute
BEAT = 8  # frames that a chord is measured over: a quarter of a second

CHORDS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 5, 7), (0, 7))
"""Major, minor, diminished, augmented, suspended and open fifth, in semitones above the root."""

REGISTERS = (190.0, 650.0, 1300.0, 3300.0)  # Hz: ends of three registers whose roughness is told


class Loudness(nn.Module):
    """Take a window's own level out: only the shape of its spectrum over time remains.

    A window 20 dB louder gives the same result, so a loudly mastered file reads as the training
    clips do. What lies more than `DYNAMIC_RANGE` below the loudest point counts as silence.
    """

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map dB [shape=(k, n_mels, frames)] to zero mean, about unit deviation."""
        top = torch.amax(log_mel, dim=(1, 2), keepdim=True)
        kept = torch.maximum(log_mel, top - DYNAMIC_RANGE)
        return (kept - kept.mean(dim=(1, 2), keepdim=True)) / DECIBELS_PER_UNIT


class SongMeasurements(nn.Module):
    """Log-mel windows to groups of measurements.

    Args:
        frequencies: centre of each mel band in Hz; a multiple of 48 bands.
        frames: of a window.
        frames_per_second: of the spectrogram.

    """

    def __init__(self, frequencies: Sequence[float], frames: int, frames_per_second: float) -> None:
        super().__init__()
        hz = torch.tensor(frequencies, dtype=torch.float32)
        n_mels = len(hz)
        self.loudness = Loudness()
        self.modulation = Modulation(frames_per_second)
        order, band = torch.arange(CEPSTRUM)[:, None], torch.arange(n_mels)[None, :]
        self._keep(
            "cosines", torch.cos(math.pi * order * (band + 0.5) / n_mels) / math.sqrt(n_mels / 2)
        )
        self._keep("pairs", torch.triu_indices(CORRELATED, CORRELATED, 1))

        self._keep("fold", pitch_fold(hz, lowest=LOWEST_PITCH, highest=HIGHEST_PITCH))
        self._keep("keys", in_all_keys(torch.tensor([MAJOR, MINOR])))
        chords = torch.zeros(len(CHORDS), 12)
        for row, notes in enumerate(CHORDS):
            chords[row, list(notes)] = 1
        self._keep("chords", in_all_keys(chords))
        self._keep("steps", _steps())
        self._keep("roughness", _roughness(hz))
        ends = torch.searchsorted(hz, torch.tensor(REGISTERS)).tolist()
        self.registers = [slice(low, high) for low, high in pairwise(ends)]
        neighbours = round(n_mels / 24)
        self.envelope = nn.AvgPool2d(
            (2 * neighbours + 1, 1), stride=1, padding=(neighbours, 0), count_include_pad=False
        )

        tempi = torch.logspace(math.log10(30 / 60), math.log10(360 / 60), TEMPI)
        phase = 2 * math.pi * tempi[None, :] * torch.arange(frames - 1)[:, None] / frames_per_second
        self._keep("hann", torch.hann_window(frames - 1, periodic=False))
        pulses = torch.cat([torch.cos(phase), torch.sin(phase)], dim=1)
        self._keep("pulses", pulses * self.hann[:, None])

    def _keep(self, name: str, values: Tensor) -> None:
        self.register_buffer(name, values, persistent=False)

    cosines: Tensor
    pairs: Tensor
    fold: Tensor
    keys: Tensor
    chords: Tensor
    steps: Tensor
    roughness: Tensor
    hann: Tensor
    pulses: Tensor

    def forward(self, log_mel: Tensor) -> dict[str, Tensor]:
        """Map dB [shape=(k, n_mels, frames)] to groups [shape=(k, size of the group)]."""
        x = self.loudness(log_mel)
        count, n_mels, frames = x.shape
        bands = x.reshape(count, 48, n_mels // 48, frames).mean(dim=2)
        cepstrum = self.cosines @ x
        peaks = torch.relu(x - self.envelope(x[:, None])[:, 0])
        harmony, chords, progressions = self._tonality(peaks)
        tempo, rhythm = self._rhythm(x)
        return {
            "timbre": torch.cat([bands.mean(2), deviation(bands), change(bands)], dim=1),
            "cepstrum": torch.cat(
                [
                    cepstrum[:, 1:].mean(dim=2),  # the first is the level, which is taken out
                    torch.log(deviation(cepstrum) + 0.05),
                    torch.log(change(cepstrum) + 0.02),
                ],
                dim=1,
            ),
            "correlation": self._correlation(cepstrum),
            "pulsation": self.modulation(bands.reshape(count, 12, 4, frames).mean(dim=2)),
            "colouring": self.modulation(cepstrum[:, 1:9]),
            "contrast": _contrast(x, peaks),
            "harmony": harmony,
            "chords": chords,
            "progressions": progressions,
            "roughness": self._roughness(x, peaks),
            "tempo": tempo,
            "rhythm": rhythm,
            "dynamics": _dynamics(x),
            "brightness": _brightness(x),
        }

    def _correlation(self, cepstrum: Tensor) -> Tensor:
        """Return how cepstral coefficients move together."""
        parts = cepstrum[:, :CORRELATED]
        unit = (parts - parts.mean(dim=2, keepdim=True)) / deviation(parts)[:, :, None]
        together = unit @ unit.transpose(1, 2) / parts.shape[2]
        return together[:, self.pairs[0], self.pairs[1]]

    def _tonality(self, peaks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return three groups, each the same in every key.

        Intervals and the fit of keys; the fit of chords and degrees of the scale; on which degrees
        major and minor chords stand, and which chord follows which.
        """
        chroma = functional.avg_pool1d(self.fold @ peaks, BEAT)  # (k, 12, beats)
        whole = chroma.mean(dim=2, keepdim=True)
        keys = fit(whole, self.keys)  # (k, 2, 12 roots, 1)
        harmony = torch.cat(
            [
                intervals(chroma),
                intervals(whole),
                best_keys(fit(chroma, self.keys)),
                best_keys(keys),
                change(chroma).mean(dim=1, keepdim=True),
                torch.amax(whole, dim=1),
                deviation(whole, dim=1),
            ],
            dim=1,
        )
        rooted = fit(chroma, self.chords)  # (k, chords, roots, beats)
        triads = torch.amax(rooted, dim=2)
        major = torch.sigmoid(15 * (triads[:, 0] - triads[:, 1]))
        key = torch.softmax(20 * keys.reshape(-1, 24), dim=1).reshape(-1, 2, 12)
        tonic = key.sum(dim=1)
        turns = unit(chroma)
        turns = (turns[:, :, 1:] - turns[:, :, :-1]).abs().sum(dim=1)
        chords = torch.cat(
            [
                triads.mean(dim=2),
                deviation(triads),
                major.mean(dim=1, keepdim=True),
                deviation(major, dim=1)[:, None],
                _from_tonic(unit(whole)[:, :, 0], tonic),
                turns.mean(dim=1, keepdim=True),
                deviation(turns, dim=1)[:, None],
                key.sum(dim=2),
            ],
            dim=1,
        )
        presence = torch.softmax(15 * rooted[:, :2].flatten(1, 2), dim=1)  # (k, 24 chords, beats)
        share = presence.mean(dim=2)
        follows = presence[:, :, :-1] @ presence[:, :, 1:].transpose(1, 2) / (presence.shape[2] - 1)
        progressions = torch.cat(
            [
                torch.sqrt(_from_tonic(share[:, :12], tonic) + 1e-5),
                torch.sqrt(_from_tonic(share[:, 12:], tonic) + 1e-5),
                torch.sqrt(follows.flatten(1) @ self.steps + 1e-5),
                presence.square().sum(dim=1).mean(dim=1, keepdim=True),
            ],
            dim=1,
        )
        return harmony, chords, progressions

    def _roughness(self, x: Tensor, peaks: Tensor) -> Tensor:
        """Return the course of the beating of neighbouring partials: of all, and by register.

        The loudness of partials counts in the first of five courses, in the others how far they
        stand out.
        """
        loud = unit(torch.sqrt(_power(x)) * (10 * peaks).clamp(max=1))
        clear = unit(peaks)
        beating = [_beating(loud, self.roughness), _beating(clear, self.roughness)]
        beating += [_beating(clear[:, r], self.roughness[r, r]) for r in self.registers]
        courses = torch.stack(beating, dim=1)
        return torch.cat([courses.mean(2), deviation(courses), change(courses)], dim=1)

    def _rhythm(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the strength of each tempo in the onsets, and the onsets' statistics.

        Onsets are rising levels, of low, middle and high bands and of all.
        """
        rising = torch.relu(x[:, :, 1:] - x[:, :, :-1])
        n_mels = x.shape[1]
        parts = rising[:, : n_mels // 6], rising[:, n_mels // 6 : n_mels // 2]
        onsets = torch.stack(
            [part.mean(dim=1) for part in (*parts, rising[:, n_mels // 2 :], rising)], dim=1
        )
        centred = onsets - onsets.mean(dim=2, keepdim=True)
        beats = centred @ self.pulses
        power = beats[..., :TEMPI].square() + beats[..., TEMPI:].square()
        total = (centred.square() * self.hann).sum(dim=2, keepdim=True)
        tempo = torch.sqrt(power + 1e-6) / torch.sqrt(total + 1e-3)
        spread = deviation(onsets)
        rhythm = torch.cat(
            [
                torch.log(onsets.mean(dim=2) + 0.01),
                torch.log(spread + 0.01),
                torch.amax(tempo, dim=2),
                (centred * centred * centred).mean(dim=2) / (spread * spread * spread + 1e-3),
                torch.sigmoid(4 * (centred / spread[:, :, None] - 1.5)).mean(dim=2),
            ],
            dim=1,
        )
        return tempo.flatten(1), rhythm


def _steps() -> Tensor:
    """Return what sums pairs of chords by their kinds and the step from root to root.

    Returns:
        [shape=(24 · 24, 48)] of 0 and 1; a chord's place is 12 · (0 major, 1 minor) + its root.

    """
    steps = torch.zeros(24, 24, 48)
    for chord in range(24):
        for following in range(24):
            kinds = 2 * (chord // 12) + following // 12
            steps[chord, following, 12 * kinds + (following - chord) % 12] = 1
    return steps.reshape(24 * 24, 48)


def _roughness(hz: Tensor) -> Tensor:
    """Return the roughness of pairs of partials [shape=(bands, bands)].

    The curve through Plomp & Levelt's ratings of two sine tones is that of Sethares (1993), "Local
    consonance and the relationship between timbre and scale".
    """
    lower = torch.minimum(hz[:, None], hz[None, :])
    apart = (hz[:, None] - hz[None, :]).abs() * 0.24 / (0.0207 * lower + 18.96)
    return torch.exp(-3.51 * apart) - torch.exp(-5.75 * apart)


def _beating(partials: Tensor, rough: Tensor) -> Tensor:
    """Return Σ aᵢ aⱼ roughnessᵢⱼ over bands a [shape=(k, bands, frames)]: [shape=(k, frames)]."""
    return (partials * (rough @ partials)).sum(dim=1)


def _from_tonic(pitches: Tensor, tonic: Tensor) -> Tensor:
    """Count pitch classes from the tonic, which is given by probabilities; all [shape=(k, 12)]."""
    turned = torch.stack([torch.roll(pitches, -place, dims=1) for place in range(12)], dim=1)
    return (tonic[:, :, None] * turned).sum(dim=1)


def _contrast(x: Tensor, peaks: Tensor) -> Tensor:
    """Return how far the loudest band of each eighth stands out, and how peaky each twelfth is."""
    count, n_mels, frames = x.shape
    eighths = x.reshape(count, 8, n_mels // 8, frames)
    range_ = torch.amax(eighths, dim=2) - torch.amin(eighths, dim=2)
    twelfths = peaks.reshape(count, 12, n_mels // 12, frames).mean(dim=2)
    return torch.cat(
        [range_.mean(2), deviation(range_), twelfths.mean(2), deviation(twelfths)], dim=1
    )


def _power(x: Tensor) -> Tensor:
    return torch.exp(x * (DECIBELS_PER_UNIT * math.log(10) / 10))


def _dynamics(x: Tensor) -> Tensor:
    """Return how the level moves: of all bands alike, and of the power."""
    level, loudness = x.mean(dim=1), torch.log(_power(x).mean(dim=1) + 1e-6)
    parts = []
    for course in (level, loudness):
        mean, spread = course.mean(dim=1, keepdim=True), deviation(course, dim=1)
        centred = course - mean
        parts += [
            spread,
            (centred * centred * centred).mean(dim=1) / (spread * spread * spread + 1e-2),
            (course[:, 1:] - course[:, :-1]).abs().mean(dim=1),
            torch.relu(-centred - 1).mean(dim=1),
        ]
    slow = functional.avg_pool1d(loudness[:, None], 31, stride=15)[:, 0]
    return torch.stack([*parts, deviation(slow, dim=1), loudness.mean(dim=1)], dim=1)


def _brightness(x: Tensor) -> Tensor:
    """Return the course of centroid, spread, flatness and entropy of the spectrum."""
    power = _power(x)
    amplitude = torch.sqrt(power)
    place = torch.linspace(0, 1, x.shape[1], device=x.device)[:, None]
    share = power / power.sum(dim=1, keepdim=True)
    centroid = (share * place).sum(dim=1)
    spread = torch.sqrt((share * (place - centroid[:, None]).square()).sum(dim=1) + 1e-6)
    flatness = x.mean(dim=1) - torch.log(power.mean(dim=1) + 1e-6)
    entropy = -(share * torch.log(share + 1e-9)).sum(dim=1)
    softer = (amplitude / amplitude.sum(dim=1, keepdim=True) * place).sum(dim=1)
    parts = []
    for course in (centroid, spread, flatness, entropy, softer):
        parts += [
            course.mean(dim=1),
            deviation(course, dim=1),
            (course[:, 1:] - course[:, :-1]).abs().mean(dim=1),
        ]
    return torch.stack(parts, dim=1)
