"""Links, whole and broken, and what the doctor is to say of each.

Each function makes one, in a world of its own; its docstring is the row in docs/doctor.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unicodedata import normalize
from urllib.parse import quote

from django_oss_share.oss import Credentials
from django_oss_share.oss import cdn as oss_cdn
from django_oss_share.oss.signing import v4
from django_oss_share.testing.emulator import Fault

from .gateway import ask
from .world import CDN_KEY, PAIR, World

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Broken:
    """:ivar make: the link. :ivar asks: whether OSS is asked (``--fetch``)."""

    make: Callable[[World], str]
    cause: str
    asks: bool
    section: str

    @property
    def name(self) -> str:
        return self.make.__name__

    @property
    def words(self) -> str:
        return (self.make.__doc__ or "").strip()


CASES: list[Broken] = []
_section = ""


def section(title: str) -> None:
    global _section
    _section = title


def is_(cause: str, *, asks: bool = True) -> Callable[[Callable[[World], str]], Callable[[World], str]]:
    def kept(make: Callable[[World], str]) -> Callable[[World], str]:
        CASES.append(Broken(make, cause, asks, _section))
        return make

    return kept


section("Why does the URL expire before the configured validity period?")


@is_("link_expired", asks=False)
def ended(world: World) -> str:
    """15 minutes long, signed an hour ago"""
    return world.link(now=world.now - HOUR, expires_in=900)


@is_("link_expired")
def ended_v1(world: World) -> str:
    """the same by V1, asked of OSS"""
    return world.link(now=world.now - HOUR, expires_in=900, version="v1")


@is_("link_expired", asks=False)
def ten_days(world: World) -> str:
    """V4 for 10 days, which some tools sign without a word"""
    emulator, now, seconds = world.emulator, world.now.replace(microsecond=0), 864_000
    credentials = Credentials(emulator.access_key_id, emulator.access_key_secret)
    signer = v4.LinkSigner.prepare(
        credentials,
        v4.signing_key(credentials.access_key_secret, f"{now:%Y%m%d}", emulator.region),
        base_url=f"{emulator.endpoint}/{emulator.bucket}/",
        bucket=emulator.bucket,
        region=emulator.region,
        method="GET",
        signed_at=now,
        expires=seconds,
        query={},
        headers={},
        additional=(),
    )
    return signer.url("q3.pdf", "q3.pdf")


@is_("token_expired", asks=False)
def token_ended(world: World) -> str:
    """12 hours long, but its token ended a while ago"""
    credentials = world.session(3600)
    world.token_known(credentials, world.now - timedelta(minutes=5))
    return world.link(pair=credentials, expires_in=43_200, now=world.now - HOUR)


@is_("token_expired", asks=False)
def token_must_have_ended(world: World) -> str:
    """7 days long, signed yesterday with a token that nobody here knows: none lives longer than 12 hours"""
    return world.native(pair=("STS.unknown", "s", "token"), expires_in=604_800, now=world.now - 26 * HOUR)


@is_("token_expired")
def token_ended_says_oss(world: World) -> str:
    """a day long, and OSS says that its token has expired"""
    return world.link(pair=world.session(-60), expires_in=3600)


@is_("link_outlives_token", asks=False)
def outlives(world: World) -> str:
    """2 hours long, signed with a token that ends in 30 minutes"""
    credentials = world.session(1800)
    world.token_known(credentials, world.now + timedelta(minutes=30))
    return world.link(pair=credentials, expires_in=7200)


@is_("link_outlives_token", asks=False)
def outlives_any_token(world: World) -> str:
    """V1 for a year, with a token: it may open today, and not for long"""
    return world.native(pair=("STS.unknown", "s", "token"), version="v1", expires_in=31_536_000)


section("Why am I getting a 403 error when accessing the URL?")


@is_("no_permission")
def no_right(world: World) -> str:
    """signed by a RAM user without `oss:GetObject`"""
    return world.link(pair=world.user("Allow", "oss:PutObject"))


@is_("no_permission")
def session_policy(world: World) -> str:
    """signed with a token whose session policy leaves reading out"""
    statement = {"Effect": "Allow", "Action": ["oss:PutObject"], "Resource": ["*"]}
    return world.link(pair=world.session(3600, json.dumps({"Version": "1", "Statement": [statement]})))


@is_("no_permission")
def unsigned(world: World) -> str:
    """a plain address of a private object"""
    return world.link().partition("?")[0]


@is_("no_permission", asks=False)
def unsigned_offline(world: World) -> str:
    """the same, without asking"""
    return world.link().partition("?")[0]


@is_("policy_denied")
def bucket_policy(world: World) -> str:
    """the bucket's policy denies it"""
    world.denies()
    return world.link(pair=world.user("Allow", "oss:*"))


