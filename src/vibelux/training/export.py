"""From a trained torch module to an ONNX file whose outputs are checked against it."""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor, nn

from vibelux.errors import ModelError
from vibelux.models import WEIGHTS, Card, Kind, load_model, sha256_of

TOLERANCE = 1e-4
"""Largest difference between torch and ONNX Runtime on real inputs, for values up to 1.

Of an output with larger ones, such as pixels, it is this share of the largest.
"""

BATCHES: Mapping[int, str] = {0: "batch"}
"""Axes of an input whose only free length is the number of rows."""

_PARAMETER = re.compile(r"\.(weight|bias|running_mean|running_var)$")


def export_model(
    module: nn.Module,
    examples: Tensor,
    path: Path,
    *,
    kind: Kind,
    version: str,
    outputs: Mapping[str, str],
    input_name: str,
    input_range: Sequence[float],
    preprocessing: Mapping[str, Any],
    labels: Sequence[str],
    calibration: Mapping[str, Any],
    statistics: Mapping[str, Any] = MappingProxyType({}),
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    limits: Sequence[str],
    axes: Mapping[int, str] = BATCHES,
    more: Sequence[Tensor] = (),
    tolerance: float = TOLERANCE,
) -> float:
    """Write an ONNX file with float16 weights and its card, and hold it to the module.

    The module's own weights are rounded to float16 first, so that what is compared is what ships.

    Args:
        module: takes `examples`, returns the outputs in the order of `outputs`; its parameters are
            rounded in place.
        examples: a batch of real inputs.
        path: of the ONNX file; the card is written beside it.
        kind: of the card, as the following up to `limits`; see `Card`.
        version: of the weights.
        outputs: name -> meaning of the graph's outputs, in order.
        input_name: name of the graph's input.
        input_range: smallest and largest value that the input can hold.
        preprocessing: constants that turn a file into the input.
        labels: what the model tells apart, in the order of the outputs.
        calibration: how the probabilities were calibrated.
        statistics: what is usual for its answers, where the kind of model has such.
        training: recipe and data.
        metrics: figures.
        limits: what the model cannot do.
        axes: names of the input's axes whose length may differ from that of `examples`; the
            outputs share those of `BATCHES`.
        more: further batches, maybe of another length in `axes`, for the check against torch.
        tolerance: largest difference between torch and ONNX Runtime that is accepted.

    Returns:
        the largest difference between torch and ONNX Runtime over all outputs.

    Raises:
        ModelError: the difference exceeds the tolerance.

    """
    module = module.eval().float()
    _round_to_half(module)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.part.onnx")
    with warnings.catch_warnings():
        # The newer exporter hides the batch norms from ONNX Runtime's fusion: 3.5 instead of
        # 2.6 ms a face. PRESERVE keeps them, and with them the names that `read_weights` needs.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (examples,),
            str(part),
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=[input_name],
            output_names=list(outputs),
            dynamic_axes=dict.fromkeys(outputs, _shared(axes)) | {input_name: dict(axes)},
            opset_version=18,
        )
    graph = onnx.load(str(part))
    _store_half(graph)
    onnx.checker.check_model(graph)
    part.write_bytes(graph.SerializeToString())
    card = Card(
        name=path.stem,
        kind=kind,
        version=version,
        sha256=sha256_of(part),
        labels=tuple(labels),
        input={
            "name": input_name,
            "shape": [axes.get(axis, side) for axis, side in enumerate(examples.shape)],
            "dtype": str(examples.dtype).removeprefix("torch."),
            "range": list(input_range),
        },
        outputs=dict(outputs),
        preprocessing=dict(preprocessing),
        calibration=dict(calibration),
        statistics=dict(statistics),
        training=dict(training),
        metrics=dict(metrics),
        limits=tuple(limits),
    )
    card.write(part.with_suffix(".json"))
    difference = _difference(module, part, kind, (examples, *more))
    if not difference <= tolerance:
        raise ModelError(
            f"torch and ONNX Runtime differ by {difference:.2g} on real inputs, "
            f"more than {tolerance:g}; {part} is kept for inspection"
        )
    part.replace(path)
    part.with_suffix(".json").replace(path.with_suffix(".json"))
    return difference


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the weights stored in an ONNX file by `export_model`, by their torch names.

    Raises:
        ModelError: the file cannot be read.

    """
    try:
        graph = onnx.load(str(path)).graph
    except Exception as error:
        raise ModelError(f"{path} is not an ONNX file: {error}") from error
    weights = {
        tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor), dtype=np.float32))
        for tensor in graph.initializer
    }
    # A Cast restores what is stored as float16, an Identity repeats a tensor equal to another.
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in weights:
            weights[node.output[0]] = weights[node.input[0]]
    return {name: value for name, value in weights.items() if _PARAMETER.search(name)}


def weights_to_begin_with(start: str | None, kind: Kind) -> Path | None:
    """Return the ONNX file that ``--from`` names: ``pretrained`` is the shipped one."""
    if start is None:
        return None
    return WEIGHTS / f"{kind}.onnx" if start == "pretrained" else Path(start)


def load_weights(network: nn.Module, path: Path, *, fresh: tuple[str, ...] = ()) -> None:
    """Begin with the weights of an exported model.

    Args:
        network: what was exported as ``network`` inside a graph; changed in place.
        path: of the ONNX file.
        fresh: beginnings of the names of weights that an export leaves out; they begin anew.

    Raises:
        ModelError: the file cannot be read or holds a network of another shape.

    """
    stored = read_weights(path)
    own = network.state_dict()
    needed = [n for n in own if not n.endswith("num_batches_tracked") and not n.startswith(fresh)]
    for name in needed:
        found = stored.get(f"network.{name}")
        if found is None or found.numel() != own[name].numel():
            raise ModelError(
                f"{path} does not fit this network: {name} is missing or of another shape; "
                "train from scratch or use the recipe that it came from"
            )
    network.load_state_dict(
        own | {name: stored[f"network.{name}"].reshape(own[name].shape) for name in needed}
    )


def _round_to_half(module: nn.Module) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim >= 2:
                parameter.copy_(parameter.half().float())


def _store_half(model: onnx.ModelProto) -> None:
    """Store matrices and kernels as float16, cast back by the graph when it is loaded."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.ndim < 2 or array.size < 256:
            continue
        name = tensor.name
        stored = numpy_helper.from_array(array.astype(np.float16), name + ".half")
        tensor.CopyFrom(stored)
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    for info in list(graph.value_info):
        graph.value_info.remove(info)
    _shorten_names(graph)


