"""Links that must open nothing."""

import re
import time
from urllib.parse import quote

from ..errors import DemoFailed
from ..visitor import Answer
from .tour import Tour, equal, told

_SECONDS_TO_EXPIRE = 15


def dead_links(tour: Tour) -> None:
    filename, links = next(iter(tour.listing().items()))
    for what, tampered in _tampered(links["download"]).items():
        answer = tour.visitor.get(tampered)
        equal(f"a link with another {what}", answer.refusal, "403 SignatureDoesNotMatch")
        told("refused", f"{filename} with another {what}: {answer.refusal}")
    answer = _once_expired(tour, filename)
    equal("an expired link", answer.refusal, "403 AccessDenied")
    told("refused", f"{filename} after its time: {answer.refusal}")


def _tampered(link: str) -> dict[str, str]:
    """One thing changed in each."""
    address, _, signature = link.partition("x-oss-signature=")
    path, _, query = link.partition("?")
    return {
        "signature": f"{address}x-oss-signature={'1' if signature[0] == '0' else '0'}{signature[1:]}",
        "lifetime": re.sub(r"x-oss-expires=\d+", "x-oss-expires=604800", link),
        "file name": link.replace("attachment", "inline"),
        "key": f"{path}{quote('二')}?{query}",
    }


def _once_expired(tour: Tour, filename: str) -> Answer:
    from documents.models import Document

    document = Document.objects.get(filename=filename)
    link = document.file.storage.url(document.file.name, expire=1)
    give_up = time.monotonic() + _SECONDS_TO_EXPIRE
    while time.monotonic() < give_up:
        answer = tour.visitor.get(link)
        if answer.status != 200:
            return answer
        time.sleep(0.2)
    raise DemoFailed(f"A link that lives one second still opens {filename} after {_SECONDS_TO_EXPIRE}.")
