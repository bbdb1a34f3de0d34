"""What tests set as ``OSS_SHARE["UPLOAD_SCANNER"]``."""

SEEN = []


def scan(storage, key, received):
    """Finds what says that it is bad."""
    SEEN.append((key, received.filename))
    with storage.open(key) as file:
        content = file.read()
    if b"raise" in content:
        raise RuntimeError("the scanner is down")
    return "EICAR" if b"virus" in content else None
