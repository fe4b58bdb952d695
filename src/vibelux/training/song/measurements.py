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

DYNAMIC_RANGE = 80.0  # dB below the window's loudest point that are kept
DECIBELS_PER_UNIT = 15.0  # about the standard deviation of a window of popular music

LOWEST_PITCH, HIGHEST_PITCH = 150.0, 4000.0  # Hz: below, neighbouring semitones share a band
CEPSTRUM = 20
CORRELATED = 14  # cepstral coefficients whose course is compared pairwise
RATES = 24  # of modulation, from 0.5 to 12 Hz
TEMPI = 48  # from 30 to 360 beats a minute
MODULATION_SECONDS = 3.0
BEAT = 8  # frames that a chord is measured over: a quarter of a second

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Probe-tone ratings of Krumhansl & Kessler (1982)."""

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
        self._keep("modulation", _waves(frames_per_second))
        self.stride = max(1, self.modulation.shape[2] // 6)
        order, band = torch.arange(CEPSTRUM)[:, None], torch.arange(n_mels)[None, :]
        self._keep(
            "cosines", torch.cos(math.pi * order * (band + 0.5) / n_mels) / math.sqrt(n_mels / 2)
        )
        self._keep("pairs", torch.triu_indices(CORRELATED, CORRELATED, 1))

        place = (12 * torch.log2(hz / 440.0)) % 12
        distance = (place[None, :] - torch.arange(12)[:, None] + 6) % 12 - 6
        fold = (1 - distance.abs()).clamp(min=0)
        fold = fold * ((hz >= LOWEST_PITCH) & (hz <= HIGHEST_PITCH))
        self._keep("fold", fold / fold.sum(dim=1, keepdim=True).clamp(min=1e-6))
        self._keep("keys", _in_all_keys(torch.tensor([MAJOR, MINOR])))
        chords = torch.zeros(len(CHORDS), 12)
        for row, notes in enumerate(CHORDS):
            chords[row, list(notes)] = 1
        self._keep("chords", _in_all_keys(chords))
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

    modulation: Tensor
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
            "timbre": torch.cat([bands.mean(2), _deviation(bands), _change(bands)], dim=1),
            "cepstrum": torch.cat(
                [
                    cepstrum[:, 1:].mean(dim=2),  # the first is the level, which is taken out
                    torch.log(_deviation(cepstrum) + 0.05),
                    torch.log(_change(cepstrum) + 0.02),
                ],
                dim=1,
            ),
            "correlation": self._correlation(cepstrum),
            "pulsation": self._modulation(bands.reshape(count, 12, 4, frames).mean(dim=2)),
            "colouring": self._modulation(cepstrum[:, 1:9]),
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
        unit = (parts - parts.mean(dim=2, keepdim=True)) / _deviation(parts)[:, :, None]
        together = unit @ unit.transpose(1, 2) / parts.shape[2]
        return together[:, self.pairs[0], self.pairs[1]]

    def _modulation(self, courses: Tensor) -> Tensor:
        """Return how strongly each course [shape=(k, c, frames)] pulsates at each rate."""
        count, c, frames = courses.shape
        parts = functional.conv1d(
            courses.reshape(-1, 1, frames), self.modulation, stride=self.stride
        )
        power = parts[:, :RATES].square() + parts[:, RATES:].square()
        strength = torch.log(torch.sqrt(power + 1e-8).mean(dim=2) + 1e-3)
        return strength.reshape(count, c * RATES)

    def _tonality(self, peaks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return three groups, each the same in every key.

        Intervals and the fit of keys; the fit of chords and degrees of the scale; on which degrees
        major and minor chords stand, and which chord follows which.
        """
        chroma = functional.avg_pool1d(self.fold @ peaks, BEAT)  # (k, 12, beats)
        whole = chroma.mean(dim=2, keepdim=True)
        at_once = torch.amax(_fit(chroma, self.keys), dim=2).mean(dim=2)
        fit = _fit(whole, self.keys)[..., 0]  # (k, 2, 12)
        overall = torch.amax(fit, dim=2)
        harmony = torch.cat(
            [
                _intervals(chroma),
                _intervals(whole),
                at_once,
                at_once[:, :1] - at_once[:, 1:],
                overall,
                overall[:, :1] - overall[:, 1:],
                _change(chroma).mean(dim=1, keepdim=True),
                torch.amax(whole, dim=1),
                _deviation(whole, dim=1),
            ],
            dim=1,
        )
        rooted = _fit(chroma, self.chords)  # (k, chords, roots, beats)
        triads = torch.amax(rooted, dim=2)
        major = torch.sigmoid(15 * (triads[:, 0] - triads[:, 1]))
        key = torch.softmax(20 * fit.reshape(-1, 24), dim=1).reshape(-1, 2, 12)
        tonic = key.sum(dim=1)
        turns = _unit(chroma)
        turns = (turns[:, :, 1:] - turns[:, :, :-1]).abs().sum(dim=1)
        chords = torch.cat(
            [
                triads.mean(dim=2),
                _deviation(triads),
                major.mean(dim=1, keepdim=True),
                _deviation(major, dim=1)[:, None],
                _from_tonic(_unit(whole)[:, :, 0], tonic),
                turns.mean(dim=1, keepdim=True),
                _deviation(turns, dim=1)[:, None],
                key.sum(dim=2),
            ],
            dim=1,
        )
        heard = torch.softmax(15 * rooted[:, :2].flatten(1, 2), dim=1)  # (k, 24 chords, beats)
        share = heard.mean(dim=2)
        follows = heard[:, :, :-1] @ heard[:, :, 1:].transpose(1, 2) / (heard.shape[2] - 1)
        progressions = torch.cat(
            [
                torch.sqrt(_from_tonic(share[:, :12], tonic) + 1e-5),
                torch.sqrt(_from_tonic(share[:, 12:], tonic) + 1e-5),
                torch.sqrt(follows.flatten(1) @ self.steps + 1e-5),
                heard.square().sum(dim=1).mean(dim=1, keepdim=True),
            ],
            dim=1,
        )
        return harmony, chords, progressions

    def _roughness(self, x: Tensor, peaks: Tensor) -> Tensor:
        """Return the course of the beating of neighbouring partials: of all, and by register.

        The loudness of partials counts in the first of five courses, in the others how far they
        stand out.
        """
        loud = _unit(torch.sqrt(_power(x)) * (10 * peaks).clamp(max=1))
        clear = _unit(peaks)
        beating = [_beating(loud, self.roughness), _beating(clear, self.roughness)]
        beating += [_beating(clear[:, r], self.roughness[r, r]) for r in self.registers]
        courses = torch.stack(beating, dim=1)
        return torch.cat([courses.mean(2), _deviation(courses), _change(courses)], dim=1)

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
        spread = _deviation(onsets)
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


