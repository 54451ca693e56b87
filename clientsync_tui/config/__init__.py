"""The configuration file: its content, reading it, and changing it."""
