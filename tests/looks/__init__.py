"""How every screen looks, kept as golden files."""
