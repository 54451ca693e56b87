"""What holds for every test."""

from hypothesis import settings

# A machine that is busy with other things is no failure of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
