"""Programs measured in their own terminals: ours, and the peers with the same rows."""
