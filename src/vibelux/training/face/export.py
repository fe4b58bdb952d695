"""From a trained face network to the shipped graph, and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vibelux.datasets.faces import FaceData, agreement
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.faces import vote_target
from vibelux.models import Card
from vibelux.training.export import export_model
from vibelux.training.face.calibration import (
    WORST_SHARE,
    fit_temperature,
    fit_temperature_and_bias,
)
from vibelux.training.face.network import FaceGraph, FaceNetwork, standardise
from vibelux.training.face.statistics import face_statistics
from vibelux.training.fit import laid_out

OUTPUTS = {
    "mood": "mixture of the seven emotions, learnt from ten annotators' votes and calibrated to "
    "their plurality (batch, 7)",
    "label": "probabilities of the FER2013 label (batch, 7), calibrated",
    "embedding": "features before the dense heads (batch, 128), L2-normalised",
}
LIMITS = (
    "It estimates the expression that a face shows, not what the person feels.",
    "Trained on pictures found on the web in 2013: posed and exaggerated expressions are "
    "over-represented, and age, skin tone and culture are not balanced or even recorded.",
    "FER2013's labels are contested: people agree with them on about 65 % of the faces.",
    "Disgust is rare in the training data (1.5 %); it and fear are recognised least often.",
)
PREPROCESSING = {"size": 48, "box_crop_scale": 1.24, "grey": "ITU-R BT.601 luma"}


def export_faces(
    network: FaceNetwork,
    held: FaceData,
    path: Path,
    *,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> float:
    """Calibrate a trained network on held-back faces and export it.

    Args:
        network: the trained network.
        held: faces that were not learnt from, for calibration, for the statistics and for the check
            against torch.
        path: of the ONNX file.
        training: recipe and data, for the card.
        metrics: figures, for the card.

    Returns:
        the largest difference between torch and ONNX Runtime.

    """
    network = laid_out(network.float().eval().cpu(), torch.contiguous_format)
    mood_logits, label_logits = _logits(network, held)
    voted = vote_target(held)
    rows, plurality = (voted.rows, voted.label) if len(voted.rows) else (slice(None), held.label)
    label_temperature, label_bias = fit_temperature_and_bias(label_logits, held.label)
    constants = {
        "mood_temperature": fit_temperature(mood_logits[rows], _one_hot(plurality)),
        "label_temperature": label_temperature,
        "label_bias": label_bias.tolist(),
    }
    calibration = {
        "method": "mood: temperature scaling (Guo et al. 2017) to the plurality of the votes; "
        "label: temperature and bias (Alexandari et al. 2020), the worst emotion's loss weighted "
        f"by {WORST_SHARE}; fitted on validation rows, in the graph",
        "rows": len(held),
        **constants,
    }
    graph = FaceGraph(network, **constants)
    return export_model(
        graph,
        torch.from_numpy(held.images[:64]),
        path,
        kind="face",
        version=date.today().strftime("%Y.%m.%d"),
        outputs=OUTPUTS,
        input_name="crops",
        input_range=(0, 255),
        preprocessing=PREPROCESSING,
        labels=EMOTIONS,
        calibration=calibration,
        statistics=card_statistics(_moods(graph, held), held),
        training=training,
        metrics=metrics,
        limits=LIMITS,
    )


def card_statistics(moods: NDArray[np.floating], held: FaceData) -> dict[str, Any]:
    """Return the statistics of a model's moods [shape=(n, 7)] of held-back faces, for its card."""
    found = face_statistics(moods, None if held.votes is None else agreement(held.votes))
    return found.as_json() | {"faces": len(moods), "of": "faces held back"}


def update_card(onnx: Path, metrics: dict[str, Any]) -> None:
    """Add figures to the card of an exported model."""
    path = onnx.with_suffix(".json")
    card = Card.read(path)
    replace(card, metrics={**card.metrics, **metrics}).write(path)


def _one_hot(label: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.eye(len(EMOTIONS), dtype=np.float32)[label]


def _moods(graph: FaceGraph, data: FaceData) -> NDArray[np.float32]:
    """Return what the exported model says of faces [shape=(n, 7)]."""
    with torch.inference_mode():
        parts = [
            graph(torch.from_numpy(data.images[start : start + 256]))[0].numpy()
            for start in range(0, len(data), 256)
        ]
    return np.concatenate(parts)


def _logits(
    network: FaceNetwork, data: FaceData
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    mood, label = [], []
    with torch.inference_mode():
        for start in range(0, len(data), 256):
            images = torch.from_numpy(data.images[start : start + 256])
            outputs = network(standardise(images.float().unsqueeze(1) / 255))
            mood.append(outputs[0].numpy())
            label.append(outputs[1].numpy())
    return np.concatenate(mood), np.concatenate(label)
