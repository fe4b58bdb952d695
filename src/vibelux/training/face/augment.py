"""Random changes of a batch of faces, on the batch's device.

They stand for what a webcam and a face detector do: boxes that are ±10 % off, tilted heads,
uneven light, noise, blur, and hands or hair in front of the face.
"""

import math

import torch
import torch.nn.functional as functional
from torch import Tensor

MILD = 0.35
"""Of the strong movements of a face, those of a face that is changed mildly."""


def augment(faces: Tensor, *, strong_share: float = 1.0) -> Tensor:
    """Return changed copies: flip, affine, light, gamma, blur, noise, erasing.

    Args:
        faces: [shape=(k, 1, h, w), dtype=float32, range=[0, 1]].
        strong_share: of the faces that get all of it; the others are flipped and moved a little.

    Returns:
        the same shape and range.

    """
    strong = _chosen(faces, strong_share)
    faces = _affine(faces, torch.where(strong, 1.0, MILD))
    changed = _erase(_blur_and_noise(_light(faces)))
    return torch.where(strong.view(-1, 1, 1, 1), changed, faces)


def mix(
    faces: Tensor, targets: tuple[Tensor, ...], *, alpha: float
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Blend the batch with a permutation of itself (mixup, Zhang et al. 2018).

    Args:
        faces: [shape=(k, 1, h, w)].
        targets: tensors with the same leading axis, blended with the same weight.
        alpha: of the Beta distribution that the weight is drawn from, > 0.

    """
    weight = float(torch.distributions.Beta(alpha, alpha).sample())
    order = torch.randperm(len(faces), device=faces.device)
    return (
        torch.lerp(faces[order], faces, weight),
        tuple(torch.lerp(target[order], target, weight) for target in targets),
    )


def _uniform(faces: Tensor, low: float, high: float) -> Tensor:
    return torch.empty(len(faces), device=faces.device).uniform_(low, high)


def _chosen(faces: Tensor, share: float) -> Tensor:
    return torch.rand(len(faces), device=faces.device) < share


def _affine(faces: Tensor, strength: Tensor) -> Tensor:
    """Turn, scale, stretch, shear, shift and flip, by `strength` [shape=(k,)] of the most."""
    angle = (torch.randn(len(faces), device=faces.device) * 10).clamp(-25, 25) * (math.pi / 180)
    angle = angle * strength
    scale = torch.exp(_uniform(faces, math.log(0.82), math.log(1.2)) * strength)
    aspect = torch.exp(_uniform(faces, -0.06, 0.06) * strength)
    shear = _uniform(faces, -0.08, 0.08) * strength
    shift_x, shift_y = (_uniform(faces, -0.2, 0.2) * strength for _ in range(2))
    flip = torch.where(_chosen(faces, 0.5), -1.0, 1.0)
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    theta = torch.stack(
        [
            torch.stack([cos * aspect * flip, (shear - sin) / aspect, shift_x], 1),
            torch.stack([sin * aspect * flip, cos / aspect, shift_y], 1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, list(faces.shape), align_corners=False)
    return functional.grid_sample(faces, grid, padding_mode="border", align_corners=False)


def _light(faces: Tensor) -> Tensor:
    shape = (-1, 1, 1, 1)
    gamma = torch.exp(torch.randn(len(faces), device=faces.device) * 0.25).view(shape)
    gain = _uniform(faces, 0.6, 1.4).view(shape)
    offset = _uniform(faces, -0.15, 0.15).view(shape)
    return (faces.clamp(1e-4, 1).pow(gamma) * gain + offset).clamp(0, 1)


def _blur_and_noise(faces: Tensor) -> Tensor:
    padded = functional.pad(faces, (1, 1, 1, 1), mode="replicate")
    blurred = functional.avg_pool2d(padded, 3, stride=1)
    faces = torch.where(_chosen(faces, 0.15).view(-1, 1, 1, 1), blurred, faces)
    amount = (_uniform(faces, 0, 0.06) * _chosen(faces, 0.3)).view(-1, 1, 1, 1)
    return (faces + torch.randn_like(faces) * amount).clamp(0, 1)


def _erase(faces: Tensor, *, share: float = 0.3) -> Tensor:
    """Fill one random rectangle of some faces with a random grey (Zhong et al. 2020)."""
    height, width = faces.shape[-2:]
    rows = torch.arange(height, device=faces.device).view(1, 1, -1, 1) / height
    columns = torch.arange(width, device=faces.device).view(1, 1, 1, -1) / width

    def inside(positions: Tensor) -> Tensor:
        centre = _uniform(faces, 0, 1).view(-1, 1, 1, 1)
        half = _uniform(faces, 0.08, 0.24).view(-1, 1, 1, 1)
        return (positions - centre).abs() < half

    hidden = inside(rows) & inside(columns) & _chosen(faces, share).view(-1, 1, 1, 1)
    return torch.where(hidden, _uniform(faces, 0, 1).view(-1, 1, 1, 1), faces)
