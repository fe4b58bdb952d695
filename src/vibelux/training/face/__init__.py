"""Training of the face model."""
