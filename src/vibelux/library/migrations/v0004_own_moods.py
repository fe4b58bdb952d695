"""Moods that a person gave to songs; they count before what a model found, whatever is scanned."""

STATEMENTS = (
    "ALTER TABLE songs ADD COLUMN own_mood BLOB",
    "ALTER TABLE songs ADD COLUMN own_valence FLOAT",
    "ALTER TABLE songs ADD COLUMN own_arousal FLOAT",
    # Holds all that counting songs and loading their moods needs, as before.
    "DROP INDEX songs_moods",
    "CREATE INDEX songs_moods ON songs (server, state, id, mood, own_mood)",
)
