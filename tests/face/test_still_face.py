"""That tests/data/still_face.json, which the page's tests go by, is still what the model says."""

import json
import runpy
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[1] / "data"


def test_the_moods_of_the_still_face_are_those_of_the_shipped_model():
    made = runpy.run_path(str(DATA / "still_face.py"))
    known = json.loads((DATA / "still_face.json").read_text())
    start = made["FPS"] * made["STILL_SECONDS"]
    assert (known["fps"], len(known["still"])) == (made["FPS"], start)
    np.testing.assert_allclose(made["moods"](3), known["still"][:3], atol=0.01)
    np.testing.assert_allclose(made["moods"](2, start=start), known["changed"][:2], atol=0.01)
