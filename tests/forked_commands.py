"""Commands in processes of their own that need not import anything first.

Most of a command's time is the imports of its libraries. One process imports them, and forks for
every command: what runs is a real process with its own environment, output and exit code.
"""

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from locale import LC_CTYPE, setlocale
from pathlib import Path
from typing import IO

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


class ForkedCommands:
    """The process that forks, from its first command on. One command runs at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self, arguments: Iterable[str], environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the current folder; return what it printed, and its exit code."""
        told = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": os.getcwd(),  # noqa: PTH109 - a folder may have any name
        }
        with (
            tempfile.TemporaryFile("w+") as message,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            json.dump(told, message)
            message.flush()
            code = self._asked(message, out, err)
            return subprocess.CompletedProcess(
                told["arguments"], code, _text_in(out), _text_in(err)
            )

    def _asked(self, *files: IO) -> int:
        if self._socket is None:
            self._start()
        try:
            socket.send_fds(self._socket, [b"?"], [file.fileno() for file in files])
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
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())],
                env={**os.environ, "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def close(self) -> None:
        """End the process that forks, and the command that it may be running."""
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
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        while True:
            _, files, _, _ = socket.recv_fds(asked, 1, 3)
            if not files:
                os._exit(0)
            child = os.fork()
            if child == 0:
                break
            _, status = os.waitpid(child, 0)
            asked.send(b"%d" % os.waitstatus_to_exitcode(status))
            _import(files[0])
            for file in files:
                os.close(file)
    _become(*files)


def _become(message: int, out: int, err: int) -> None:
    """Make this process what a newly started one is."""
    import atexit

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


def _import(message: int) -> None:
    with open(message, closefd=False) as file:
        file.seek(0)
        told = json.load(file)
    if isinstance(told, list):
        for name in told:
            if name.partition(".")[0] in _NOT_BEFORE_A_FORK:
                continue
            with suppress(Exception):
                importlib.import_module(name)
    gc.freeze()  # what a fork shares it need not look through, neither while it runs nor at its end
