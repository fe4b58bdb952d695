"""The face detector's CNN and the graph around it.

Anchor-free: every cell of three grids, 8, 16 and 32 pixels apart, says whether a face is centred
near it and how far the face's four sides are (Tian et al. 2019, FCOS). Plain narrow convolutions:
depthwise ones have fewer operations, but take longer in ONNX Runtime and four times as long to
train.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from vibelux.training.layers import Residual, convolution

STRIDES = (8, 16, 32)
"""Pixels between the cells of the three grids."""

CANDIDATES = 64
"""Peaks that are compared with each other in a picture."""

POINTS = 5
"""Eyes, nose, corners of the mouth."""

MOST_FACES = 32
"""Rows of the graph's outputs."""

OVERLAP = 0.4
"""Intersection over union with a better box from which a box is a duplicate."""

LOWEST = 0.05
"""Score below which a box is left out: what equally unlikely cells say has no stable order."""

_CONTRAST_FLOOR = 0.04
_LARGEST_LOG = 3.5  # e^3.5 · 32 pixels from a cell to a side


class Grids(NamedTuple):
    """What the network says of each cell of all grids, the finest grid first.

    Attributes:
        logits: of a face [shape=(k, cells)].
        boxes: left, upper, right and lower edge in pixels [shape=(k, cells, 4)].
        points: x, y in pixels of eyes, nose and corners of the mouth, in the order of
            `vibelux.datasets.face_points.POINTS` [shape=(k, cells, 5, 2)].
        centres: x, y of the cells in pixels [shape=(cells, 2)].
        strides: of the cells' grid in pixels [shape=(cells,)].

    """

    logits: Tensor
    boxes: Tensor
    points: Tensor
    centres: Tensor
    strides: Tensor


class DetectorNetwork(nn.Module):
    """Grey frames -> for each grid a map of 15 channels.

    They are the logit, the logarithms of the distances to the four sides, and where the five points
    are from the cell's middle, all in strides.

    Args:
        widths: channels at strides 2, 4, 8, 16 and 32.
        depths: residual pairs at strides 8, 16 and 32. They begin as if they were not there.
        head: channels of the maps that the answers are read from.

    """

    def __init__(
        self,
        *,
        widths: tuple[int, int, int, int, int] = (8, 16, 32, 64, 64),
        depths: tuple[int, int, int] = (3, 3, 1),
        head: int = 32,
    ) -> None:
        super().__init__()
        first, second, third, fourth, fifth = widths
        self.stem = nn.Sequential(
            convolution(1, first, stride=2, kernel=5),
            convolution(first, second, stride=2),
            convolution(second, second),
        )
        self.stages = nn.ModuleList(
            nn.Sequential(
                convolution(before, width, stride=2), *(Residual(width) for _ in range(depth))
            )
            for before, width, depth in zip(widths[1:], widths[2:], depths, strict=False)
        )
        self.lateral = nn.ModuleList(
            [nn.Conv2d(width, head, 1) for width in (third, fourth, fifth)]
        )
        self.heads = nn.ModuleList(
            [nn.Sequential(convolution(head, head), nn.Conv2d(head, 5, 1)) for _ in STRIDES]
        )
        self.points = nn.ModuleList([nn.Conv2d(head, 2 * POINTS, 1) for _ in STRIDES])
        with torch.no_grad():
            for module in self.stages.modules():
                if isinstance(module, Residual):
                    module.norm.weight.zero_()
            for answer in self.heads:
                bias = answer[-1].bias  # type: ignore[index]
                bias.copy_(torch.tensor([-4.6, 0.7, 0.7, 0.7, 0.7]))  # one cell in a hundred

    def forward(self, frames: Tensor) -> list[Tensor]:
        """Return a map (k, 15, ⌈h / stride⌉, ⌈w / stride⌉) for each of `STRIDES`.

        Args:
            frames: standardised frames [shape=(k, 1, h, w), dtype=float32], see `standardise`.

        """
        features = self.stem(frames)
        levels = []
        for stage, lateral in zip(self.stages, self.lateral, strict=True):
            features = stage(features)
            levels.append(lateral(features))
        # What the coarse grid knows of the surroundings is passed on to the finer ones.
        for finer in (1, 0):
            levels[finer] = levels[finer] + _enlarged(levels[finer + 1], levels[finer])
        maps = []
        for level, head, points in zip(levels, self.heads, self.points, strict=True):
            shared, answers = head.children()
            features = shared(functional.relu(level))
            maps.append(torch.cat([answers(features), points(features)], dim=1))
        return maps


