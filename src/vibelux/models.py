"""Trained models: an ONNX file and its card, checked against each other before use."""

import ctypes
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.dependencies import forbid_telemetry
from vibelux.emotions import EMOTIONS
from vibelux.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Kind = Literal["face", "music", "detector"]

LABELS: Mapping[Kind, tuple[str, ...]] = {
    "face": EMOTIONS,
    "music": EMOTIONS,
    "detector": ("face",),
}
"""What each kind of model tells apart, in the order of its outputs."""

OUTPUTS: Mapping[Kind, Mapping[str, int | None]] = {
    "face": {"mood": 7, "label": 7, "embedding": None},
    "music": {"mood": 7, "quadrant": 4, "valence": None, "arousal": None, "embedding": None},
    "detector": {"boxes": 4, "scores": None},
}
"""What each kind of model gives at least -> how many numbers, None where that is free."""

WEIGHTS = Path(__file__).parent / "weights"
"""Folder of the shipped models."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # as in glibc's malloc.h
_AT_ONCE = 128 << 10  # bytes: blocks of this size go back when they are freed
_LATER = 32 << 20  # bytes: the most that glibc raises that to by itself


@dataclass(frozen=True)
class Card:
    """What is known about a trained model; stored as JSON beside its ONNX file.

    Attributes:
        name: file stem, such as ``face``.
        kind: ``face``, ``music`` or ``detector``.
        version: changes whenever the weights change.
        sha256: of the ONNX file, lower-case hexadecimal.
        labels: what it tells apart, in the order of the outputs; see `LABELS`.
        input: name, shape, dtype and range of the graph's input.
        outputs: name -> what it holds.
        preprocessing: the constants that turn a file into the input; training and inference read
            the same ones.
        calibration: how the probabilities were calibrated, with the fitted constants.
        statistics: what is usual for its answers; see `vibelux.model_statistics`.
        training: recipe, data sets with their terms, seed, number of candidates tried.
        metrics: figures with 95 % intervals, each with the command that prints it.
        limits: what the model cannot do, a sentence each.

    """

    name: str
    kind: Kind
    version: str
    sha256: str
    labels: tuple[str, ...]
    input: Mapping[str, Any]
    outputs: Mapping[str, str]
    preprocessing: Mapping[str, Any]
    calibration: Mapping[str, Any] = field(default_factory=dict)
    statistics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    @property
    def model_id(self) -> str:
        """Name, version and the first characters of the sha256: ``music-1.0.0-1a2b3c4d``."""
        return f"{self.name}-{self.version}-{self.sha256[:8]}"

    def constant(self, name: str) -> float:
        """Return a number of the preprocessing.

        Raises:
            ModelError: it is missing or not positive.

        """
        value = self.preprocessing.get(name)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not 0 < value <= _LARGEST
        ):
            raise ModelError(
                f"the card of {self.model_id} gives {name}={value!r} in its preprocessing; "
                "a positive number is needed"
            )
        return value

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a card.

        Raises:
            ModelError: the file is missing or is not a card.

        """
        try:
            if path.stat().st_size > _CARD_SIZE:
                raise ValueError(f"it has more than {_CARD_SIZE:,} bytes")
            values = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
            return cls(**_checked(values))
        except FileNotFoundError as error:
            raise ModelError(f"{path} is missing; every ONNX file needs its card") from error
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(f"{path} is not a model card: {error}") from error

    def write(self, path: Path) -> None:
        """Write the card as JSON, replacing the file in one step."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        with atomic_file(path) as part:
            part.write_text(text, encoding="utf-8")


class Model:
    """A loaded ONNX model with its card.

    Attributes:
        card: the card, already checked against the file.

    """

    def __init__(self, card: Card, session: "InferenceSession") -> None:
        self.card = card
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, batch: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Run the graph on one batch.

        Args:
            batch: what the card's ``input`` says, with a leading batch axis.

        Returns:
            output name -> array with the same leading axis.

        Raises:
            ModelError: the array does not fit the graph.

        """
        name = self.card.input["name"]
        try:
            values = self._session.run(self._outputs, {name: batch})
        except Exception as error:
            raise ModelError(
                f"{self.card.model_id} cannot run on shape {batch.shape}, {batch.dtype}: {error}"
            ) from error
        return dict(zip(self._outputs, values, strict=True))


_TEXTS = ("name", "kind", "version", "sha256")
_LISTS = ("labels", "limits")
_OBJECTS = (
    *("input", "outputs", "preprocessing"),
    *("calibration", "statistics", "training", "metrics"),
)
_OPTIONAL = ("limits", "calibration", "statistics", "training", "metrics")

_CARD_SIZE = 16_000_000
_LARGEST = 1e12
"""No constant of a preprocessing is larger."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; raise ValueError if it has a key twice."""
    values = dict(pairs)
    if len(values) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"{next(key for key in keys if keys.count(key) > 1)!r} is in it twice")
    return values


