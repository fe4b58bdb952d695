"""Songs of music servers beside files: whose they are, and how often they were played there."""

STATEMENTS = (
    "ALTER TABLE songs ADD COLUMN server TEXT",
    "ALTER TABLE songs ADD COLUMN remote_id TEXT",
    "ALTER TABLE songs ADD COLUMN plays INTEGER",
    "ALTER TABLE songs ADD COLUMN played_at INTEGER",
    "CREATE UNIQUE INDEX songs_remote ON songs (server, remote_id) WHERE server IS NOT NULL",
    # Holds all that counting songs and loading their moods needs, now of one place at a time.
    "DROP INDEX songs_moods",
    "CREATE INDEX songs_moods ON songs (server, state, id, mood)",
)
