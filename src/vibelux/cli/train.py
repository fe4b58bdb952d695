"""`vibelux train`: train the CNNs on one's own data (needs the [train] extra)."""

from vibelux.cli import train_detector, train_face, train_music
from vibelux.cli.command import Commands

app = Commands(
    help="Train a model on your labelled data (needs the train extra).",
    examples=["vibelux train face --data fer2013.csv --quick"],
)
app.adds(
    "face",
    examples=[
        "vibelux train face --data fer2013.csv --quick --test PublicTest",
        "vibelux train face --data fer2013.csv --out runs/face --resume",
        "vibelux train face --data faces/ --from pretrained --set dropout=0.3",
    ],
)(train_face.face)
app.adds(
    "music",
    examples=[
        "vibelux train music --data manifest.csv",
        "vibelux train music --cross-validate --predictions moods.csv",
        "vibelux train music --data manifest.csv --calibrate-from cross_validation.json",
    ],
)(train_music.music)
app.adds("detector", examples=["vibelux train detector --boxes boxes.csv"])(train_detector.detector)
