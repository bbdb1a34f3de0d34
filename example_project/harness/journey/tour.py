"""What the steps of the journey share."""

from dataclasses import dataclass, field

from ..errors import DemoFailed
from ..pages import Listing
from ..visitor import Answer, Visitor
from ..worker import Worker


@dataclass
class Tour:
    """:ivar site: address of the page of documents.
    :ivar password: the administrator's.
    :ivar oss: the emulator's endpoint.
    :ivar share: address of the share that is there from the start.
    :ivar administrator: another browser profile.
    :ivar stored: bytes and content type of each document, by file name, that the downloads are compared with.
    """

    site: str
    password: str
    oss: str
    share: str
    worker: Worker
    visitor: Visitor = field(default_factory=Visitor)
    administrator: Visitor = field(default_factory=Visitor)
    stored: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def listing(self) -> dict[str, dict[str, str]]:
        """The links of each document on the page."""
        return Listing(self.page().text).links

    def page(self) -> Answer:
        page = self.visitor.get(self.site)
        equal("the status of the page of documents", page.status, 200)
        return page

    @property
    def admin(self) -> str:
        """Address of the admin."""
        return f"{self.site}admin/"


def told(step: str, what: str) -> None:
    print(f"  {step:<11}{what}", flush=True)


def equal(what: str, found: object, expected: object) -> None:
    """:raises DemoFailed: they are not."""
    if found != expected:
        raise DemoFailed(f"{what} is {_short(found)}, and should be {_short(expected)}.")


def _short(value: object) -> str:
    return f"{len(value):,} other bytes" if isinstance(value, bytes) else repr(value)
