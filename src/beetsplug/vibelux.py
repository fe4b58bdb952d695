"""The mood of songs as fields of a beets library, computed on import or by ``beet vibelux``.

``mood`` is the emotion that the song counts as; ``angry`` … ``surprise`` are shares in [0, 1];
``valence`` and ``arousal`` lie in [-1, 1]; ``vibelux_model`` names the model that analysed it.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from beets.dbcore import types
from beets.plugins import BeetsPlugin
from beets.ui import Subcommand, UserError  # type: ignore[attr-defined]

from vibelux.circumplex import song_emotions
from vibelux.emotions import EMOTIONS, mood_dict
from vibelux.errors import AudioError, VibeluxError

if TYPE_CHECKING:
    from beets.importer import ImportSession, ImportTask
    from beets.library import Item, Library

    from vibelux.music.emotion import MusicModel

_NUMBER = types.Float(3)


class VibeluxPlugin(BeetsPlugin):
    """Adds the fields to songs.

    Configuration: ``auto`` (on import, default yes), ``force`` (also songs that have the fields
    from this model), ``model`` (an ONNX file instead of the shipped one).
    """

    item_types: ClassVar[dict[str, types.Type[Any, Any]]] = {
        **dict.fromkeys((*EMOTIONS, "valence", "arousal"), _NUMBER),
        "mood": types.STRING,
        "vibelux_model": types.STRING,
    }

    def __init__(self) -> None:
        super().__init__()
        self.config.add({"auto": True, "force": False, "model": None})
        if self.config["auto"].get(bool):
            self.import_stages = [self.imported]

    def commands(self) -> list[Subcommand]:
        """Return ``beet vibelux [-f] [QUERY]``."""
        command = Subcommand("vibelux", help="compute the mood of songs")
        command.parser.add_option(
            "-f", "--force", action="store_true", help="also of songs that have one already"
        )
        command.func = self.command
        return [command]

    def command(self, lib: "Library", opts: Any, args: list[str]) -> None:
        """Compute the fields of the songs that a query finds."""
        self.compute(lib.items(args), force=bool(opts.force) or self.config["force"].get(bool))

    def imported(self, _: "ImportSession", task: "ImportTask") -> None:
        """Compute the fields of the songs that are being imported, which goes on in any case."""
        try:
            self.compute(task.imported_items(), force=self.config["force"].get(bool))
        except UserError as error:
            self._log.error("{}", error)

    def compute(self, items: "Iterable[Item]", *, force: bool) -> None:
        """Compute the fields of songs and store them.

        A ``mood`` that another program wrote stays. A song that cannot be analysed is left without
        the fields and logged with the reason, whatever its decoder raises.

        Args:
            items: of the library.
            force: also those whose fields come from this model already, and moods of others.

        Raises:
            UserError: the model cannot be used.

        """
        try:
            model = self._model
        except VibeluxError as error:
            raise UserError(f"vibelux: {error}") from error
        for item in items:
            if item.get("vibelux_model") == model.model.card.model_id and not force:
                continue
            try:
                found = model.analyse(Path(item.filepath))
            except AudioError as error:
                self._log.warning("{}", error)
                continue
            except VibeluxError as error:
                raise UserError(f"vibelux: {error}") from error
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                self._log.warning("cannot analyse {}: {}", item.filepath, reason)
                continue
            emotion = EMOTIONS[int(song_emotions(found.mood, found.valence))]
            if force or not item.get("mood") or _is_ours(item):
                item["mood"] = emotion
            item.update({name: float(share) for name, share in mood_dict(found.mood).items()})
            item["valence"], item["arousal"] = found.valence, found.arousal
            item["vibelux_model"] = found.model
            item.store()
            self._log.info("{} {:+.2f} {:+.2f}  {}", emotion, found.valence, found.arousal, item)

    @cached_property
    def _model(self) -> "MusicModel":
        from vibelux.music.emotion import MusicModel

        path = self.config["model"].get()
        return MusicModel.load(None if path is None else Path(self.config["model"].as_filename()))


def _is_ours(item: "Item") -> bool:
    """Return whether a song's mood was written here, and not changed since."""
    if any(name not in item for name in EMOTIONS):
        return False
    return bool(item["mood"] == max(EMOTIONS, key=lambda name: float(item[name])))