def read_grids(maps: list[Tensor]) -> Grids:
    """Turn the network's maps into logits, boxes and points in pixels."""
    logits, boxes, points, all_centres, all_strides = [], [], [], [], []
    for answers, stride in zip(maps, STRIDES, strict=True):
        answers = answers.float()
        rows = (torch.arange(answers.shape[2], device=answers.device) + 0.5) * stride
        columns = (torch.arange(answers.shape[3], device=answers.device) + 0.5) * stride
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        centres = torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)
        answers = answers.flatten(2).transpose(1, 2)
        sides = answers[..., 1:5].clamp(max=_LARGEST_LOG).exp() * stride
        logits.append(answers[..., 0])
        boxes.append(torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], dim=2))
        away = answers[..., 5:].reshape(answers.shape[0], -1, POINTS, 2) * stride
        points.append(away + centres[:, None])
        all_centres.append(centres)
        all_strides.append(torch.full_like(centres[:, 0], stride))
    return Grids(
        logits=torch.cat(logits, dim=1),
        boxes=torch.cat(boxes, dim=1),
        points=torch.cat(points, dim=1),
        centres=torch.cat(all_centres),
        strides=torch.cat(all_strides),
    )


class DetectorGraph(nn.Module):
    """What is exported: one uint8 frame in, boxes, scores and points of its faces out.

    Args:
        network: the trained network.
        pointed: whether the points are given too.

    """

    def __init__(self, network: DetectorNetwork, *, pointed: bool = False) -> None:
        super().__init__()
        self.network = network
        self.pointed = pointed

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        """Return boxes (1, 32, 4), x, y, w, h in pixels, scores (1, 32) and points (1, 32, 5, 2).

        The best come first; the points are left out unless `pointed`.

        Args:
            frames: [shape=(1, h, w), dtype=uint8].

        """
        maps = self.network(standardise(frames.unsqueeze(1)))
        grids = read_grids(maps)
        scores = torch.sigmoid(torch.cat([_peaks(level[:, :1]) for level in maps], dim=1))[0]
        # A small frame has fewer cells than there are candidates.
        scores = functional.pad(scores, (0, CANDIDATES))
        every = torch.cat([grids.boxes, grids.points.flatten(2)], dim=2)[0]
        every = functional.pad(every, (0, 0, 0, CANDIDATES))
        scores, order = scores.topk(CANDIDATES)
        every = every[order]
        kept = _kept(every[:, :4]) * (scores >= LOWEST).float()
        scores, order = (scores * kept).topk(MOST_FACES)
        every = every[order] * (scores > 0).float()[:, None]
        corners, opposite = every[:, :2], every[:, 2:4]
        boxes = torch.cat([corners, opposite - corners], dim=1)
        if not self.pointed:
            return boxes[None], scores[None]
        points = every[:, 4:].reshape(MOST_FACES, POINTS, 2)
        return boxes[None], scores[None], points[None]


def standardise(frames: Tensor) -> Tensor:
    """Subtract each frame's mean and divide by its deviation, which removes light and contrast.

    Args:
        frames: [shape=(k, 1, h, w), dtype=uint8].

    Returns:
        the same shape, float32; a flat frame stays flat.

    """
    frames = frames.float() / 255
    centred = frames - frames.mean(dim=(2, 3), keepdim=True)
    deviation = centred.square().mean(dim=(2, 3), keepdim=True).sqrt()
    return centred / (deviation + _CONTRAST_FLOOR)


def overlaps(first: Tensor, second: Tensor) -> Tensor:
    """Return intersection over union of boxes given by their edges, broadcast [shape=(…, 4)]."""
    inner = torch.minimum(first[..., 2:], second[..., 2:]) - torch.maximum(
        first[..., :2], second[..., :2]
    )
    inner = inner.clamp(min=0)
    shared = inner[..., 0] * inner[..., 1]
    return shared / (_area(first) + _area(second) - shared).clamp(min=1e-6)


def _area(boxes: Tensor) -> Tensor:
    sides = boxes[..., 2:] - boxes[..., :2]
    return sides[..., 0] * sides[..., 1]


def _peaks(logits: Tensor) -> Tensor:
    """Return the logits (1, cells) of one grid, those that a neighbour exceeds at -inf's place."""
    highest = functional.max_pool2d(logits, 3, stride=1, padding=1)
    return torch.where(logits >= highest, logits, torch.full_like(logits, -100.0)).flatten(1)


def _kept(boxes: Tensor) -> Tensor:
    """Return 1 for each box that no better kept box covers, else 0 [shape=(CANDIDATES,)].

    The best come first. Greedy suppression decides them one after the other; here all are decided
    at once, again and again, and after n rounds no chain of n boxes is decided otherwise.
    """
    better = torch.ones(CANDIDATES, CANDIDATES, device=boxes.device).tril(-1)
    covers = (overlaps(boxes[:, None], boxes[None]) > OVERLAP).float() * better
    kept = torch.ones(CANDIDATES, device=boxes.device)
    for _ in range(6):
        kept = (covers @ kept < 0.5).float()
    return kept


def _enlarged(coarse: Tensor, fine: Tensor) -> Tensor:
    """Return a map at twice its size, cut to that of the finer one."""
    twice = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
    return twice[:, :, : fine.shape[2], : fine.shape[3]]
