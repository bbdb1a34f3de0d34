"""The rules: one verb, one function, which checks, changes and writes down in one transaction."""
