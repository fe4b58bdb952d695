"""What the system's errors say about an audio file: it is gone, or cannot be read now.

They never say that its content is bad: only a decoder finds that out.
"""

import errno

from vibelux.errors import AudioError

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_CLOSED = frozenset({errno.EACCES, errno.EPERM})


def code_of(error: OSError) -> str:
    """Return the code of an `AudioError` for an error of the system."""
    if error.errno in _GONE:
        return "vanished"
    return "no_permission" if error.errno in _CLOSED else "unreachable"


def reason_of(error: OSError) -> str:
    """Return what an error of the system says about a file, without its path."""
    match code_of(error):
        case "vanished":
            return "there is no such file"
        case "no_permission":
            return "reading it is not permitted; check its permissions"
        case _:
            # A library's error may name an address in its memory; the system's words do not.
            return f"it cannot be read at the moment ({error.strerror or type(error).__name__})"


def unreadable(what: object, error: OSError) -> AudioError:
    """Return the error to raise if a file cannot be read.

    Args:
        what: the file's path.
        error: the system's error.

    """
    return AudioError(f"cannot analyse {what}: {reason_of(error)}", code=code_of(error))
