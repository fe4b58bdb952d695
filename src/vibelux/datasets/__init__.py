"""Readers of labelled faces and music, one module per format; NumPy only."""
