"""The kinds of work, one module each. What they share is in `seam/`, whose registry finds them by their location."""
