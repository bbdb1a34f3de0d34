"""A visitor uploads a file."""

import secrets

from .tour import Tour, equal, told

_NAME = '合同 "终稿" +100% 🙂.txt'


def upload_by_the_form(tour: Tour) -> None:
    """A name with everything in it, and a text that nobody has seen before."""
    told("stored", f"{len(tour.stored)} samples through the model")
    content = f"第 {secrets.randbelow(10**9)} 号合同\n".encode() * 2000
    tour.page()
    answer = tour.visitor.post(tour.site, {"title": "Contract"}, {"file": (_NAME, content)})
    equal("the status after an upload", answer.status, 200)
    tour.stored[_NAME] = content, "text/plain; charset=utf-8"
    told("stored", f"{_NAME} by the form, {len(content):,} bytes")
    _refused_without_a_file(tour)


def _refused_without_a_file(tour: Tour) -> None:
    answer = tour.visitor.post(tour.site, {"title": "Nothing"})
    equal("the status of a form without a file", answer.status, 422)
    equal("whether the page says what is missing", "Choose a file first." in answer.text, True)
