"""Makes the pictures in docs/pictures: `python docs/pictures.py`."""
