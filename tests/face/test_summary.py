import json

import numpy as np
import pytest

from vibelux.face.reading import FaceReader
from vibelux.face.summary import MoodSummary
from vibelux.face.tracker import FaceTracker

FRAME = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
HAPPY, SAD = np.eye(7)[3], np.eye(7)[5]


def _summary(reader: FaceReader, *times: float) -> MoodSummary:
    tracker, summary = FaceTracker(reader), MoodSummary()
    for time in times:
        summary.add(tracker.read(FRAME, time=time))
    return summary


def test_counts_moods_states_and_changes(
    known_reader: FaceReader, known_detector, known_model
) -> None:
    here = known_detector.boxes[0]
    known_detector.boxes = [here, here, here, []]
    known_model.moods = [HAPPY, SAD]
    summary = _summary(known_reader, 0, 1, 2, 2.5, 4)
    assert summary.mood is not None
    assert summary.mood[[3, 5]] == pytest.approx([1 / 3, 2 / 3])
    assert (summary.frames, summary.duration, summary.changes) == (5, 4, 1)
    assert summary.states == {"ok": 0.8, "no_face": 0.2}  # held for half a second
    value = json.loads(json.dumps(summary.as_json()))
    assert list(value) == [
        "mood", "state", "duration", "frames", "states", "changes_per_second", "model",
    ]  # fmt: skip
    assert (value["state"], value["changes_per_second"]) == ("ok", 0.25)
    assert value["model"] == "face-0-00000000"


def test_without_a_mood(known_reader: FaceReader, known_detector) -> None:
    known_detector.boxes = [[]]
    summary = _summary(known_reader, 0)
    assert (summary.mood, summary.state) == (None, "no_face")
    assert summary.as_json()["changes_per_second"] is None


def test_no_change_is_counted_across_a_gap(
    known_reader: FaceReader, known_detector, known_model
) -> None:
    here = known_detector.boxes[0]
    known_detector.boxes = [here, [], here]
    known_model.moods = [HAPPY, SAD]
    assert _summary(known_reader, 0, 2, 4).changes == 0
