"""A share from its beginning to its end: the administrator's side of it, and a stranger's."""

import html
import re
from urllib.parse import quote, urljoin

from ..pages import form_with
from ..visitor import Answer, Visitor
from .tour import Tour, equal, told

_FILENAME = "旧系统导出 (GB18030).txt"
_PASSWORD = "correct horse battery"  # noqa: S105 - of nothing that outlives the demo
_LIMIT = 2
_LINK = re.compile(r'<input[^>]* value="([^"]+)" id="oss-share-link"').search
_EVENT = re.compile(r'class="oss-event oss-action-(\w+)"').findall
_STORY = (
    *("created", "denied", "unlock_failed", "unlocked", "viewed"),
    *("issued", "issued", "denied", "changed", "issued", "revoked", "denied"),
)


def a_share_from_beginning_to_end(tour: Tour) -> None:
    made = _make(tour)
    link = html.unescape(_LINK(made.text)[1])
    told("shared", f"{_FILENAME} at {link}, with a password, {_LIMIT} times")
    stranger = Visitor()
    _unlock(stranger, link)
    for number in range(_LIMIT):
        _download(tour, stranger, link, number + 1)
    _refused(stranger.post(f"{link}download/", {}), "The download limit of this link is reached.")
    _raise_limit(tour, made)
    _download(tour, stranger, link, _LIMIT + 1)
    _revoke(tour, made)
    _refused(stranger.get(link), "This link was taken back.")
    _read_what_happened(tour, made)


def _make(tour: Tour) -> Answer:
    """The page of the new share."""
    browser = tour.administrator
    documents = browser.get(f"{tour.admin}documents/document/?q={quote(_FILENAME)}")
    address = html.unescape(re.search(r'href="([^"]*/share/add/\?[^"]*)"', documents.text)[1])
    asked = browser.get(urljoin(documents.url, address))
    wanted = {"new_password": _PASSWORD, "max_downloads": str(_LIMIT), "name": "Old system", "filename": _FILENAME}
    made = browser.post(asked.url, {**form_with("new_password", asked.text), **wanted, "_create": "Share"})
    equal("whether the admin says that it is shared", "Shared. Copy the link below." in made.text, True)
    return made


def _unlock(stranger: Visitor, link: str) -> None:
    _locked(stranger.get(link))
    _locked(stranger.post(f"{link}unlock/", {"password": "a guess"}))
    opened = stranger.post(f"{link}unlock/", {"password": _PASSWORD})
    equal("the status after the password", opened.status, 200)
    equal("whether the page names the file", _FILENAME in opened.text, True)
    told("unlocked", "by the password alone; before it, nothing tells the file's name")


def _locked(answer: Answer) -> None:
    equal("the status of a locked share", answer.status, 403)
    equal("whether a locked page names the file", any(name in answer.text for name in (_FILENAME, "Old system")), False)


def _download(tour: Tour, stranger: Visitor, link: str, number: int) -> None:
    content, _ = tour.stored[_FILENAME]
    answer = stranger.post(f"{link}download/", {})
    equal(f"the status of download {number}", answer.status, 200)
    equal("whether it came from the bucket", answer.url.startswith(tour.oss), True)
    equal("the name to save it under", answer.filename, _FILENAME)
    equal(f"download {number} of the share", answer.body, content)
    told("downloaded", f"{_FILENAME} by the share, time {number}: {len(content):,} bytes are equal")


def _refused(answer: Answer, sentence: str) -> None:
    equal("the status of a share that is over", answer.status, 410)
    equal(f"whether the page says “{sentence}”", sentence in answer.text, True)
    told("refused", f"the share, with {answer.status}: {sentence}")


def _raise_limit(tour: Tour, made: Answer) -> None:
    form = form_with("max_downloads", tour.administrator.get(made.url).text)
    equal("the limit in the admin", form["max_downloads"], str(_LIMIT))
    saved = tour.administrator.post(
        made.url, {**form, "max_downloads": str(_LIMIT + 1), "_continue": "Save and continue editing"}
    )
    equal("the status after a change of the limit", saved.status, 200)
    told("extended", f"the limit from {_LIMIT} to {_LIMIT + 1} downloads")


def _revoke(tour: Tour, made: Answer) -> None:
    shares = urljoin(made.url, "../../")
    chosen = {"action": "revoke_shares", "_selected_action": made.url.rstrip("/").split("/")[-2], "index": "0"}
    asked = tour.administrator.post(shares, chosen)
    form = form_with("_confirmed", asked.text)
    answer = tour.administrator.post(shares, {**form, "reason": "the demo is over"})
    equal("whether the admin says that it is revoked", "Revoke: done for 1 share." in answer.text, True)
    told("revoked", "the share")


def _read_what_happened(tour: Tour, made: Answer) -> None:
    events = tuple(reversed(_EVENT(tour.administrator.get(made.url).text)))
    equal("the share's timeline in the admin", events, _STORY)
    told("audited", ", ".join(events))
