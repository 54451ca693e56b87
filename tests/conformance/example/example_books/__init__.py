"""A software in a package of somebody else's: the least that passes the suite."""
