"""Where music is played: this computer, MPD, the system's player."""
