"""The kinds of work there are: one module each. `seam/` holds what they share; its registry finds them by being there."""
