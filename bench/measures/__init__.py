"""One file a measure (or several that share their programs); each is found by being here."""
