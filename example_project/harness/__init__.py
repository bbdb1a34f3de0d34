"""What ``demo.py`` is made of: the emulator, the site, and a visitor who walks through it."""
