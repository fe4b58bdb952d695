"""Training of the models (the [train] extra); the only package that imports torch."""

from vibelux.dependencies import forbid_telemetry, place_font_cache

# Lightning imports torchmetrics, and that imports ONNX Runtime and Matplotlib where they are
# installed: so this comes before any module of this package.
forbid_telemetry()
place_font_cache()
