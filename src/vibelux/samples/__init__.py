"""Sample music: pieces that are composed, synthesised and written to files on the spot."""
