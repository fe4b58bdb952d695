"""How much the music model's answers change with a clip's codec and loudness.

``python research/reencoded.py MANIFEST`` writes eight clips of the research data again, as 44.1 kHz
stereo. Without the data there is nothing to measure.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from data import MANIFEST
from vibelux.datasets.song_files import read_songs
from vibelux.music.decode import decode
from vibelux.music.emotion import MusicModel
from vibelux.samples.rendering import Format, write_audio
from vibelux.samples.synthesis import RATE

FORMS = (
    (Format(".mp3", "mp3", "libmp3lame", "fltp", RATE, 128_000), -12.0),
    (Format(".flac", "flac", "flac", "s16"), -3.0),
    (Format(".mp3", "mp3", "libmp3lame", "fltp", RATE, 64_000), -12.0),
    (Format(".mp3", "mp3", "libmp3lame", "fltp", RATE, 320_000), -3.0),
    (Format(".m4a", "ipod", "aac", "fltp", RATE, 96_000), -6.0),
    (Format(".ogg", "ogg", "libopus", "flt", 48_000, 32_000), -20.0),
)
EVERY = 85


def main(manifest: Path = MANIFEST) -> None:
    """Print a line per format: how much the mood, valence and arousal change."""
    if not manifest.is_file():
        print(f"there is no {manifest}: nothing measured", file=sys.stderr)
        return
    model = MusicModel.load()
    clips = [song.path for song in read_songs(manifest).rows if song.quadrant][::EVERY]
    samples = [decode(clip, sample_rate=RATE) for clip in clips]
    known = [model.analyse(clip) for clip in clips]
    moods = np.array([analysis.mood for analysis in known])
    apart = [np.abs(a - b).sum() / 2 for n, a in enumerate(moods) for b in moods[:n]]
    print(f"{len(clips)} clips; two of them differ by {np.mean(apart):.3f}")
    with tempfile.TemporaryDirectory() as folder:
        for form, gain in FORMS:
            again = []
            for sound in samples:
                path = Path(folder) / f"clip{form.suffix}"
                louder = np.stack([sound, sound]) * np.float32(10 ** (gain / 20))
                write_audio(path, louder, file_format=form, tags={})
                again.append(model.analyse(path))
            moved = np.abs(moods - [analysis.mood for analysis in again]).sum(axis=1) / 2
            valence, arousal = (
                max(
                    abs(getattr(a, name) - getattr(b, name))
                    for a, b in zip(known, again, strict=True)
                )
                for name in ("valence", "arousal")
            )
            rate = "lossless" if form.bit_rate is None else f"{form.bit_rate // 1000} kbit/s"
            name = f"{form.suffix[1:]} {rate}, {gain:+.0f} dB"
            print(
                f"{name:28} mood {moved.mean():.3f}, most {moved.max():.3f}; "
                f"valence {valence:.2f}, arousal {arousal:.2f}"
            )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
