"""Which cells a face belongs to, and the loss.

A face is learnt on the grids whose `SIZES` it falls into, by the cells near its centre. The score
is trained towards the root of the overlap of the predicted box with the true one, so that the best
of several boxes wins (Li et al. 2020, quality focal loss); the root, since the overlap itself would
give small faces, whose boxes are never as tight, lower scores than many things that are not faces.
The box is trained by 1 - CIoU (Zheng et al. 2020).
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from vibelux.training.detector.network import STRIDES, Grids, overlaps

FACE, UNMEASURED, IGNORED, NOTHING = 1, 2, 3, 0
"""Kinds of a box: a face; one whose sides are doubtful; neither face nor background; no box."""

SIZES = {8: (0.0, 44.0), 16: (30.0, 110.0), 32: (75.0, math.inf)}
"""Grid -> smallest and largest face, the square root of its area in pixels, learnt on it."""

CENTRE = 0.15
"""Share of a face's width and height around its centre in which a cell answers for it."""

USUAL_QUALITY = 0.9
"""What the score of a face with doubtful sides is trained towards."""

BOX_WEIGHT = 2.0
"""Of the boxes' loss against the scores'."""

POINTS_WEIGHT = 0.25
"""Of the points' loss."""


@dataclass(frozen=True)
class Losses:
    """The parts of a batch's loss.

    Attributes:
        score: quality focal loss, a face's cell.
        box: 1 - CIoU, mean over the cells of measured faces.
        points: distance of the points from the true ones in sizes of the face, mean over the cells
            of faces whose points are known.
        overlap: mean overlap of these cells' boxes with the true ones, in [0, 1].

    """

    score: Tensor
    box: Tensor
    points: Tensor
    overlap: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.score + BOX_WEIGHT * self.box + POINTS_WEIGHT * self.points


def detector_loss(grids: Grids, boxes: Tensor, kinds: Tensor, points: Tensor) -> Losses:
    """Compare the answers of all cells with the faces of each frame.

    Args:
        grids: the network's answers.
        boxes: edges of each frame's boxes in pixels [shape=(k, n, 4)].
        kinds: of each box, such as `FACE`; `NOTHING` comes last [shape=(k, n)].
        points: of each face in pixels [shape=(k, n, 5, 2)], NaN where they are not known.

    """
    most = max(1, int((kinds != NOTHING).sum(dim=1).max()))
    boxes, kinds = boxes[:, :most], kinds[:, :most]
    centres, strides = grids.centres[None, :, None], grids.strides[None, :, None]
    sides = (boxes[..., 2:] - boxes[..., :2]).clamp(min=1e-3)[:, None]
    middle = ((boxes[..., 2:] + boxes[..., :2]) / 2)[:, None]
    away = (centres - middle).abs()
    relative = away / sides
    face = ((kinds == FACE) | (kinds == UNMEASURED))[:, None]
    size = sides.prod(dim=-1).sqrt()
    fits, nearly = _fitting(size, strides)
    nearest = (away <= strides[..., None] / 2).all(dim=-1)
    near = ((relative < CENTRE) & (away <= 1.5 * strides[..., None])).all(dim=-1) | nearest
    answers = face & fits & near
    # A cell between two faces answers for the nearer one.
    distance = torch.where(answers, relative.square().sum(dim=-1), math.inf)
    closest, owner = distance.min(dim=2)
    positive = closest < math.inf
    true = boxes.gather(1, owner[..., None].expand(-1, -1, 4))
    measured = positive & (kinds.gather(1, owner) == FACE)
    overlap = overlaps(grids.boxes, true)
    quality = torch.where(measured, overlap.detach().sqrt(), positive.float() * USUAL_QUALITY)
    # Around a face's centre its neighbours are not taught to be silent (Law & Deng 2018).
    halo = torch.exp(-relative.square().sum(dim=-1) / (2 * CENTRE**2))
    halo = (halo * (face & nearly)).amax(dim=2)
    inside = (relative <= 0.5).all(dim=-1) & (kinds == IGNORED)[:, None]
    weight = torch.where(positive, 1.0, (1 - halo).pow(4) * ~inside.any(dim=2))
    error = (torch.sigmoid(grids.logits) - quality).abs().square()
    score = functional.binary_cross_entropy_with_logits(grids.logits, quality, reduction="none")
    count = positive.sum().clamp(min=1)
    found, wanted = grids.boxes[measured], true[measured]
    complete = complete_overlap(found, wanted)
    pointed = points[:, :most].flatten(2).gather(1, owner[..., None].expand(-1, -1, 10))
    known = measured & pointed.isfinite().all(dim=2)
    scale = size.expand(-1, 1, -1).squeeze(1).gather(1, owner)[known]
    apart = (grids.points.flatten(2)[known] - pointed[known]).abs().mean(dim=1) / scale
    empty = found.sum() * 0  # keeps the gradient defined in a batch without faces
    return Losses(
        score=(score * error * weight).sum() / count,
        box=(1 - complete).mean() if len(found) else empty,
        points=apart.mean() if len(apart) else empty,
        overlap=overlap[measured].mean() if len(found) else empty,
    )


def complete_overlap(found: Tensor, wanted: Tensor) -> Tensor:
    """Return CIoU of boxes given by their edges (Zheng et al. 2020) [shape=(n,)], in [-1.5, 1]."""
    iou = overlaps(found, wanted)
    around = torch.maximum(found[:, 2:], wanted[:, 2:]) - torch.minimum(found[:, :2], wanted[:, :2])
    apart = (found[:, :2] + found[:, 2:] - wanted[:, :2] - wanted[:, 2:]) / 2
    shift = apart.square().sum(dim=1) / around.square().sum(dim=1).clamp(min=1e-6)
    angles = [
        torch.atan2(*(b[:, 2:] - b[:, :2]).clamp(min=1e-3).unbind(1)) for b in (found, wanted)
    ]
    shape = (angles[0] - angles[1]).square() * 4 / math.pi**2
    with torch.no_grad():
        trade = shape / (1 - iou + shape).clamp(min=1e-6)
    return iou - shift - trade * shape


def _fitting(size: Tensor, strides: Tensor) -> tuple[Tensor, Tensor]:
    """Say which faces are learnt on the cell's grid, and which could nearly be."""
    low = torch.zeros_like(strides)
    high = torch.zeros_like(strides)
    for stride in STRIDES:
        low = torch.where(strides == stride, SIZES[stride][0], low)
        high = torch.where(strides == stride, SIZES[stride][1], high)
    return (size >= low) & (size < high), (size >= low / 1.6) & (size < high * 1.6)
