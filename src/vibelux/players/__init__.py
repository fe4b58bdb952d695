"""Where music is played or lives: this computer, MPD, the system's player, music servers."""