def _checked(values: Any) -> dict[str, Any]:
    """Return the fields of a card; raise ValueError with what is wrong with them."""
    if not isinstance(values, dict):
        raise ValueError("it is not a JSON object")
    known = (*_TEXTS, *_LISTS, *_OBJECTS)
    if missing := [name for name in known if name not in values and name not in _OPTIONAL]:
        raise ValueError(f"it lacks {', '.join(missing)}")
    if unknown := [name for name in values if name not in known]:
        raise ValueError(f"it has {unknown[0]!r}, which no card has")
    for name, value in values.items():
        if name in _TEXTS and not (isinstance(value, str) and value):
            raise ValueError(f"{name} must be a text")
        if name in _LISTS:
            if not (isinstance(value, list) and all(isinstance(entry, str) for entry in value)):
                raise ValueError(f"{name} must be a list of texts")
            values[name] = tuple(value)
        if name in _OBJECTS and not isinstance(value, dict):
            raise ValueError(f"{name} must be an object")
    if not isinstance(values["input"].get("name"), str):
        raise ValueError("its input has no name")
    return values


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_card(kind: Kind, path: Path | None = None) -> Card:
    """Read the card of a model without loading the model.

    Args:
        kind: which of the CNNs is expected.
        path: the ONNX file; its card lies beside it with the suffix ``.json``. Without one, the
            shipped model.

    Raises:
        ModelError: a file is missing, the card is not one, or is of another kind or label order.

    """
    path = WEIGHTS / f"{kind}.onnx" if path is None else path
    if not path.is_file():
        raise ModelError(f"there is no model at {path}")
    card = Card.read(path.with_suffix(".json"))
    if card.kind != kind:
        raise ModelError(f"{path} is a {card.kind} model, a {kind} model is needed")
    if card.labels != LABELS[kind]:
        raise ModelError(
            f"the card of {path} lists the labels {', '.join(card.labels)}; "
            f"this version needs {', '.join(LABELS[kind])}, in this order"
        )
    return card


def load_model(kind: Kind, path: Path | None = None, *, threads: int = 1) -> Model:
    """Load a model and check it against its card.

    Args:
        kind: see `read_card`.
        path: see `read_card`.
        threads: of ONNX Runtime, at least 1.

    Raises:
        ModelError: a file is missing, the sha256, the label order or the graph's input or outputs
            differ from the card, the model is of another kind, or ONNX Runtime refuses it.

    """
    path = WEIGHTS / f"{kind}.onnx" if path is None else path
    card = read_card(kind, path)
    digest = sha256_of(path)
    if digest != card.sha256:
        raise ModelError(
            f"{path} has sha256 {digest}, its card says {card.sha256}; "
            "the file is damaged or does not belong to this card"
        )
    session = _session(path, threads)
    _require_agreement(card, session)
    return Model(card, session)


def _require_agreement(card: Card, session: "InferenceSession") -> None:
    """Check that a graph takes and gives what its card says and its kind needs.

    Raises:
        ModelError: it does not.

    """
    inputs = [entry.name for entry in session.get_inputs()]
    if inputs != [card.input["name"]]:
        raise ModelError(
            f"the graph of {card.model_id} takes {', '.join(inputs) or 'nothing'}, "
            f"its card says {card.input['name']}"
        )
    outputs = {entry.name: entry.shape for entry in session.get_outputs()}
    needed = OUTPUTS[card.kind]
    if missing := [name for name in (*card.outputs, *needed) if name not in outputs]:
        raise ModelError(f"the graph of {card.model_id} has no output {missing[0]}")
    for name, length in needed.items():
        shape = outputs[name]
        found = shape[-1] if shape else None
        if length is not None and isinstance(found, int) and found != length:
            raise ModelError(
                f"the output {name} of {card.model_id} has {found} numbers, {length} are needed"
            )


def _session(path: Path, threads: int) -> "InferenceSession":
    forbid_telemetry()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # keeps workers small; costs no measurable time here
    try:
        with _memory_given_back():
            return onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
    except Exception as error:
        raise ModelError(f"ONNX Runtime cannot load {path}: {error}") from error


@contextmanager
def _memory_given_back() -> Iterator[None]:
    """Return to the system at once what loading takes for a while, several times a model's size.

    glibc keeps such blocks as soon as the first one was freed. That is right for computing, which
    takes blocks of the same sizes again and again, and is allowed once the model is loaded. Other
    C libraries have no such functions.
    """
    try:
        libc = ctypes.CDLL(None)
        trim, option = libc.malloc_trim, libc.mallopt
    except (AttributeError, OSError, TypeError):  # TypeError: Windows has no global names
        yield
        return
    option(_M_MMAP_THRESHOLD, _AT_ONCE)
    option(_M_TRIM_THRESHOLD, _AT_ONCE)
    try:
        yield
    finally:
        option(_M_MMAP_THRESHOLD, _LATER)
        option(_M_TRIM_THRESHOLD, 2 * _LATER)
        trim(0)
