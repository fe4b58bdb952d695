"""The songs that a person owns: scanning, catalogue, tags, playlists."""
