"""Small songs in every format whose tags can be written, for the tests of tags."""

import av
import numpy as np

FORMATS = {
    "mp3": ("libmp3lame", "mp3"),
    "flac": ("flac", "flac"),
    "ogg": ("vorbis", "ogg"),
    "opus": ("libopus", "ogg"),
    "m4a": ("aac", "ipod"),
    "wma": ("wmav2", "asf"),
    "aiff": ("pcm_s16be", "aiff"),
    "wav": ("pcm_s16le", "wav"),
    "wv": ("wavpack", "wv"),
    "tta": ("tta", "tta"),
}

MOOD = np.array([0.1, 0, 0.05, 0.6, 0.25, 0, 0], np.float32)


def write_song(path, *, seconds=1.0, rate=48000, hertz=440, codec=None, **tags):
    """Write a tone; its title is ``A title`` and its artist ``Ärtist`` unless said otherwise."""
    codec, container = codec or FORMATS[path.suffix[1:]]
    time = np.arange(round(seconds * rate)) / rate
    samples = (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
    with path.open("wb") as target, av.open(target, "w", format=container) as out:
        out.metadata.update({"title": "A title", "artist": "Ärtist"} | tags)
        rates = {"bit_rate": 96000} if codec == "wmav2" else {}
        stream = out.add_stream(codec, rate=rate, layout="stereo", **rates)
        if codec == "vorbis":
            stream.codec_context.options = {"strict": "experimental"}
        frame = av.AudioFrame.from_ndarray(np.stack([samples] * 2), "fltp", "stereo")
        frame.sample_rate, frame.pts = rate, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
