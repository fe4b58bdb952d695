"""How far the music model's answers move when a clip comes in another codec and loudness.

``python benchmarks/reencoded.py MANIFEST`` writes eight clips of the research data again as stereo
of 44.1 kHz. Without the data there is nothing to measure.
"""

import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from vibelux.datasets.songs import read_songs
from vibelux.music.decode import decode
from vibelux.music.emotion import MusicModel

DATA = Path(__file__).parents[2] / "shared" / "data" / "music" / "manifest.csv"
FORMS = (
    ("mp3", "libmp3lame", 44_100, 128_000, -12.0),
    ("flac", "flac", 44_100, None, -3.0),
    ("mp3", "libmp3lame", 44_100, 64_000, -12.0),
    ("mp3", "libmp3lame", 44_100, 320_000, -3.0),
    ("m4a", "aac", 44_100, 96_000, -6.0),
    ("ogg", "libopus", 48_000, 32_000, -20.0),
)
EVERY = 85


def main(manifest: Path = DATA) -> None:
    """Print a line for each form: how far the mood, valence and arousal move."""
    if not manifest.is_file():
        print(f"there is no {manifest}: nothing measured", file=sys.stderr)
        return
    model = MusicModel.load()
    clips = [song.path for song in read_songs(manifest).rows if song.quadrant][::EVERY]
    samples = [decode(clip, sample_rate=16_000) for clip in clips]
    known = [model.analyse(clip) for clip in clips]
    moods = np.array([analysis.mood for analysis in known])
    apart = [np.abs(a - b).sum() / 2 for n, a in enumerate(moods) for b in moods[:n]]
    print(f"{len(clips)} clips; two of them differ by {np.mean(apart):.3f}")
    with tempfile.TemporaryDirectory() as folder:
        for suffix, codec, rate, bits, gain in FORMS:
            again = []
            for sound in samples:
                path = Path(folder) / f"clip.{suffix}"
                write(path, sound * 10 ** (gain / 20), codec=codec, rate=rate, bits=bits)
                again.append(model.analyse(path))
            moved = np.abs(moods - [analysis.mood for analysis in again]).sum(axis=1) / 2
            valence, arousal = (
                max(
                    abs(getattr(a, name) - getattr(b, name))
                    for a, b in zip(known, again, strict=True)
                )
                for name in ("valence", "arousal")
            )
            form = f"{suffix} {codec} {'' if bits is None else bits // 1000} {gain:+.0f} dB"
            print(
                f"{form:28} mood {moved.mean():.3f}, most {moved.max():.3f}; "
                f"valence {valence:.2f}, arousal {arousal:.2f}"
            )


def write(path: Path, sound: np.ndarray, *, codec: str, rate: int, bits: int | None) -> None:
    """Write 16 kHz mono as stereo of another rate."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        if bits is not None:
            stream.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(
            sound.astype(np.float32)[None], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.time_base = 16_000, Fraction(1, 16_000)
        resampler = av.AudioResampler(
            format=stream.format.name,
            layout="stereo",
            rate=rate,
            frame_size=stream.codec_context.frame_size or None,
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
