"""Who listens: what happened to which songs, and what can be counted and learnt from it."""
