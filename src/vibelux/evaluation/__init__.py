"""Figures of a model on labelled data; runs on the core install."""
