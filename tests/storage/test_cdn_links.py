"""The option ``cdn``, against the vendor's worked cases."""

from __future__ import annotations

import pytest

from django_oss_share.oss import InvalidArgument, InvalidExpiry
from django_oss_share.storage import StorageMisconfigured

from .making import make, split

pytestmark = pytest.mark.usefixtures("no_network")

KEY = "aliyuncdnexp1234"
CDN = {"domain": "cdn.example.com", "key": KEY}


@pytest.mark.parametrize(
    ("cdn", "second", "name", "url"),
    [
        (
            {},
            1444435200,
            "video/standard/1K.html",
            "https://cdn.example.com/video/standard/1K.html?auth_key=1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f",
        ),
        (
            {"type": "B"},
            1439596800,
            "4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3",
            "https://cdn.example.com/201508150800/9044548ef1527deadafa49a890a377f0/"
            "4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3",
        ),
        (
            {"type": "C"},
            1439596800,
            "test.flv",
            "https://cdn.example.com/a37fa50a5fb8f71214b1e7c95ec7a1bd/55CE8100/test.flv",
        ),
        (
            {"type": "C", "query": True},
            1439596800,
            "test.flv",
            "https://cdn.example.com/test.flv?KEY1=a37fa50a5fb8f71214b1e7c95ec7a1bd&KEY2=55CE8100",
        ),
        # md5("aliyuncdnexp1234/test.flv1439596800"), by md5sum
        (
            {"type": "F"},
            1439596800,
            "test.flv",
            "https://cdn.example.com/test.flv?sign=aae536018b61343f2ce91fe2926a34a6&time=1439596800",
        ),
    ],
    ids=["A", "B", "C in the path", "C in the query", "F"],
)
def test_worked_cases(clock, cdn, second, name, url):
    clock.second = second
    # Signed at the window's start, to end when the CDN's own half hour does.
    storage = make(cdn={**CDN, **cdn}, url_window=300, querystring_expire=1500)
    assert storage.url(name) == url
    clock.second += 299
    assert storage.url(name) == url


def test_a_window_is_over_at_its_end(clock):
    clock.second = 1444435200
    storage = make(cdn=CDN, url_window=300)
    first = storage.url("a.mp4")
    clock.second += 300
    assert storage.url("a.mp4") != first


@pytest.mark.parametrize("expire", [60, 3600, 30 * 86_400])
def test_lifetime(clock, expire):
    storage = make(cdn={**CDN, "validity": 600})
    stated = int(split(storage.url("a.mp4", expire=expire))[1]["auth_key"].split("-")[0])
    assert stated + 600 == clock.second + expire


def test_the_path_is_hashed_as_it_is_sent(clock):
    base, _ = split(make(location="影片", cdn=CDN).url("a b+c.mp4"))
    assert base == "https://cdn.example.com/%E5%BD%B1%E7%89%87/a%20b%2Bc.mp4"


def test_what_oss_is_to_do_is_passed_on(clock):
    query = split(make(cdn=CDN).url("a.jpg", process={"resize": {"width": 3}}, filename="季.jpg"))[1]
    assert query["x-oss-process"] == "image/resize,w_3"
    assert query["response-content-disposition"].startswith("attachment; filename=")
    assert "auth_key" in query


def test_no_access_key_is_needed(clock):
    assert make(credentials=None, cdn=CDN).url("a.mp4").startswith("https://cdn.example.com/a.mp4?auth_key=")


@pytest.mark.parametrize(
    ("method", "host"),
    [
        (None, "cdn.example.com"),
        ("GET", "cdn.example.com"),
        ("head", "cdn.example.com"),
        ("PUT", "examplebucket.oss-cn-hangzhou.aliyuncs.com"),
        ("DELETE", "examplebucket.oss-cn-hangzhou.aliyuncs.com"),
    ],
)
def test_the_cdn_only_reads(clock, method, host):
    assert make(cdn=CDN).url("a.mp4", http_method=method).split("/")[2] == host


def test_plain_http_on_this_machine(clock):
    storage = make(cdn={**CDN, "domain": "cdn.localhost:8080"}, url_protocol="http:")
    assert storage.url("a.mp4").startswith("http://cdn.localhost:8080/a.mp4?")
    assert storage.url("a.mp4", http_method="PUT").startswith("https://examplebucket.oss-cn-hangzhou.")


@pytest.mark.parametrize("expire", [0, -1, 0.5, "60"])
def test_a_bad_lifetime(clock, expire):
    with pytest.raises(InvalidExpiry, match="expires_in="):
        make(cdn=CDN).url("a.mp4", expire=expire)


@pytest.mark.parametrize("parameters", [{"x-oss-process": "a\r\nb"}, {"x-oss-process": "\ud800"}, {"a": ["b"]}])
def test_a_bad_query(clock, parameters):
    with pytest.raises(InvalidArgument):
        make(cdn=CDN).url("a.mp4", parameters)


def test_type_f_takes_no_query(clock):
    with pytest.raises(InvalidArgument, match="type F"):
        make(cdn={**CDN, "type": "F"}).url("a.jpg", download=True)


@pytest.mark.parametrize(
    ("cdn", "message"),
    [
        ({"key": KEY}, "cdn needs 'domain'"),
        ({"domain": "cdn.example.com"}, "cdn needs 'key'"),
        ({"domain": "cdn.example.com", "key": ""}, "cdn needs 'key'"),
        ({**CDN, "typ": "A"}, "cdn='typ' is unknown; allowed are 'domain', 'key', 'type'"),
        ({**CDN, "type": "D"}, "CDN type 'D' is unknown; allowed are A, B, C, F"),
        ({**CDN, "validity": 0}, "validity=0"),
        ({**CDN, "key": 123}, "cdn's 'key' must be a str, not int"),
        ({**CDN, "domain": "https://cdn.example.com"}, "must be a host alone, such as 'cdn.example.com'; its scheme"),
        ({**CDN, "domain": "cdn.example.com/x"}, "must be a host alone"),
        ({**CDN, "domain": "user@cdn.example.com"}, "cdn: "),
        ({**CDN, "domain": "169.254.169.254"}, "cdn: "),
        ("cdn.example.com", "cdn is of type str|cdn is of type Secret"),
    ],
)
def test_misconfigured(cdn, message):
    with pytest.raises(StorageMisconfigured, match=f"OSSStorage: .*{message}|OSSStorage: {message}") as caught:
        make(cdn=cdn)
    assert KEY not in str(caught.value)


def test_plain_http_elsewhere():
    with pytest.raises(StorageMisconfigured, match="cdn=.*plain http"):
        make(cdn=CDN, url_protocol="http:")


def test_a_cdn_that_is_not_to_sign():
    with pytest.raises(StorageMisconfigured, match="querystring_auth=False forbids"):
        make(cdn=CDN, querystring_auth=False)
