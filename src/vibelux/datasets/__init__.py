"""Readers of labelled faces and music, one file a format; NumPy only."""
