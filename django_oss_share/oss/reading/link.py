"""A link, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote_to_bytes

from .cdn_links import CDNSignature
from .keys import read_key
from .places import Place, place_of
from .signatures import Pairs, Signature, read_signature
from .text import NotALink, mend, split

_SECRET_NAMES = re.compile(r"(?i)(?:x-oss-|x-amz-)?signature|auth_key|sign|key1|.*(?:token|password|passwd|secret).*")
# The signs of a query, as they are or encoded, however often.
_EQUALS, _ENDS = r"(?:=|%(?:25)*3D)", r"(?:(?!%(?:25)*26)[^&#;?\s'\"])+"
_EMBEDDED = re.compile(rf"(?i)((?:signature|security-token|auth_key|password|access_token){_EQUALS}){_ENDS}")
_EMBEDDED_KEY = re.compile(rf"(?i)((?:x-oss-credential|OSSAccessKeyId){_EQUALS}.{{0,4}})[^&#;?/%\s'\"]*")
_SIGNED = re.compile(rf"(?i)(?:x-oss-signature|OSSAccessKeyId){_EQUALS}").search
#: A repair that is not made.
MISPLACED = (
    "Its signature is not where a signature is read: a '?', '&' or '=' became something else (%3F, %26, %3D, #, …)."
)
_DIGEST = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}").fullmatch
_OF_S3 = re.compile(r"(?i)x-amz-(?:signature|credential|algorithm)|AWSAccessKeyId").fullmatch
_ACCESS_KEY = re.compile(r"(?i)x-(?:oss|amz)-credential|OSSAccessKeyId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """:ivar url: mended; it may open the object. :ivar path: percent-encoded, with its slash.
    :ivar pairs: of the query, decoded. :ivar key: "" where it names none. :ivar key_problem: in a sentence, or "".
    :ivar repairs: what had to be done to read it. :ivar signature: None: it is not presigned.
    """

    url: str = field(repr=False)
    scheme: str
    path: str = field(repr=False)
    pairs: Pairs = field(repr=False)
    place: Place
    bucket: str
    key: str
    key_problem: str
    signature: Signature | None
    repairs: tuple[str, ...]

    def parameter(self, name: str) -> str | None:
        """Its first value; None: it is not there."""
        return next((value for given, value in self.pairs if given == name), None)

    @property
    def key_path(self) -> str:
        """The key as it stands in the URL, percent-encoded."""
        path = self.path.removeprefix("/")
        return path.partition("/")[2] if self.place.addressing == "path" else path

    @property
    def masked(self) -> str:
        """Fit for a log: without signatures, tokens, and most of access keys."""
        shown = ((quote(name), quote(masked(name, value), safe="/*;:,=")) for name, value in self.pairs)
        query = "&".join(f"{name}={value}" if value else name for name, value in shown)
        path = re.sub(r"/[0-9A-Fa-f]{32}(?=/)", "/***", self.path)
        return hidden(f"{self.scheme}://{self.place.netloc}{path}" + (f"?{query}" if query else ""))


def masked(name: str, value: str) -> str:
    """The value of a parameter, as it may be shown."""
    # A CDN's signature may have any name.
    if _SECRET_NAMES.fullmatch(name) or _DIGEST(value):
        return "***" if value else ""
    if _ACCESS_KEY.fullmatch(name):
        return f"{value[:4]}***{value[value.index('/') :] if '/' in value else ''}"
    return value


def hidden(text: str) -> str:
    """``text`` without what signs, where a link is broken so that names and values run together."""
    return _EMBEDDED_KEY.sub(r"\1***", _EMBEDDED.sub(r"\1***", text))


def read(text: str, known: Iterable[Place] = ()) -> Link:
    """The link in ``text``, which may be mangled as mails and chats mangle it.

    :param known: places of buckets that are known to be there, which are looked through first.
    :raises NotALink: there is none to OSS, nor to a host that may lead there.
    """
    url, repairs = mend(text)
    parts = split(url)
    place = place_of(parts, known)
    bucket, path = _bucket_and_path(place, parts)
    key, problem = read_key(path)
    # Behind a query, it says which page of a PDF to show.
    if not parts.query and any(mark in parts.fragment for mark in "?."):
        problem = "a '#' begins what browsers keep to themselves; in a key it must be written %23"
    pairs = read_query(parts.query)
    if any(_OF_S3(name) for name, _ in pairs):
        raise NotALink("This is signed as Amazon S3 does (OSS takes that on some hosts), which is not read here.")
    signature = read_signature(pairs)
    if signature is None and _SIGNED(url):
        repairs = (*repairs, MISPLACED)
    if parts.netloc != parts.netloc.lower():
        repairs = (*repairs, "Its host was in capitals, which makes no difference.")
    return Link(
        url=parts._replace(netloc=place.netloc, fragment="").geturl(),
        scheme=parts.scheme,
        path=parts.path or "/",
        pairs=pairs,
        place=place,
        bucket=bucket,
        key=key,
        key_problem=problem,
        signature=signature,
        repairs=repairs,
    )


def without_cdn(link: Link, signature: CDNSignature) -> str:
    """The key that a CDN's link leads to."""
    return read_key(signature.path.removeprefix("/"))[0]


def read_query(query: str) -> Pairs:
    """Decoded as OSS does it: a plus sign is a space; an empty value and a bare name are one."""
    pairs = (part.replace("+", " ").partition("=") for part in query.split("&") if part)
    return tuple((_decoded(name), _decoded(value)) for name, _, value in pairs)


def _bucket_and_path(place: Place, parts: SplitResult) -> tuple[str, str]:
    path = parts.path.removeprefix("/")
    if place.addressing != "path":
        return place.bucket, path
    bucket, _, rest = path.partition("/")
    return _decoded(bucket), rest


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")
