"""What every test may ask for, beside the package's own fixture ``oss_emulator``: real servers, see ``services``."""

pytest_plugins = ["services.plugin"]
