"""Training of both CNNs (the [train] extra); the only package that imports torch."""
