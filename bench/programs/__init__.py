"""Programs that are measured in a terminal of their own: ours, and the peers with the same rows."""
