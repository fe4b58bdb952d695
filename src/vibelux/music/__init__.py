"""From an audio file to a mood: decoding, spectrogram, emotion model."""
