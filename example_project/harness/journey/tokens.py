"""The security token that signs all links: renewed by the worker, by whoever needs it, and by nobody."""

import time

from ..emulator import add_fault, clear_faults
from ..errors import DemoFailed
from ..pages import form_with
from ..visitor import Visitor
from .tour import Tour, equal, told

#: Seconds: as short as can be waited for. STS itself gives none that lives shorter than 900.
_LIFE = 40
#: Seconds before the token's end from which on no share hands out a link that it signs.
_MARGIN = 30
_SECONDS_TO_WAIT = 60


def without_worker_and_sts(tour: Tour) -> None:
    add_fault(tour.oss, kind="token-life", operation="AssumeRole", seconds=_LIFE)
    _refresh_in_the_admin(tour, f"; it ends in {_LIFE} seconds")
    _worker_refreshes()
    tour.worker.stop()
    _readers_refresh(tour)
    add_fault(tour.oss, kind="status", operation="AssumeRole", status=503)
    _links_until_the_tokens_end(tour)
    clear_faults(tour.oss)
    _refresh_in_the_admin(tour, ", once STS was back")
    equal("the status of a download then", _download(tour).status, 200)


def _refresh_in_the_admin(tour: Tour, how: str) -> None:
    address = f"{tour.admin}oss_share/storedcredentials/"
    before = _stored()
    page = tour.administrator.get(address)
    form = {**form_with("action", page.text), "action": "refresh_now", "_selected_action": str(before.pk), "index": "0"}
    answer = tour.administrator.post(address, form)
    equal("whether the admin says that the token was refreshed", "Links: refreshed." in answer.text, True)
    equal("the number of the token", _stored().number, before.number + 1)
    told("refreshed", f"the token, by the administrator{how}")


def _worker_refreshes() -> None:
    """Nobody asks for a link meanwhile, who would see to it."""
    before, give_up = _stored(), time.monotonic() + _SECONDS_TO_WAIT
    while _stored().number == before.number:
        _go_on(give_up, "The worker has refreshed no token")
    told("refreshed", "the token, by the worker")


def _readers_refresh(tour: Tour) -> None:
    before, give_up, opened = _stored(), time.monotonic() + _SECONDS_TO_WAIT, 0
    while _stored().refreshed_at == before.refreshed_at:
        _open_a_link(tour)
        opened += 1
        _go_on(give_up, "Nobody has refreshed the token")
    _open_a_link(tour)
    told("refreshed", f"the token, by those who needed links, once the worker was stopped; {opened + 1} links opened")


def _open_a_link(tour: Tour) -> None:
    filename, links = next(iter(tour.listing().items()))
    equal(f"the status of the download of {filename}", tour.visitor.get(links["download"]).status, 200)


def _links_until_the_tokens_end(tour: Tour) -> None:
    # The margin of stored credentials is in scale with their life.
    end = _stored().refreshed_at.timestamp() + _LIFE
    opened, last = 0, time.time()
    answer = _download(tour)
    while answer.status == 200:
        opened, last = opened + 1, time.time()
        time.sleep(0.2)
        answer = _download(tour)
    left = end - time.time()
    equal("the status when STS is down and the token about to end", answer.status, 503)
    if not (opened and left <= _MARGIN + 2 and end - last >= _MARGIN):
        raise DemoFailed(
            f"{opened} links were handed out while STS was down, the last one {end - last:.1f} s before the token's "
            f"end; {left:.1f} s before it there were none."
        )
    equal("the header Retry-After", answer.headers["Retry-After"], "30")
    told("opened", f"{opened} links while STS was down, until {left:.1f} s before the token's end; then 503")


def _download(tour: Tour):
    """By the share that is there from the start."""
    visitor = Visitor()
    visitor.get(tour.share)
    return visitor.post(f"{tour.share}download/", {})


def _stored():
    from django_oss_share.models import StoredCredentials

    return StoredCredentials.objects.get()


def _go_on(give_up: float, otherwise: str) -> None:
    """Wait a moment. :raises DemoFailed: for too long already."""
    if time.monotonic() > give_up:
        raise DemoFailed(f"{otherwise} within {_SECONDS_TO_WAIT} seconds.")
    time.sleep(0.3)
