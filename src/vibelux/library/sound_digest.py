"""What a song's sound is known by, whatever its tags and wherever its file lies.

The digests are of the packets as the file stores them: no tagger changes them, and nothing is
decoded.
"""

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer

DIGEST_BYTES = 20

_ENOUGH = 1 << 17
"""Bytes of sound that tell a song from others: four seconds of MP3, far more where it is silent."""


def digest_of_all(container: "InputContainer") -> bytes | None:
    """Return a digest of all of a file's sound [20 bytes]; None if there is none.

    Args:
        container: just opened.

    Raises:
        av.FFmpegError, OSError: it cannot be read.

    """
    return _digest(container, enough=None)


def digest_of_start(container: "InputContainer") -> bytes | None:
    """Return a digest of the first sound in a file [20 bytes]; None if there is none.

    Packets that come twice count once, as those of silence do, so that two songs which begin with
    silence differ. Costs a hundredth of an analysis. Arguments and errors as in `digest_of_all`.
    """
    return _digest(container, enough=_ENOUGH)


def _digest(container: "InputContainer", *, enough: int | None) -> bytes | None:
    streams = container.streams.audio
    if not streams:
        return None
    digest = blake2b(digest_size=DIGEST_BYTES)
    seen: set[bytes] = set()
    length = 0
    for stream in streams:
        digest.update(f"{stream.index} {stream.codec.name} {stream.rate};".encode())
    for packet in container.demux(streams):
        data = bytes(packet)
        digest.update(data)
        if enough is not None and data not in seen:
            seen.add(data)
            length += len(data)
            if length >= enough:
                break
    return digest.digest()
