"""The configuration file: what may be in it, how it is read, and how it is changed."""
