"""MPD's modes that would upset the order of its queue: off during a session, restored afterwards.

They are written to a file before they are changed, so that the next session restores them if this
one is killed or MPD is away.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from vibelux.atomic_file import atomic_file
from vibelux.players.mpd_server import MpdRefused, MpdServer

_DISTURBING = ("random", "single")

_OFF = "0"


class MpdModes:
    """The modes of one MPD.

    Args:
        server: MPD.
        file: where the modes of each MPD are kept meanwhile; None keeps them only in memory.

    """

    def __init__(self, server: MpdServer, file: Path | None) -> None:
        self._server = server
        self._file = file
        self._before: dict[str, str] = {}

    def switch_off(self) -> list[str]:
        """Switch the modes off; return notes for the listener, without full stops."""
        status = self._server.ask("status")
        on = {mode: status[mode] for mode in _DISTURBING if status.get(mode, _OFF) != _OFF}
        self._before = self._kept() | on
        notes = []
        if on and not self._keep(self._before):
            notes.append(f"{self._file} cannot be written: if this is killed, the modes stay off")
        for mode in on:
            try:
                self._server.ask(mode, _OFF)
            except MpdRefused as error:
                notes.append(
                    f"MPD's {mode} mode stays on, and songs come in another order: {error}"
                )
        # Those that an earlier session left off, too.
        notes += [f"MPD's {mode} mode is off until this session ends" for mode in self._before]
        return notes

    def restore(self) -> None:
        """Restore the modes that nobody has changed meanwhile.

        Raises:
            MpdGone, MpdRefused: it is not possible; the next session will do it.

        """
        status = self._server.ask("status") if self._before else {}
        for mode, value in self._before.items():
            if status.get(mode) == _OFF:
                self._server.ask(mode, value)
        self._before = {}
        self._keep({})

    def _kept(self) -> dict[str, str]:
        """Return the modes as they were before a session that did not restore them."""
        kept = self._all_kept().get(self._address)
        if not isinstance(kept, dict):
            return {}
        return {mode: str(kept[mode]) for mode in _DISTURBING if mode in kept}

    def _all_kept(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self, modes: dict[str, str]) -> bool:
        """Remember the modes of this MPD; return whether that was possible."""
        if self._file is None:
            return True
        before = self._all_kept()
        kept = {address: value for address, value in before.items() if address != self._address}
        if modes:
            kept[self._address] = modes
        if kept == before:
            return True
        with suppress(OSError):
            if kept:
                with atomic_file(self._file) as part:
                    part.write_text(json.dumps(kept), encoding="utf-8")
            else:
                self._file.unlink(missing_ok=True)
            return True
        return False

    @property
    def _address(self) -> str:
        return str(self._server.address)
