"""Example Books: an app in another package, with the minimum that passes the suite."""
