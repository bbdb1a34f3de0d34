"""Many links at once: which objects, their links, and how a line of each is written."""
