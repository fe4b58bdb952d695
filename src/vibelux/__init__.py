"""VibeluX sees the expression on a face, hears the emotion in music, and plays what fits."""

__version__ = "0.1.0"
