"""Commands in processes of their own that need not import anything first.

Most of a command's time is the imports of its libraries. One process imports them, and forks for
every command: what runs is a real process with its own environment, output and exit code.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from locale import LC_CTYPE, setlocale
from pathlib import Path
from typing import IO

_RUN, _START = b"r", b"s"
"""What is asked for: a command that is waited for, or one that is not."""

COMMAND = "from vibelux.cli import main; main()"

_NOT_BEFORE_A_FORK = ("onnxruntime",)
"""Packages that start a thread while they are imported; it would be missing in the fork."""

_PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from forked_commands import wait_for_command
del sys.path[0]
wait_for_command()
{COMMAND}
"""


CAN_FORK = sys.platform == "linux"
"""Elsewhere, what libraries start while they are imported does not outlive a fork."""


class ForkedCommand:
    """A command that runs in the background, used as `subprocess.Popen` is.

    Attributes:
        stdout: what it prints.

    """

    def __init__(self, pid: int, stdout: IO[str]) -> None:
        self.stdout = stdout
        self._handle = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._handle)

    def send_signal(self, number: int) -> None:
        """Send a signal; one that has ended gets none."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self) -> None:
        """Return when it has ended."""
        select.select([self._handle], [], [])


class ForkedCommands:
    """The process that forks, from its first command on.

    Args:
        imports: modules that it imports at once. What a command imported that came to its end, not
            one that a signal ended, it imports unasked.

    """

    def __init__(self, *imports: str) -> None:
        self._imports = imports
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self, arguments: Iterable[str], environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the current folder; return what it printed, and its exit code.

        No other one is run or started meanwhile.
        """
        given = list(arguments)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = self._asked(_RUN, given, environment, out, err)
            return subprocess.CompletedProcess(given, code, _text_in(out), _text_in(err))

    def start(
        self, arguments: Iterable[str], environment: Mapping[str, str], *, stderr: IO[str]
    ) -> ForkedCommand:
        """Start a command in the current folder."""
        ours, theirs = os.pipe()
        with os.fdopen(theirs, "wb") as out:
            pid = self._asked(_START, list(arguments), environment, out, stderr)
        return ForkedCommand(pid, os.fdopen(ours, encoding="utf-8"))

    def _asked(
        self, how: bytes, arguments: list[str], environment: Mapping[str, str], *streams: IO
    ) -> int:
        """Return the exit code, or the process's number."""
        told = {
            "arguments": arguments,
            "environment": dict(environment),
            "folder": os.getcwd(),  # noqa: PTH109 - a folder may have any name
        }
        if self._socket is None:
            self._start()
        try:
            with tempfile.TemporaryFile("w+") as message:
                json.dump(told, message)
                message.flush()
                files = [file.fileno() for file in (message, *streams)]
                socket.send_fds(self._socket, [how], files)
            answer = self._socket.recv(16)
            assert answer, "the process that forks for commands has ended"
            return int(answer)
        except BaseException:  # a test was given up while its command ran
            self.close()
            raise

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), *self._imports],
                env={**os.environ, "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        atexit.register(self.close)

    def close(self) -> None:
        """End the process that forks, and the commands that still run."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._socket.close()
        self._process = self._socket = None


def _text_in(file: IO[bytes]) -> str:
    file.seek(0)
    text = file.read().decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")  # as subprocess gives text


def wait_for_command() -> None:
    """Fork for every command that is asked for; return in the processes that are to run one.

    What a command imported is imported here too, for the next one.
    """
    _import(sys.argv[2:])
    running: dict[int, int] = {}  # process -> its message
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        while True:
            how, files, _, _ = socket.recv_fds(asked, 1, 3)
            if not files:
                os._exit(0)
            for child in list(running):
                if os.waitpid(child, os.WNOHANG)[0]:
                    _import(_imports_told(running.pop(child)))
            child = os.fork()
            if child == 0:
                break
            message, *streams = files
            for stream in streams:
                os.close(stream)
            if how == _START:
                asked.send(b"%d" % child)
                running[child] = message
            else:
                _, status = os.waitpid(child, 0)
                asked.send(b"%d" % os.waitstatus_to_exitcode(status))
                _import(_imports_told(message))
    _become(*files)


def _become(message: int, out: int, err: int) -> None:
    """Make this process what a newly started one is."""
    with open(message, "r+", closefd=False) as file:
        file.seek(0)
        told = json.load(file)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    time.tzset()
    with suppress(Exception):
        setlocale(LC_CTYPE, "")
    sys.argv = ["-c", *told["arguments"]]
    before = set(sys.modules)

    def tell_imports() -> None:
        with open(message, "w") as file:
            file.seek(0)
            file.truncate()
            json.dump([name for name in sys.modules if name not in before], file)

    atexit.register(tell_imports)


def _imports_told(message: int) -> list[str]:
    with open(message) as file:
        file.seek(0)
        told = json.load(file)
    return told if isinstance(told, list) else []  # it did not come to its end


def _import(names: Iterable[str]) -> None:
    for name in names:
        if name.partition(".")[0] not in _NOT_BEFORE_A_FORK:
            with suppress(Exception):
                importlib.import_module(name)
    gc.freeze()  # what a fork shares it need not look through, neither while it runs nor at its end
