"""A URL as mails, chats, logs and terminals hand it on, mended; each repair is told, since it may be the very fault."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from ..errors import OSSShareError

#: Characters; no server takes a longer address.
MAX_LENGTH = 65_536

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SCHEME = re.compile(r"(?i)\b(?:https?|hxxps?)(?::|%3a)(?://|%2f%2f|\\/\\/)")
# "static.example.com/q3.pdf", without its scheme.
_BARE_HOST = re.compile(r"(?i)(?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:/|$)")
_OSS_URL = re.compile(r"(?i)https?://[^/?#]*\.aliyuncs\.com/")
_BLANKS = re.compile("[ \t\u00a0\u3000]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_AUTHORIZATION = re.compile(r"(?P<version>OSS4-HMAC-SHA256 +Credential=)?(?(version)|\bOSS +)(?P<key>[\w.]{4,})[:/]")
_LINE_END = re.compile(r"[ \t]{0,9}\r?\n(?:[ \t]{0,9}>){0,9}[ \t]{0,99}")
# What a line holds that a link goes on in, rather than the mail around it.
_REST_OF_A_LINK = re.compile(r"[^\s]*[=&%/][^\s]*|[0-9a-f]+|[^\s]{20,}")
# The end of a signed query, which is ASCII, with what people wrote right behind it.
_BEHIND = re.compile(
    r"([?&](?:x-oss-signature|Signature|auth_key|x-oss-expires|Expires)=[!-%'-~]+)[^!-~\s][^\n]*", re.DOTALL
)
_SOFT_BREAK = re.compile(r"=\r?\n")
_AMPERSAND = re.compile(r"(?i)&(?:(?:amp|#38|#x26);)+")
_SHELL_ESCAPE = re.compile(r"[\\^`]&")
_JSON_ESCAPE = re.compile(r"\\u00(26|3[dD]|2[fF]|3[cCeE])")
# What follows a space and still belongs to a signed link.
_GOES_ON = re.compile(r"(?i)^[^\s]*(?:x-oss-|&|%2F|Signature=|Expires=|OSSAccessKeyId=|auth_key=)")
_PAIRS = dict(zip("\"'<`([*“‘《（「【", "\"'>`)]*”’》）」】", strict=True))
_FULL_WIDTH = re.compile("\uff1a\uff0f\uff0f|[\uff1f\uff06](?:x-oss-|OSSAccessKeyId|Expires|Signature)")
_HALF_WIDTH = {ord(sign) + 0xFEE0: sign for sign in ":/?&=%."}
_TRAILING = ".,;:!?\"'`>)]}|\\、。，；：！？”’》）」】"
#: The repair that cannot be made.
SHORTENED = "It was shortened: dots stand for what is missing."
_NEVER_IN_A_URL = '"<>\\^`{|}'
_MOST_WRAPPERS, _MOST_BLANKS, _MOST_TRAILING = 3, 50, 50


class NotALink(OSSShareError, ValueError):
    """What was given is no link to an object in OSS, nor one of a CDN or a share in front of it."""


@dataclass(slots=True)
class Mended:
    """:ivar repairs: a sentence for each thing that was not as a link is."""

    text: str = field(repr=False)
    repairs: list[str] = field(default_factory=list)

    def change(self, text: str, repair: str) -> None:
        if text != self.text:
            self.text = text
            self.tell(repair)

    def tell(self, repair: str) -> None:
        if repair not in self.repairs:
            self.repairs.append(repair)


def mend(text: str) -> tuple[str, tuple[str, ...]]:
    """The URL in ``text``, percent-encoded, and what had to be done to get at it.

    :raises NotALink: there is none.
    """
    if len(text) > MAX_LENGTH:
        raise NotALink(f"This has {len(text):,} characters; a link has at most {MAX_LENGTH:,}.")
    mended = Mended(text.strip())
    for step in _STEPS:
        step(mended)
    return mended.text, tuple(mended.repairs)


def _bytes(mended: Mended) -> None:
    """A terminal in another encoding hands bytes on as lone surrogates."""
    if not any("\ud800" <= character <= "\udfff" for character in mended.text):
        return
    try:
        raw = mended.text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise NotALink("This holds half a character (a lone surrogate); paste the link anew.") from None
    encoded = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)
    mended.change(encoded, "It held bytes that are not UTF-8, which no browser would send like that.")


def _invisible(mended: Mended) -> None:
    mended.change(_INVISIBLE.sub("", mended.text), "Invisible characters were in it, as word processors put them.")


def _escapes(mended: Mended) -> None:
    mended.change(_SHELL_ESCAPE.sub("&", mended.text), "It was escaped for a command line (^&, \\&).")
    plain = _JSON_ESCAPE.sub(lambda found: chr(int(found[1], 16)), mended.text).replace("\\/", "/")
    mended.change(plain, "It was escaped as in JSON (\\u0026, \\/).")


def _full_width(mended: Mended) -> None:
    """Signs as a Chinese keyboard writes them; in a key they may be meant."""
    if _FULL_WIDTH.search(mended.text):
        mended.change(mended.text.translate(_HALF_WIDTH), "Its signs were full-width ones, as Chinese keyboards write.")


def _quoted_printable(mended: Mended) -> None:
    if _SOFT_BREAK.search(mended.text) or re.search(r"[?&][\w-]+=3D", mended.text):
        plain = _SOFT_BREAK.sub("", mended.text).replace("=3D", "=").replace("=3d", "=")
        mended.change(plain, "It was in a mail's quoted-printable encoding (=3D).")


def _html(mended: Mended) -> None:
    text = _AMPERSAND.sub("&", mended.text)
    if text != mended.text:
        # Only where it was markup: "&lt" may begin the name of a parameter.
        text = re.sub(r"&(?:quot|#34|#39|lt|gt);", lambda found: html.unescape(found[0]), text)
    mended.change(text, "It was escaped as in HTML (&amp;), which a browser does not undo in its address bar.")


def _found(mended: Mended) -> None:
    """Only the URL, out of a command, a tag or a sentence."""
    starts = _SCHEME.search(mended.text) or _BARE_HOST.match(mended.text)
    if starts is None:
        raise NotALink(_what_else(mended.text))
    before, url = mended.text[: starts.start()], mended.text[starts.start() :]
    closing = _PAIRS.get(before[-1:]) if before else None
    if closing and closing in url:
        # Slack writes <https://...|what is shown>.
        url = url[: url.index(closing)].partition("|" if closing == ">" else "\0")[0]
    if _AUTHORIZATION.search(mended.text):
        mended.tell("It came with an Authorization header, which signs that one request and not the link.")
    if before.strip("".join(_PAIRS) + " \t/"):
        mended.tell("There was text in front of the link.")
    mended.text = url


def _encoded_whole(mended: Mended) -> None:
    if re.match(r"(?i)https?%3a%2f%2f", mended.text):
        mended.change(unquote(mended.text), "It was percent-encoded as a whole, as a link within a link is.")


def _lines(mended: Mended) -> None:
    head, *lines = _LINE_END.split(mended.text)
    for line in lines:
        if not _continues(head, line):
            mended.change(head, "There was text behind the link.")
            return
        head += line
        mended.tell("It was broken over several lines.")
    mended.text = head


def _continues(head: str, line: str) -> bool:
    """Whether a link goes on in the next line."""
    first = line.partition(" ")[0]
    if _SCHEME.match(first):
        return False
    return _REST_OF_A_LINK.fullmatch(first) is not None or ("?" not in head and _ENDING.search(first) is not None)


def _behind(mended: Mended) -> None:
    mended.change(_BEHIND.sub(r"\1", mended.text), "There was text behind the link.")


def _spaces(mended: Mended) -> None:
    for _ in range(_MOST_BLANKS):
        if (found := _BLANKS.search(mended.text)) is None:
            return
        head, tail = mended.text[: found.start()], mended.text[found.end() :]
        if "?" not in head and _is_rest_of_path(head, tail):
            mended.change(f"{head}%20{tail}", "Its path held a space, which must be written %20.")
        elif "?" in head and _GOES_ON.match(tail):
            mended.change(head + tail, "A space had come into it.")
        else:
            mended.change(head, "There was text behind the link.")
    mended.change(_BLANKS.split(mended.text)[0], "There was text behind the link.")


def _is_rest_of_path(head: str, tail: str) -> bool:
    """Whether what follows a space is the rest of a key: a signed query comes, or the ending that the name lacks."""
    if "?" in tail:
        return _GOES_ON.match(tail.rpartition("?")[2]) is not None
    return "." not in head.rpartition("/")[2] and _ENDING.search(tail) is not None


def _trailing(mended: Mended) -> None:
    text = mended.text
    if text.endswith(("\N{HORIZONTAL ELLIPSIS}", "...")):
        mended.change(text.rstrip(".\N{HORIZONTAL ELLIPSIS}"), SHORTENED)
        return
    for _ in range(_MOST_TRAILING):
        if not text.endswith(tuple(_TRAILING)) or (text[-1] == ")" and text.count("(") >= text.count(")")):
            break
        text = text[:-1]
    mended.change(text, "Punctuation of the text around it hung at its end.")


def _scheme(mended: Mended) -> None:
    if mended.text[:4].lower() == "hxxp":
        mended.change(f"http{mended.text[4:]}", "It was written hxxp, so that nobody opens it by mistake.")
    if "://" not in mended.text[:8]:
        mended.change(f"https://{mended.text.lstrip('/')}", "It had no https:// in front.")


def _wrapped(mended: Mended) -> None:
    """A link within a link, as mail gateways and search engines make them."""
    for _ in range(_MOST_WRAPPERS):
        host = split(mended.text).hostname
        inner = _inner(mended.text)
        if not inner:
            return
        mended.change(inner, f"It was wrapped into a link of {host}, which sends on to it.")


def _inner(url: str) -> str:
    if (split(url).hostname or "").endswith(".aliyuncs.com"):
        return ""
    if "__;" in url and (defended := re.search(r"/v[23]/__(https?:/+.*?)__;", url)):
        return re.sub(r"^(https?):/+", r"\1://", defended[1])
    values = (value for _name, value in parse_qsl(split(url).query))
    return next((value for value in values if _OSS_URL.match(value)), "")


def _host(mended: Mended) -> None:
    """A name in another script, as name servers know it."""
    scheme, _, rest = mended.text.partition("://")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    if host.isascii():
        return
    try:
        name = host.encode("idna").decode()
    except UnicodeError:
        raise NotALink(f"{host!r} is no host's name.") from None
    mended.change(f"{scheme}://{name}{rest[len(host) :]}", "Its host was not in ASCII, as browsers make it.")


def _ascii(mended: Mended) -> None:
    encoded = "".join(
        character if "!" <= character <= "~" and character not in _NEVER_IN_A_URL else quote(character, safe="")
        for character in mended.text
    )
    mended.change(encoded, "It held characters that are written percent-encoded; browsers do that by themselves.")


def split(url: str) -> SplitResult:
    """:raises NotALink: its host or its port is malformed."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # read only when asked for
    except ValueError:
        # Python's words would repeat it, with a password that may stand in front of the host.
        raise NotALink("This is no URL: its host or its port is malformed.") from None
    return parts


def _what_else(text: str) -> str:
    if not text:
        return "Nothing was given; paste a link."
    if text.startswith("oss://"):
        return (
            "This is an object's address for ossutil, which no browser opens; "
            f"a link to it is made by 'manage.py oss_presign {text.split()[0]}'."
        )
    if header := _AUTHORIZATION.search(text):
        return (
            f"This is the Authorization header of one request, signed by {header['version'] and 'V4' or 'V1'} with the "
            f"access key {header['key'][:4]}***; it goes with that request alone, for 15 minutes, and is no link."
        )
    if other := re.match(r"(?i)(s3|gs|cos|obs|abfss?|wasbs?|ftp|file|mailto|data|javascript):", text):
        return f"This begins with {other[1].lower()}:, which is not OSS; a link begins with https:// or http://."
    return "This holds no URL; a link begins with https:// or http://."


_STEPS: tuple[Callable[[Mended], None], ...] = (
    *(_bytes, _invisible, _escapes, _full_width, _quoted_printable, _html),
    *(_found, _encoded_whole, _lines, _behind, _spaces, _trailing, _scheme, _wrapped, _host, _ascii),
)
