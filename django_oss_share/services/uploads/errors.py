"""Why an upload is not taken for arrived; each is about the argument ``upload``."""

from __future__ import annotations

from ...oss import InvalidArgument


class BadTicket(InvalidArgument):
    """Malformed, forged, over, or somebody else's; it is not repeated."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"upload: the ticket {problem}; begin the upload anew.", field="upload")


class NotArrived(InvalidArgument, LookupError):
    """Nothing of this upload is in the bucket (yet); it can still be sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="upload")


class MissingParts(NotArrived):
    """:ivar numbers: of the parts that are not there."""

    def __init__(self, key: str, parts: int, numbers: list[int]) -> None:
        shown = ", ".join(map(str, numbers[:10])) + (", …" if len(numbers) > 10 else "")
        super().__init__(f"{len(numbers)} of {parts} parts of {key!r} are not there: {shown}.")
        self.numbers = numbers


class BrokenPromise(InvalidArgument):
    """Something else than was promised had arrived, and was removed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="upload")
