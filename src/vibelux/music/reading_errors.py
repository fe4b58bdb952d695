"""What the system's errors say of an audio file: that it is gone, or that it cannot be read now.

No error of the system says that a file's content is bad: of that, only a decoder can tell.
"""

import errno

from vibelux.errors import AudioError

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_CLOSED = frozenset({errno.EACCES, errno.EPERM})


def code_of(error: OSError) -> str:
    """Return the code that an `AudioError` carries for an error of the system."""
    if error.errno in _GONE:
        return "vanished"
    return "no_permission" if error.errno in _CLOSED else "unreachable"


def reason_of(error: OSError) -> str:
    """Return what an error of the system says of a file, without its path."""
    match code_of(error):
        case "vanished":
            return "there is no such file"
        case "no_permission":
            return "reading it is not permitted; check its permissions"
        case _:
            # A library's error may name an address of its own memory; the system's words do not.
            return f"it cannot be read at the moment ({error.strerror or type(error).__name__})"


def unreadable(what: object, error: OSError) -> AudioError:
    """Return the error that is raised where a file cannot be read.

    Args:
        what: the file's path.
        error: of the system.

    """
    return AudioError(f"cannot analyse {what}: {reason_of(error)}", code=code_of(error))
