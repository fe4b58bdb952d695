"""Folders that were scanned; what stays of songs that the person removed; failures put aside.

Of a removed song no path and no tag stays, only what tells it when it comes again: the hashes of
its content and its sound, the key by which the listener's profile knows it, and its correction. A
failure is dismissed for the state that the file had; it counts again when the file changes.
"""

STATEMENTS = (
    """
    CREATE TABLE folders (
        path BLOB PRIMARY KEY NOT NULL,
        scanned_at INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE forgotten_songs (
        key BLOB PRIMARY KEY NOT NULL,
        content_hash BLOB,
        sound_hash BLOB,
        duration FLOAT,
        own_mood BLOB,
        own_valence FLOAT,
        own_arousal FLOAT
    )
    """,
    "CREATE INDEX forgotten_songs_by_content ON forgotten_songs (content_hash)",
    "CREATE INDEX forgotten_songs_by_sound ON forgotten_songs (sound_hash)",
    """
    CREATE TABLE dismissed_failures (
        song INTEGER PRIMARY KEY NOT NULL,
        size INTEGER,
        mtime_ns INTEGER
    )
    """,
    """
    CREATE TRIGGER dismissed_song_deleted AFTER DELETE ON songs BEGIN
        DELETE FROM dismissed_failures WHERE song = old.id;
    END
    """,
)
