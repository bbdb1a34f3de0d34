"""The way from a text to a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from ...models import FileRequest
from ...oss.reading import NotALink, read
from ...oss.reading.link import hidden
from . import addresses, offline, request_links, share_links
from .asking import ask
from .case import Case
from .causes import Diagnosis, Judgement
from .describing import describe
from .fetching import is_listed
from .known import Known


def diagnose(
    url: str,
    *,
    fetch: bool = False,
    allow_hosts: Iterable[str] = (),
    referer: str = "",
    by: Any = None,
    now: datetime | None = None,
) -> Diagnosis:
    """What is the matter with a link: a presigned one (V4, V1), a CDN's, a share's or file request's, or a plain one.

    :param url: as it came by mail or chat; quotes, line breaks, ``&amp;`` and the like are mended, and told.
    :param fetch: ask OSS too: only at the hosts of ``STORAGES``, OSS's own hosts of their buckets, and ``allow_hosts``.
    :param allow_hosts: further hosts to fetch from, with a port or without.
    :param referer: the page that it is opened from, for Referer rules.
    :param by: the user who asks, whose rights hold; None: code.
    :raises NotALink: it is no link of these kinds.
    """
    now, allow_hosts = now or timezone.now(), tuple(allow_hosts)
    if found := addresses.token_in(url):
        page, token = found
        if page is FileRequest:
            return request_links.diagnose_request(token, by=by, now=now)
        behind = partial(diagnose, fetch=True, referer=referer, by=by, now=now) if fetch else None
        return share_links.diagnose_share(token, fetch=behind, by=by, now=now)
    try:
        case = _case(url, allow_hosts, by, now)
    except NotALink:
        if (forged := addresses.forged(url)) is None:
            raise
        return forged
    seen = offline.judge(case)
    if not fetch:
        return _diagnosed(case, seen)
    heard = ask(case, seen, allow_hosts=allow_hosts, referer=referer)
    return _diagnosed(case, heard.judgement, answer=heard.facts)


def _case(url: str, allow_hosts: Iterable[str], by: Any, now: datetime) -> Case:
    known = Known()
    # By USE_TZ = False it is naive, and local.
    case = Case(read(url, known.places), known, now if timezone.is_aware(now) else timezone.make_aware(now), by)
    _require_sign_of_oss(case, allow_hosts)
    return case


def _diagnosed(case: Case, judgement: Judgement, **more: Any) -> Diagnosis:
    return Diagnosis(
        cause=judgement.cause,
        explanation=hidden(judgement.explanation),
        cure=hidden(judgement.cure),
        link=_hidden({**describe(case), **more}),
    )


def _hidden(facts: Any) -> Any:
    """The same, whatever a broken link has put where."""
    if isinstance(facts, dict):
        return {name: _hidden(value) for name, value in facts.items()}
    if isinstance(facts, list):
        return [_hidden(value) for value in facts]
    return hidden(facts) if isinstance(facts, str) else facts


def _require_sign_of_oss(case: Case, allow_hosts: Iterable[str]) -> None:
    """:raises NotALink: any page of the web could have such an address."""
    link = case.link
    if link.place.is_native or link.signature or case.cdn_signature:
        return
    if link.place.netloc in {place.netloc for place in case.known.places}:
        return
    if any(name.startswith("x-oss-") for name, _ in link.pairs) or is_listed(link, allow_hosts):
        return
    raise NotALink(
        f"{link.place.netloc} is no host of OSS nor a domain of a storage in STORAGES, and nothing in the address was "
        "signed: this may be any page of the web."
    )