def _shorten_names(graph: onnx.GraphProto) -> None:
    """Give what lies between two nodes numbers: names are a twentieth of a small file."""
    kept = {value.name for value in (*graph.input, *graph.output, *graph.initializer)}
    kept |= {node.output[0] for node in graph.node if node.op_type in ("Cast", "Identity")}
    short = {
        name: f"v{number}"
        for number, name in enumerate(
            name for node in graph.node for name in node.output if name not in kept
        )
    }
    for node in graph.node:
        node.name = ""
        for names in (node.input, node.output):
            names[:] = [short.get(name, name) for name in names]


def _shared(axes: Mapping[int, str]) -> dict[int, str]:
    return {axis: name for axis, name in BATCHES.items() if axis in axes}


def _difference(module: nn.Module, path: Path, kind: Kind, examples: Sequence[Tensor]) -> float:
    model = load_model(kind, path)
    largest = 0.0
    for batch in examples:
        with torch.inference_mode():
            expected = [_flat(output.numpy()) for output in module(batch)]
        found = [_flat(output) for output in model.run(batch.numpy()).values()]
        for e, f in zip(expected, found, strict=True):
            largest = max(largest, float(np.abs(e - f).max() / max(1.0, np.abs(e).max())))
    return largest


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(array, dtype=np.float64).reshape(-1)


def update_statistics(onnx: Path, statistics: Mapping[str, Any]) -> None:
    """Replace the statistics in the card of an exported model; the model stays as it is."""
    path = onnx.with_suffix(".json")
    replace(Card.read(path), statistics=dict(statistics)).write(path)