@is_("policy_denied")
def ram_policy(world: World) -> str:
    """a RAM policy of the user who signed denies it"""
    return world.link(pair=world.user("Deny", "oss:GetObject"))


@is_("referer_denied")
def no_referer(world: World) -> str:
    """opened from an address bar, where the Referer rule wants a page"""
    world.refuses_referers(empty=False)
    return world.link()


@is_("referer_denied")
def other_referer(world: World) -> str:
    """opened from a page that is not on the Referer rule's list"""
    world.refuses_referers(empty=True)
    world.options["referer"] = "https://forum.example.net/thread"
    return world.link()


@is_("unknown_access_key")
def key_deleted(world: World) -> str:
    """its access key was deleted"""
    pair = world.user("Allow", "oss:*")
    world.emulator.accounts.remove_key(pair[0])
    return world.link(pair=pair)


section("Why am I getting a signature mismatch error?")


@is_("clock_skew", asks=False)
def from_the_future(world: World) -> str:
    """signed by a machine whose clock is 20 minutes ahead"""
    return world.link(now=world.now + timedelta(minutes=20))


@is_("clock_skew")
def oss_is_ahead(world: World) -> str:
    """10 minutes long, signed by a clock that is 20 minutes behind OSS's"""
    world.emulator.clock_offset = 1200
    return world.link(expires_in=600)


@is_("clock_skew")
def oss_is_behind(world: World) -> str:
    """signed by a clock that is 20 minutes ahead of OSS's, which this machine shares"""
    world.emulator.clock_offset = -1200
    return world.link()


@is_("clock_skew")
def works_by_luck(world: World) -> str:
    """2 hours long, and it opens, though the clock is 20 minutes behind OSS's"""
    world.emulator.clock_offset = 1200
    return world.link(expires_in=7200)


@is_("tampered", asks=False)
def other_key(world: World) -> str:
    """another file's name put into it"""
    return world.link().replace("q3.pdf", "q4.pdf")


@is_("tampered", asks=False)
def prolonged(world: World) -> str:
    """`x-oss-expires` raised by hand"""
    return world.link(expires_in=900).replace("x-oss-expires=900", "x-oss-expires=604800")


@is_("tampered", asks=False)
def tracked(world: World) -> str:
    """a chat added `utm_source` to it"""
    return world.link() + "&utm_source=chat"


@is_("tampered", asks=False)
def cut_off(world: World) -> str:
    """cut off by a mail program, in the middle of its query"""
    return world.link().partition("&x-oss-date")[0]


@is_("tampered", asks=False)
def shortened(world: World) -> str:
    """shown with dots, and copied so"""
    return world.link()[:60] + "..."


@is_("tampered", asks=False)
def signature_cut(world: World) -> str:
    """the last characters of the signature are missing"""
    return world.link()[:-4]


@is_("tampered", asks=False)
def token_lost(world: World) -> str:
    """signed with temporary credentials, but without their token"""
    return world.link(pair=world.session(3600)[:2])


@is_("tampered", asks=False)
def plus_lost(world: World) -> str:
    """V1, whose signature's `+` became something else on the way"""
    url = next(url for url in (world.link(expires_in=900 + n, version="v1") for n in range(200)) if "%2B" in url)
    return url.replace("%2B", "%20", 1).replace("Signature=", "Signature=A", 1)


@is_("tampered")
def by_a_proxy(world: World) -> str:
    """a proxy adds a parameter to each request"""
    proxy = world.proxied(lambda target: f"{target}&via=proxy")
    world.options["allow_hosts"] = [proxy.removeprefix("http://")]
    return world.link().replace(world.emulator.endpoint, proxy)


@is_("tampered")
def wrong_secret(world: World) -> str:
    """signed with another secret than that of its key, which is not known here"""
    pair = world.user("Allow", "oss:*")
    return world.link(pair=(pair[0], "another"))


@is_("tampered")
def header_signed(world: World) -> str:
    """a header was signed along, which browsers do not send"""
    return world.link(headers={"x-team": "sales"}, additional_headers=["x-team"])


@is_("tampered")
def token_shortened(world: World) -> str:
    """the security token lost its end"""
    key, secret, token = world.session(3600)
    return world.link(pair=(key, secret, token[:-8]))


section("Why is the file downloading instead of previewing?")


