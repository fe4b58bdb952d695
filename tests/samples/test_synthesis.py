from collections import Counter

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.samples.characters import CHARACTERS, MODES
from vibelux.samples.composition import FIGURES, compose
from vibelux.samples.instruments import INSTRUMENTS, tone
from vibelux.samples.mixing import OCTAVES, amplifier, balanced, compressed, integrated_loudness
from vibelux.samples.percussion import DRUMS, drum
from vibelux.samples.synthesis import PIECES, synthesise
from vibelux.samples.waves import RATE


@pytest.fixture(scope="module")
def first_pieces():
    """The first piece of each character, synthesised."""
    return {played: synthesise(piece_of(played)) for played in CHARACTERS}


def piece_of(played):
    return next(piece for piece in PIECES if piece.played == played)


def spectrum(samples):
    """Return frequencies and the mean power spectrum."""
    frames = np.lib.stride_tricks.sliding_window_view(samples.mean(axis=0), 4096)[::2048]
    power = (np.abs(np.fft.rfft(frames * np.hanning(4096), axis=1)) ** 2).mean(axis=0)
    return np.fft.rfftfreq(4096, 1 / RATE), power


def centroid(samples):
    frequency, power = spectrum(samples)
    return (frequency * power).sum() / power.sum()


def test_titles_say_how_pieces_sound():
    titles = [piece.title for piece in PIECES]
    assert len(set(titles)) == len(titles) == 14
    for title in titles:
        assert not {*EMOTIONS, "sample"} & set(title.lower().split())
        assert not any(letter.isdigit() for letter in title)
    assert {piece.played for piece in PIECES} == set(CHARACTERS)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_scores_make_sense(piece):
    for rhythm in piece.rhythms:
        assert sum(map(abs, rhythm)) == piece.beats
    for name, pattern in piece.drums:
        assert name in DRUMS
        assert len(pattern) <= 4 * piece.beats
        assert set(pattern) <= set("xo.")
    assert {piece.figure, *(figure for _, figure in piece.more)} <= set(FIGURES)
    more = {instrument for instrument, _ in piece.more}
    assert {piece.lead, piece.harmony, piece.bass, *more} - {""} <= set(INSTRUMENTS)
    seconds = piece.bars * piece.beats * 60 / piece.tempo + 2.2
    assert 20 <= seconds <= 30
    notes = compose(piece)
    assert notes == compose(piece)
    assert {"lead", "harmony"} <= {note.part for note in notes}
    end = piece.bars * piece.beats
    for note in notes:
        assert 0 <= note.start < end
        assert 0 < note.velocity <= 1
        if note.pitch is not None:
            assert 24 <= note.pitch <= 103


def test_melodies_stay_in_their_mode_and_end_at_home():
    for piece in PIECES:
        if piece.shifts != (0,):
            continue  # changes its key on purpose
        allowed = {(piece.tonic + step) % 12 for step in MODES[piece.mode]}
        lead = [note for note in compose(piece) if note.part == "lead"]
        assert {note.pitch % 12 for note in lead} <= allowed, piece.title
        assert lead[-1].pitch % 12 == piece.tonic % 12, piece.title
        assert len({note.pitch for note in lead}) >= 3, piece.title


def test_the_means_of_expression_are_those_of_the_table():
    def of(played, what):
        return np.mean([what(piece) for piece in PIECES if piece.played == played])

    def pitch(piece):
        return np.mean([note.pitch for note in compose(piece) if note.part == "lead"])

    def drift(piece):
        lead = [note.pitch for note in compose(piece) if note.part == "lead"]
        return np.sign(np.diff(lead)).mean()

    for fast in ("angry", "happy"):
        assert of(fast, lambda piece: piece.tempo) > of("neutral", lambda piece: piece.tempo) + 20
    for slow in ("sad", "disgust"):
        assert of(slow, lambda piece: piece.tempo) < of("neutral", lambda piece: piece.tempo) - 10
    assert of("happy", pitch) > of("neutral", pitch) > of("sad", pitch)
    assert of("fear", pitch) > of("sad", pitch)
    assert of("happy", drift) > of("sad", drift)


def test_every_piece_is_different():
    melodies = Counter(
        tuple((note.start, note.pitch) for note in compose(piece) if note.part == "lead")
        for piece in PIECES
    )
    assert len(melodies) == len(PIECES)
    means = {(piece.lead, piece.harmony, piece.figure, piece.tempo) for piece in PIECES}
    assert len(means) == len(PIECES)


