"""Songs: what a file is, what its tags say, and what the model found."""

STATEMENTS = (
    """
    CREATE TABLE songs (
        id INTEGER PRIMARY KEY NOT NULL,
        path BLOB NOT NULL UNIQUE,
        size INTEGER,
        mtime_ns INTEGER,
        content_hash BLOB,
        title TEXT,
        artist TEXT,
        album TEXT,
        albumartist TEXT,
        track INTEGER,
        year INTEGER,
        genre TEXT,
        duration FLOAT,
        mood BLOB CHECK (length(mood) = 28),
        valence FLOAT,
        arousal FLOAT,
        quadrant BLOB,
        embedding BLOB,
        course BLOB,
        model TEXT,
        analysed_at INTEGER,
        state TEXT NOT NULL CHECK (state IN ('ok', 'failed', 'missing')),
        reason_code TEXT,
        reason TEXT,
        CHECK (state != 'ok' OR mood IS NOT NULL),
        CHECK (state != 'failed' OR reason_code IS NOT NULL)
    )
    """,
    # Holds all that counting songs and loading their moods needs, so that neither reads the table.
    "CREATE INDEX songs_moods ON songs (state, id, mood)",
    # Finds the same content under another path.
    "CREATE INDEX songs_content ON songs (size, content_hash)",
)
