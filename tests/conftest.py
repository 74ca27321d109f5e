"""What holds for all tests: a busy machine is no finding, so examples that are made up have no bound of their own."""

from hypothesis import settings

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
