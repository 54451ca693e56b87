"""an app in a package of someone else's: the least that passes the suite."""
