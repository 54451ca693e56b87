"""One file per measure (or several that share their programs), discovered by its location."""