@is_("needs_custom_domain", asks=False)
def inline_on_native(world: World) -> str:
    """a preview asked for on OSS's own domain"""
    world.knows_native()
    return world.native(query={"response-content-disposition": "inline"})


@is_("content_disposition")
def attachment(world: World) -> str:
    """the object's own `Content-Disposition` is `attachment`"""
    world.emulator.put("report.pdf", b"%PDF", content_type="application/pdf", content_disposition="attachment")
    return world.link("report.pdf")


@is_("content_type")
def no_type(world: World) -> str:
    """a picture that was stored as `application/octet-stream`"""
    return world.link("logo.png")


@is_("content_type")
def garbled(world: World) -> str:
    """a Chinese text in GB 18030 without a charset"""
    return world.link("notes.txt")


@is_("content_type")
def garbled_utf8(world: World) -> str:
    """a Chinese text in UTF-8 without a charset"""
    return world.link("utf8.txt")


@is_("content_type")
def not_a_picture(world: World) -> str:
    """a text that is to be resized like a picture"""
    return world.link("a b.txt", query={"x-oss-process": "image/resize,w_100"})


@is_("stale_cache")
def stale(world: World) -> str:
    """a CDN still has the file from before its content type was mended"""
    kept: list[tuple[int, dict[str, str], bytes]] = []

    def answer(target: str) -> tuple[int, dict[str, str], bytes]:
        if not kept:
            status, headers, body = ask(world.link("logo.png"))
            kept.append((status, {**headers, "X-Cache": "HIT TCP_MEM_HIT", "Age": "3600"}, body))
        return kept[0]

    domain = world.behind(answer)
    options = world.emulator.storage_options(cdn={"domain": domain, "key": CDN_KEY}, url_protocol="http:")
    world.storage("cdn", **options)
    ask(f"http://{domain}/logo.png")
    world.emulator.put("logo.png", b"\x89PNG", content_type="image/png")
    return oss_cdn.sign(f"http://{domain}/logo.png", CDN_KEY).url


section("Where it leads")


@is_("wrong_region", asks=False)
def other_region(world: World) -> str:
    """signed for cn-beijing, though the bucket is in cn-hangzhou"""
    world.knows_native()
    return world.native(region="cn-beijing").replace("oss-cn-beijing.ali", "oss-cn-hangzhou.ali")


@is_("wrong_region")
def other_region_says_oss(world: World) -> str:
    """the same, by a key that is not known here: OSS says so"""
    return world.link(pair=world.user("Allow", "oss:*"), region="cn-beijing")


@is_("wrong_endpoint", asks=False)
def other_endpoint(world: World) -> str:
    """the host of another region"""
    world.knows_native()
    return world.native().replace("oss-cn-hangzhou.ali", "oss-cn-beijing.ali")


@is_("wrong_endpoint")
def other_endpoint_says_oss(world: World) -> str:
    """the same, where OSS names the right one"""
    host, port = "examplebucket.oss-cn-shanghai.aliyuncs.com", world.emulator.endpoint.rpartition(":")[2]
    world.resolves(host)
    world.options["allow_hosts"] = [host]
    path = world.link().partition("/examplebucket")[2]
    return f"http://{host}:{port}{path}"


@is_("wrong_endpoint", asks=False)
def bucket_in_path(world: World) -> str:
    """the bucket in the path of OSS's own host"""
    return world.native().replace(
        "examplebucket.oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou.aliyuncs.com/examplebucket"
    )


@is_("wrong_endpoint")
def unbound_domain(world: World) -> str:
    """a custom domain that no bucket has"""
    host, port = "static.example.com", world.emulator.endpoint.rpartition(":")[2]
    world.resolves(host)
    world.options["allow_hosts"] = [f"{host}:{port}"]
    return f"http://{host}:{port}{world.link().partition('/examplebucket')[2]}"


@is_("unreachable")
def unknown_host(world: World) -> str:
    """a host that no name server knows"""
    world.options["allow_hosts"] = ["static.invalid"]
    world.resolves("static.invalid", to="")
    return world.native(host="static.invalid")


@is_("unreachable")
def refused(world: World) -> str:
    """nothing answers at that port"""
    world.options["allow_hosts"] = ["127.0.0.1"]
    return world.link().replace(world.emulator.endpoint, "http://127.0.0.1:1")


@is_("unreachable")
def overloaded(world: World) -> str:
    """OSS answers 503"""
    world.emulator.faults.add(Fault("status", operation="GetObject", status=503))
    return world.link()


