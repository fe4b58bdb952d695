"""Loudness, peak and tension of songs; moments of the course carry their tension."""

STATEMENTS = (
    "ALTER TABLE songs ADD COLUMN tension FLOAT",
    "ALTER TABLE songs ADD COLUMN loudness FLOAT",
    "ALTER TABLE songs ADD COLUMN peak FLOAT",
    # What an analysis stores has changed: the next scan analyses songs without a number again.
    "ALTER TABLE songs ADD COLUMN revision INTEGER",
    # A moment is two bytes longer now. Nothing but the next scan can fill them in.
    "UPDATE songs SET course = NULL",
)
