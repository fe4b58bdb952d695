"""Training of the music model."""
