"""OSS's signatures, one module a kind: every input is an argument, the time included; nothing is read from outside."""
