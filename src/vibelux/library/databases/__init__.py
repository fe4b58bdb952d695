"""The databases that can hold a catalogue: SQLite, which is always there, and PostgreSQL."""