@pytest.mark.parametrize("played", CHARACTERS)
def test_level_peak_and_length(first_pieces, played):
    samples = first_pieces[played]
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert 20 <= samples.shape[1] / RATE <= 30
    assert 0.05 < np.abs(samples).max() <= 0.8401
    assert abs(samples.mean()) < 1e-2
    loudness = integrated_loudness(samples)
    assert loudness == pytest.approx(CHARACTERS[played].loudness, abs=0.2)
    assert np.abs(samples[:, -50:]).max() < 1e-3  # ends in silence, without a click
    assert not np.array_equal(samples[0], samples[1])  # stereo
    # Nowhere in the piece is there a hole of two seconds.
    hop = RATE // 2
    blocks = samples[:, : samples.shape[1] // hop * hop].reshape(2, -1, hop)
    level = np.sqrt((blocks**2).mean(axis=(0, 2)))[:-4]
    assert np.convolve(level > 1e-3, np.ones(4), "valid").min() > 0


def test_timbres_differ_as_intended(first_pieces):
    bright = {played: centroid(samples) for played, samples in first_pieces.items()}
    assert bright["angry"] > 1.5 * bright["sad"]


def test_the_same_on_every_run():
    piece = piece_of("neutral")
    np.testing.assert_array_equal(synthesise(piece), synthesise(piece))


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
@pytest.mark.parametrize("pitch", [33, 69, 100])
def test_instruments_are_in_tune_and_do_not_alias(name, pitch):
    wave = tone(name, pitch, 0.6, velocity=0.8)
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()
    assert 0.02 < np.abs(wave).max() < 3.5
    assert abs(wave[-1]) < 1e-3
    timbre = INSTRUMENTS[name]
    if timbre.index and timbre.ratio % 1:
        return  # inharmonic by design
    # The energy lies on multiples of the fundamental, as far as the second voice lets it.
    steady = wave[2000 : 2000 + 16384].astype(float) * np.hanning(16384)
    frequency = np.fft.rfftfreq(16384, 1 / RATE)
    power = np.abs(np.fft.rfft(steady)) ** 2
    f0 = 440 * 2 ** ((pitch - 69) / 12)
    harmonic = np.maximum(np.round(frequency / f0), 1)
    allowed = np.maximum(0.06, 13 / f0) + harmonic * (2 ** (timbre.detune / 1200) - 1)
    share = power[np.abs(frequency / f0 - harmonic) < allowed].sum() / power.sum()
    if name in ("growl", "scrape"):
        assert share > 0.7  # more noise than tone
    else:
        assert share > (0.9 if timbre.breath or timbre.tremolo else 0.97)


@pytest.mark.parametrize("name", DRUMS)
def test_drums(name):
    wave = drum(name, velocity=0.5)
    assert wave.dtype == np.float32
    assert 0.05 < np.abs(wave).max() <= 0.6
    np.testing.assert_array_equal(drum(name, velocity=1.0), 2 * wave)


def test_strings_die_away_the_high_partials_first():
    wave = tone("steel", 45, 3.0, velocity=0.8).astype(float)  # 110 Hz
    early, late = (np.abs(np.fft.rfft(wave[at : at + 16384])) ** 2 for at in (0, 88200))
    frequency = np.fft.rfftfreq(16384, 1 / RATE)
    low, high = (frequency > 80) & (frequency < 500), (frequency > 2000) & (frequency < 5000)
    assert late[low].sum() < 0.5 * early[low].sum()
    assert late[high].sum() / late[low].sum() < 0.1 * early[high].sum() / early[low].sum()


def test_a_voice_keeps_its_formants_at_every_pitch():
    for pitch in (45, 52, 57):
        wave = tone("voice", pitch, 1.0, velocity=0.7)
        frequency, power = spectrum(np.stack([wave, wave]))
        formant = power[(frequency > 2300) & (frequency < 2700)].max()
        assert formant > 5 * power[(frequency > 1500) & (frequency < 1900)].max()


def test_an_amplifier_makes_new_tones_from_two():
    time = np.arange(RATE) / RATE
    chord = np.sin(2 * np.pi * 300 * time) + np.sin(2 * np.pi * 450 * time)
    power = np.abs(np.fft.rfft(amplifier(chord.astype(np.float32), 10.0))) ** 2
    power /= power[300]
    assert power[150] > 1e-3  # the difference: what makes a fifth growl
    assert power[600] > 1e-3
    assert power[12000] < 1e-6  # the cabinet


def test_the_compressor_and_the_equaliser_do_what_they_say():
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((2, 4 * RATE)).astype(np.float32)
    noise[:, 2 * RATE :] *= 0.25  # 12 dB
    even = compressed(noise, 2.0)
    levels = [np.sqrt(np.mean(even[:, at : at + RATE] ** 2)) for at in (RATE // 2, 5 * RATE // 2)]
    assert 20 * np.log10(levels[0] / levels[1]) == pytest.approx(6, abs=0.5)
    np.testing.assert_allclose(compressed(noise, 1.0), noise)
    shaped = balanced(noise, tuple(-3.0 * octave for octave in range(9)))
    frequency, power = spectrum(shaped)
    at = [power[np.abs(frequency / hertz - 1) < 0.06].mean() for hertz in OCTAVES[2:8]]
    np.testing.assert_allclose(np.diff(10 * np.log10(at)), -3.0, atol=0.8)


def test_loudness_as_the_recommendation_defines_it():
    """A sine of 997 Hz at full scale in one channel reads -3.01 LUFS (ITU-R BS.1770-4)."""
    time = np.arange(5 * RATE) / RATE
    sine = np.sin(2 * np.pi * 997 * time).astype(np.float32)
    assert integrated_loudness(sine[None]) == pytest.approx(-3.01, abs=0.02)
    assert integrated_loudness(np.stack([sine, sine])) == pytest.approx(0.0, abs=0.02)
    assert integrated_loudness(0.1 * sine[None]) == pytest.approx(-23.01, abs=0.02)
    low = np.sin(2 * np.pi * 30 * time).astype(np.float32)
    assert integrated_loudness(low[None]) < -8  # the ear is deaf down there
    half_silent = np.concatenate([sine, np.zeros(10 * RATE, np.float32)])
    assert integrated_loudness(half_silent[None]) == pytest.approx(-3.01, abs=0.2)  # gated
    assert integrated_loudness(np.zeros((2, RATE), np.float32)) == -np.inf
