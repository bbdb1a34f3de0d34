"""The emulator's verifier, STS and faults: alone, and over a socket."""
