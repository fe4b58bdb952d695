"""The face CNN: one trunk, a mood head and a label head.

Convolution, max pooling and dropout blocks as in the VGG networks that lead on FER2013
(Pramerdorfer & Kampel 2016), with a residual pair in each of the two deepest stages.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from vibelux.datasets.faces import SIZE
from vibelux.emotions import EMOTIONS
from vibelux.training.layers import Residual, convolution


class FaceNetwork(nn.Module):
    """48×48 grey face -> logits of the mood, logits of the label, embedding.

    Args:
        widths: channels of the four stages.
        embedding: length of the embedding.
        dropout: share of features dropped before the dense layers.

    """

    def __init__(
        self,
        *,
        widths: tuple[int, int, int, int] = (32, 64, 128, 256),
        embedding: int = 128,
        dropout: float = 0.4,
    ) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.trunk = nn.Sequential(
            convolution(1, first),
            nn.MaxPool2d(2),
            convolution(first, second),
            convolution(second, second),
            nn.MaxPool2d(2),
            nn.Dropout2d(0.05),
            convolution(second, third),
            Residual(third),
            nn.MaxPool2d(2),
            nn.Dropout2d(0.1),
            convolution(third, fourth),
            Residual(fourth),
            nn.MaxPool2d(2),
        )
        self.dense = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(fourth * (SIZE // 16) ** 2, embedding, bias=False),
            nn.BatchNorm1d(embedding),
            nn.ReLU(inplace=True),
        )
        self.dropout = nn.Dropout(dropout)
        self.mood = nn.Linear(embedding, len(EMOTIONS))
        self.label = nn.Linear(embedding, len(EMOTIONS))

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits and embedding.

        Args:
            faces: standardised faces [shape=(k, 1, 48, 48), dtype=float32], see `standardise`.

        Returns:
            mood logits (k, 7), label logits (k, 7), embedding (k, d) before normalisation.

        """
        embedding = self.dense(self.trunk(faces))
        dropped = self.dropout(embedding)
        return self.mood(dropped), self.label(dropped), embedding


class FaceGraph(nn.Module):
    """What is exported: uint8 crops in, calibrated probabilities and embedding out.

    Args:
        network: the trained network.
        mood_temperature: divides the mood logits.
        label_temperature: divides the label logits.
        label_bias: added to the divided label logits, one for each emotion.

    """

    label_bias: Tensor

    def __init__(
        self,
        network: FaceNetwork,
        *,
        mood_temperature: float,
        label_temperature: float,
        label_bias: Sequence[float],
    ) -> None:
        super().__init__()
        self.network = network
        self.mood_temperature = mood_temperature
        self.label_temperature = label_temperature
        self.register_buffer("label_bias", torch.tensor(label_bias, dtype=torch.float32))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return mood (k, 7), label (k, 7) and L2-normalised embedding (k, d).

        Args:
            crops: [shape=(k, 48, 48), dtype=uint8].

        """
        mood, label, embedding = self.network(standardise(crops.float().unsqueeze(1) / 255))
        return (
            torch.softmax(mood / self.mood_temperature, dim=1),
            torch.softmax(label / self.label_temperature + self.label_bias, dim=1),
            embedding / embedding.square().sum(dim=1, keepdim=True).add(1e-12).sqrt(),
        )


def standardise(faces: Tensor) -> Tensor:
    """Subtract each face's mean and divide by its deviation, which removes light and contrast.

    A flat image stays flat: 0.001 is added to the variance, about 8 of 255 grey levels.

    Args:
        faces: [shape=(k, 1, h, w), dtype=float32, range=[0, 1]].

    """
    centred = faces - faces.mean(dim=(2, 3), keepdim=True)
    return centred / (centred.square().mean(dim=(2, 3), keepdim=True) + 1e-3).sqrt()
