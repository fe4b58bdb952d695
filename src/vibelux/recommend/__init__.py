"""From a mood and the catalogue to ranked songs with reasons."""
