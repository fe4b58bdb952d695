"""A model's figures on labelled data; runs on the core install."""
