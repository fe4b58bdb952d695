"""Which songs changed last, so that readers need to read only those again.

Each song that was ever written to or deleted has one row. Changes are numbered in their order, and
a number never comes again; the random token tells a change from one of the same number in a copy of
the catalogue that went its own way. Triggers keep the rows, whoever writes.
"""

_CHANGED = (
    "DELETE FROM song_changes WHERE song = {row}.id; "
    "INSERT INTO song_changes (song) VALUES ({row}.id);"
)

STATEMENTS = (
    """
    CREATE TABLE song_changes (
        change INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        song INTEGER NOT NULL UNIQUE,
        token INTEGER NOT NULL DEFAULT (random())
    )
    """,
    "INSERT INTO song_changes (song) VALUES (0)",  # no song: the token of this catalogue
    f"CREATE TRIGGER song_added AFTER INSERT ON songs BEGIN {_CHANGED.format(row='new')} END",
    f"CREATE TRIGGER song_changed AFTER UPDATE ON songs BEGIN {_CHANGED.format(row='new')} END",
    f"CREATE TRIGGER song_deleted AFTER DELETE ON songs BEGIN {_CHANGED.format(row='old')} END",
)
