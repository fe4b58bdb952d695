"""What songs are known by when their tags change: the sound, and the key in the profile."""

STATEMENTS = (
    "ALTER TABLE songs ADD COLUMN sound_hash BLOB",
    "ALTER TABLE songs ADD COLUMN known_by BLOB",
    # Finds the same sound in a file with other tags.
    "CREATE INDEX songs_sound ON songs (sound_hash) WHERE sound_hash IS NOT NULL",
    # The same among songs that were analysed before there were digests: by the analysis.
    "CREATE INDEX songs_heard ON songs (mood) WHERE sound_hash IS NULL AND mood IS NOT NULL",
)
