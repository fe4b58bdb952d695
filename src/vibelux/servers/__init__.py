"""Music servers: the OpenSubsonic client, the scan of a server's songs, playlists kept there."""