def _waves(frames_per_second: float) -> Tensor:
    """Return Hann-windowed sinusoids that are blind to the level itself."""
    length = round(MODULATION_SECONDS * frames_per_second)
    rates = torch.logspace(math.log10(0.5), math.log10(12.0), RATES)
    window = torch.hann_window(length, periodic=False)
    phase = 2 * math.pi * rates[:, None] * torch.arange(length)[None, :] / frames_per_second
    waves = torch.cat([torch.cos(phase), torch.sin(phase)]) * (window / window.sum())
    return (waves - waves.mean(dim=1, keepdim=True))[:, None, :]


def _in_all_keys(templates: Tensor) -> Tensor:
    """Return centred unit templates [shape=(templates, 12 roots, 12)]."""
    unit = _unit(templates - templates.mean(dim=1, keepdim=True))
    return torch.stack([torch.roll(unit, root, dims=1) for root in range(12)], dim=1)


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


def _fit(chroma: Tensor, templates: Tensor) -> Tensor:
    """Return correlations [shape=(k, templates, 12 roots, beats)]."""
    unit = _unit(chroma - chroma.mean(dim=1, keepdim=True))
    found = templates.reshape(-1, 12) @ unit
    return found.reshape(chroma.shape[0], -1, 12, chroma.shape[2])


def _intervals(chroma: Tensor) -> Tensor:
    """Return the autocorrelation over pitch classes at one to six semitones."""
    unit = _unit(chroma)
    lags = [(unit * torch.roll(unit, lag, dims=1)).sum(dim=1).mean(dim=1) for lag in range(1, 7)]
    return torch.stack(lags, dim=1)


def _contrast(x: Tensor, peaks: Tensor) -> Tensor:
    """Return how far the loudest band of each eighth stands out, and how peaky each twelfth is."""
    count, n_mels, frames = x.shape
    eighths = x.reshape(count, 8, n_mels // 8, frames)
    range_ = torch.amax(eighths, dim=2) - torch.amin(eighths, dim=2)
    twelfths = peaks.reshape(count, 12, n_mels // 12, frames).mean(dim=2)
    return torch.cat(
        [range_.mean(2), _deviation(range_), twelfths.mean(2), _deviation(twelfths)], dim=1
    )


def _power(x: Tensor) -> Tensor:
    return torch.exp(x * (DECIBELS_PER_UNIT * math.log(10) / 10))


def _dynamics(x: Tensor) -> Tensor:
    """Return how the level moves: of all bands alike, and of the power."""
    level, loudness = x.mean(dim=1), torch.log(_power(x).mean(dim=1) + 1e-6)
    parts = []
    for course in (level, loudness):
        mean, spread = course.mean(dim=1, keepdim=True), _deviation(course, dim=1)
        centred = course - mean
        parts += [
            spread,
            (centred * centred * centred).mean(dim=1) / (spread * spread * spread + 1e-2),
            (course[:, 1:] - course[:, :-1]).abs().mean(dim=1),
            torch.relu(-centred - 1).mean(dim=1),
        ]
    slow = functional.avg_pool1d(loudness[:, None], 31, stride=15)[:, 0]
    return torch.stack([*parts, _deviation(slow, dim=1), loudness.mean(dim=1)], dim=1)


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
            _deviation(course, dim=1),
            (course[:, 1:] - course[:, :-1]).abs().mean(dim=1),
        ]
    return torch.stack(parts, dim=1)


def _deviation(x: Tensor, dim: int = 2) -> Tensor:
    return torch.sqrt((x - x.mean(dim=dim, keepdim=True)).square().mean(dim=dim) + 1e-6)


def _change(x: Tensor) -> Tensor:
    return (x[:, :, 1:] - x[:, :, :-1]).abs().mean(dim=2)


def _unit(x: Tensor) -> Tensor:
    """Scale to length 1 along the second axis."""
    return x / torch.sqrt(x.square().sum(dim=1, keepdim=True) + 1e-4)