@is_("unreachable")
def broken_off(world: World) -> str:
    """OSS hangs up"""
    world.emulator.faults.add(Fault("reset", operation="GetObject"))
    return world.link()


@is_("not_found")
def gone(world: World) -> str:
    """the object was deleted"""
    return world.link("q2.pdf")


@is_("version_gone")
def version_gone(world: World) -> str:
    """a version that is no longer kept"""
    version = world.versioned()
    world.bucket.delete_object("q3.pdf", params={"versionId": version})
    return world.link(query={"versionId": version})


@is_("version_gone")
def marked(world: World) -> str:
    """deleted in a bucket with versioning, where a delete marker hides it"""
    world.versioned()
    world.bucket.delete_object("q3.pdf")
    return world.link()


@is_("key_encoding", asks=False)
def encoded_twice(world: World) -> str:
    """the key encoded twice after it was signed"""
    return world.link("季度.txt").replace("%E5%AD%A3%E5%BA%A6", quote("%E5%AD%A3%E5%BA%A6"))


@is_("key_encoding")
def signed_encoded(world: World) -> str:
    """the key encoded before it was handed to the SDK, which encodes it again"""
    return world.link(quote("季度.txt"))


@is_("key_encoding")
def plus_for_space(world: World) -> str:
    """`+` for a space in the key"""
    return world.link("a+b.txt")


@is_("key_encoding")
def decomposed(world: World) -> str:
    """the key as macOS writes accents, in two pieces"""
    return world.link(normalize("NFD", "café.txt"))


@is_("key_encoding", asks=False)
def gbk(world: World) -> str:
    """the key encoded in GBK"""
    return world.link().replace("q3.pdf", quote("季度.txt".encode("gbk")))


section("Links of a CDN")


@is_("ok", asks=False)
def cdn_a(world: World) -> str:
    """type A, as it should be"""
    return _by_cdn(world, "A", 3600)


@is_("link_expired", asks=False)
def cdn_b_ended(world: World) -> str:
    """type B, an hour after its end"""
    return _by_cdn(world, "B", 3600, world.now - 2 * HOUR)


@is_("tampered", asks=False)
def cdn_c_changed(world: World) -> str:
    """type C, with another file's name in it"""
    return _by_cdn(world, "C", 3600).replace("q3.pdf", "q4.pdf")


@is_("tampered", asks=False)
def cdn_f_other_type(world: World) -> str:
    """type F, where the CDN is set up for type A"""
    _by_cdn(world, "A", 3600)
    return oss_cdn.sign("https://cdn.example.com/q3.pdf", CDN_KEY, "F").url


section("Links of shares")


@is_("ok")
def share_active(world: World) -> str:
    """an active share, with its file"""
    return world.share()


@is_("link_expired")
def share_ended(world: World) -> str:
    """a share past its end"""
    return world.share(expires_at=world.now - HOUR)


@is_("policy_denied")
def share_revoked(world: World) -> str:
    """a share that was revoked"""
    return world.share(revoked_at=world.now - HOUR, revoked_by_label="ann")


@is_("policy_denied")
def share_exhausted(world: World) -> str:
    """a share whose downloads were all had"""
    return world.share(max_downloads=5, downloads=5)


@is_("tampered")
def share_forged(world: World) -> str:
    """a share's address with a character changed"""
    url = world.share()
    at = len(url) - 10
    return url[:at] + ("A" if url[at] != "A" else "B") + url[at + 1 :]


@is_("not_found")
def share_of_nothing(world: World) -> str:
    """an active share, whose file is gone"""
    return world.share(key="q2.pdf")


section("As it should be")


@is_("ok")
def good(world: World) -> str:
    """a link of V4"""
    return world.link()


@is_("ok")
def good_v1(world: World) -> str:
    """a link of V1"""
    return world.link("a b.txt", version="v1")


@is_("ok", asks=False)
def mangled(world: World) -> str:
    """a good one out of a mail: broken over two lines, `&amp;`, and a full stop behind it"""
    url = world.link().replace("&", "&amp;")
    return f"see <{url[:70]}\r\n{url[70:]}>."


def _by_cdn(world: World, type_: oss_cdn.CDNType, seconds: int, now: datetime | None = None) -> str:
    cdn = {"domain": "cdn.example.com", "key": CDN_KEY, "type": type_}
    world.storage("cdn", access_key=PAIR[0], secret_key=PAIR[1], cdn=cdn)
    return oss_cdn.sign("https://cdn.example.com/q3.pdf", CDN_KEY, type_, seconds, now=now or datetime.now(UTC)).url
