"""Why a message was not delivered."""

from ...oss import OSSShareError


class DeliveryFailed(OSSShareError, OSError):
    """The recipient's side did not take it; it is tried again."""


class Unreachable(DeliveryFailed):
    """Nobody answered, so the next message would wait in vain as well."""
