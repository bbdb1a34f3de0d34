"""Links read back: those of the vendor's SDKs, and what mails, chats and people make of links."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from django_oss_share.oss import Credentials, Endpoint, Presigner, cdn
from django_oss_share.oss.cdn import Scheme
from django_oss_share.oss.reading import NotALink, Place, read, verify
from django_oss_share.oss.reading.cdn_links import read_cdn_signature
from django_oss_share.oss.reading.words import meaning, parameters, span

URL = (
    "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/reports/q3.pdf?x-oss-signature-version=OSS4-HMAC-SHA256"
    "&x-oss-date=20231217T025437Z&x-oss-expires=900"
    "&x-oss-credential=LTAIexample%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
    "&x-oss-signature=e1a2569b8535957ed13461c3bca461605c3273023e7164d131393619a29200a3"
)
SECRET = "secretexample"


def vectors(form: str) -> list[dict[str, Any]]:
    document = json.loads((Path(__file__).parents[1] / "vectors" / f"{form}.json").read_text(encoding="utf-8"))
    return [{**vector, "given": {**document["defaults"], **vector["given"]}} for vector in document["vectors"]]


def verified(url: str, *, bucket: str = "examplebucket", secret: str = SECRET):
    return verify(read(url), bucket=bucket, secret=secret)


def test_nothing_of_django_or_the_sdk_is_loaded():
    code = (
        "import sys, django_oss_share.oss.reading; "
        "assert not {'django', 'alibabacloud_oss_v2', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("form", ["v4_query", "v1_query"])
def test_links_of_the_sdks_are_verified_and_no_changed_one_is(form):
    checked = 0
    for vector in vectors(form):
        given = vector["given"]
        if given["headers"] or given["additional_headers"]:
            continue
        url = f"{vector['base']}?{urlencode(vector['parameters'], quote_via=quote)}"
        link = read(url)
        assert link.repairs == (), url
        assert link.key == given["key"]
        assert link.bucket in (given["bucket"], "")
        found = verify(link, bucket=given["bucket"], secret=given["access_key_secret"])
        assert found.matches, url
        assert found.method == given["method"]
        assert not verify(link, bucket=given["bucket"], secret="another").matches
        checked += 1
    assert checked > 50


@pytest.mark.parametrize("end", [253_402_300_799, 253_402_300_800, 999_999_999_999])
def test_an_end_behind_the_last_year_is_the_last_year(end):
    url = f"https://examplebucket.oss-cn-hangzhou.aliyuncs.com/q3.pdf?OSSAccessKeyId=LTAI&Expires={end}&Signature=x"
    signature = read(url).signature
    assert signature is not None
    assert str(signature.expires_at) == "9999-12-31 23:59:59+00:00"
    assert str(read(URL.replace("expires=900", f"expires={end}")).signature.expires_at).startswith(
        "9999-12-31 23:59:59"
    )


def test_it_tells_who_signed_when_and_until_when():
    signature = read(URL).signature
    assert signature is not None
    assert (signature.version, signature.access_key_id, signature.region) == ("V4", "LTAIexample", "cn-hangzhou")
    assert str(signature.signed_at) == "2023-12-17 02:54:37+00:00"
    assert str(signature.expires_at) == "2023-12-17 03:09:37+00:00"
    assert not signature.is_temporary


HALF = len(URL) // 2
V1 = (
    "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/reports/q3.pdf?OSSAccessKeyId=LTAIexample&Expires=1702782577"
    "&Signature=FmnPTGkHXfZ87qgBZO8iz1xwX78%3D"
)
MANGLED = {
    "as it is": URL,
    "white space around": f"  {URL}\n",
    "in quotes": f'"{URL}"',
    "in Chinese quotes": f"“{URL}”",
    "in angle brackets": f"<{URL}>",
    "in backticks": f"`{URL}`",
    "Markdown": f"[the report]({URL})",
    "Markdown, bold": f"**{URL}**",
    "Slack": f"<{URL}|the report>",
    "HTML": f'<a href="{URL.replace("&", "&amp;")}">the report</a>',
    "HTML, escaped twice": URL.replace("&", "&amp;amp;"),
    "HTML, by number": URL.replace("&", "&#38;"),
    "JSON": json.dumps({"url": URL}).replace("&", "\\u0026").replace("/", "\\/"),
    "a command": f"curl -o q3.pdf '{URL}'",
    "a sentence": f"Here it is: {URL}, have a look.",
    "a Chinese sentence": f"下载链接：{URL}。",
    "a full stop": f"{URL}.",
    "an exclamation": f"{URL}!!",
    "a bracket": f"(see {URL})",
    "quoted in a reply": f"{URL[:HALF]}\r\n> {URL[HALF:]}",
    "lines": f"{URL[:HALF]}\n{URL[HALF:]}",
    "indented lines": f"{URL[:HALF]}\n    {URL[HALF:]}",
    "quoted-printable": f"{URL[:HALF]}=\r\n{URL[HALF:]}".replace("x-oss-date=2", "x-oss-date=3D2"),
    "a space within": URL.replace("&x-oss-expires", " &x-oss-expires"),
    "invisible characters": f"\ufeff{URL[:HALF]}\u200b{URL[HALF:]}",
    "capitals": URL.replace("https://examplebucket.oss", "HTTPS://ExampleBucket.OSS"),
    "no scheme": URL.removeprefix("https://"),
    "no scheme, slashes": URL.removeprefix("https:"),
    "hxxps": URL.replace("https", "hxxps"),
    "a port": URL.replace(".com/", ".com:443/"),
    "a dot behind the host": URL.replace(".com/", ".com./"),
    "http": URL.replace("https", "http"),
    "a reply below": f"{URL}\n\nBest regards,\nAnn",
    "a line below": f"{URL}\nThanks a lot for the file",
    "Chinese right behind": f"{URL}，请在今天下载",
    "Chinese without a mark": f"{URL}请下载 谢谢",
    "Chinese behind V1": f"{V1}，密码 1234",
    "V1, a reply below": f"{V1}\r\nSent from my phone",
    "full-width signs": URL.replace("?", "？").replace("&", "＆").replace("://", "：／／", 1),
    "a page of a PDF": f"{URL}#page=2",
    "another link": f"{URL}\nhttps://www.example.com/other?a=b",
    "another link beside": f"{URL} https://www.example.com/other?a=b",
    "a command of Windows": f'curl "{URL.replace("&", "^&")}"',
    "a command of a shell": "curl " + URL.replace("&", "\\&"),
    "with a header": f"curl -H 'Authorization: OSS4-HMAC-SHA256 Credential=LTAIx/1/2/oss/a,Signature=b' '{URL}'",
    "encoded as a whole": quote(URL, safe=""),
    "Outlook": f"https://nam02.safelinks.protection.outlook.com/?url={quote(URL, safe='')}&data=05%7C02&reserved=0",
    "Google": f"https://www.google.com/url?q={quote(URL, safe='')}&sa=D",
    "URL Defense": f"https://urldefense.com/v3/__{URL}__;!!abc$",
    "slash encoded": URL.replace("/reports/", "/reports%2F"),
    "needless escapes": URL.replace("q3.pdf", "%71%33%2epdf"),
    "other order": "?".join([URL.partition("?")[0], "&".join(reversed(URL.partition("?")[2].split("&")))]),
    "internal": URL.replace("hangzhou.ali", "hangzhou-internal.ali"),
    "accelerated": URL.replace("oss-cn-hangzhou.ali", "oss-accelerate.ali"),
    "accelerated overseas": URL.replace("oss-cn-hangzhou.ali", "oss-accelerate-overseas.ali"),
    "dual-stack": URL.replace("oss-cn-hangzhou.ali", "cn-hangzhou.oss.ali"),
    "custom domain": URL.replace("examplebucket.oss-cn-hangzhou.aliyuncs.com", "static.example.com"),
    "path style": URL.replace("//examplebucket.oss-cn-hangzhou.aliyuncs.com", "//127.0.0.1:9000/examplebucket"),
    "path style, IPv6": URL.replace("//examplebucket.oss-cn-hangzhou.aliyuncs.com", "//[::1]:9000/examplebucket"),
    "this machine": URL.replace("oss-cn-hangzhou.aliyuncs.com", "localhost:9000"),
}


@pytest.mark.parametrize("how", MANGLED)
def test_a_good_link_is_found_in_what_came(how):
    found = verified(MANGLED[how])
    assert found.matches, read(MANGLED[how])


def test_what_was_mended_is_told():
    untold = {"as it is", "white space around", "http", "a port", "a dot behind the host", "slash encoded"}
    untold |= {
        "needless escapes",
        "other order",
        "a page of a PDF",
        "internal",
        "accelerated",
        "accelerated overseas",
        "dual-stack",
    }
    untold |= {"custom domain", "path style", "path style, IPv6", "this machine"}
    untold |= {"in quotes", "in Chinese quotes", "in angle brackets", "in backticks", "Markdown, bold", "Slack"}
    assert {how for how, text in MANGLED.items() if not read(text).repairs} == untold


CHANGED = {
    "key": (URL.replace("q3.pdf", "q3%252Epdf"), "percent-encoded twice"),
    "a space": (URL.replace("q3.pdf", "q3.pdf%20"), "a space at an end"),
    "parameter": (f"{URL}&utm_source=chat", "utm_source was added"),
    "parameters": (f"{URL}&utm_source=chat&fbclid=1", "utm_source, fbclid was added"),
    "lifetime": (URL.replace("x-oss-expires=900", "x-oss-expires=86400"), "x-oss-expires was 900"),
    "signature": (f"{URL}0", "hung at its end"),
    "bucket": (URL.replace("examplebucket.", "otherbucket."), "the bucket 'examplebucket'"),
}


@pytest.mark.parametrize("part", CHANGED)
def test_what_was_changed_is_found_out(part):
    url, words = CHANGED[part]
    link = read(url)
    found = verify(link, bucket=link.bucket, secret=SECRET, buckets=("examplebucket", "otherbucket"))
    assert not found.matches
    assert words in found.words


def test_what_cannot_be_found_out_is_a_mismatch_all_the_same():
    assert verified(URL.replace("q3.pdf", "q4.pdf")).part == ""
    assert verified(URL, secret="another").part == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Nothing was given"),
        ("   ", "Nothing was given"),
        ("garbage", "holds no URL"),
        ("https://", "names no host"),
        ("https:///q3.pdf", "names no host"),
        ("http://[::1", "no URL"),
        ("http://host:port/q3.pdf", "no URL"),
        ("ftp://examplebucket.oss-cn-hangzhou.aliyuncs.com/q3.pdf", "ftp:"),
        ("oss://examplebucket/q3.pdf", "oss_presign oss://examplebucket/q3.pdf"),
        ("s3://examplebucket/q3.pdf", "not OSS"),
        ("javascript:alert(1)", "not OSS"),
        ("https://examplebucket.s3.amazonaws.com/q3.pdf?X-Amz-Signature=0", "Amazon S3"),
        ("https://examplebucket.s3.cn-north-1.amazonaws.com.cn/q3.pdf", "Amazon S3"),
        ("https://account.blob.core.windows.net/container/q3.pdf?sig=0", "Azure"),
        ("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/a?X-Amz-Credential=x", "as Amazon S3 does"),
        ("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/a?AWSAccessKeyId=x&Signature=y", "as Amazon S3 does"),
        ("https://storage.googleapis.com/examplebucket/q3.pdf", "Google"),
        ("https://examplebucket-125.cos.ap-shanghai.myqcloud.com/q3.pdf", "Tencent"),
        ("https://examplebucket.obs.cn-north-4.myhuaweicloud.com/q3.pdf", "Huawei"),
        ("https://oss.console.aliyun.com/bucket/oss-cn-hangzhou/examplebucket/object", "console"),
        ("https://ecs.aliyuncs.com/?Action=DescribeInstances", "not one of OSS's"),
        (
            "Authorization: OSS4-HMAC-SHA256 Credential=LTAIexample/20231217/cn-hangzhou/oss/aliyun_v4_request,"
            "Signature=e1a2569b8535957ed13461c3bca46160",
            "Authorization header",
        ),
        ("Authorization: OSS LTAIexample:qn6qrrqxo2oawuk53otfjbyc", "Authorization header"),
        ("x" * 70_000, "70,000 characters"),
        ("\ud83d", "half a character"),
    ],
)
def test_what_is_no_link_is_called_by_its_name(text, words):
    with pytest.raises(NotALink) as refused:
        read(text)
    assert words in str(refused.value)
    assert "e1a2569b" not in str(refused.value)
    assert "LTAIexample" not in str(refused.value)


def test_a_known_place_tells_the_bucket():
    place = Place(netloc="static.example.com", network="custom", bucket="examplebucket", region="cn-hangzhou")
    link = read("https://Static.Example.com/reports/q3.pdf", [place])
    assert (link.bucket, link.key) == ("examplebucket", "reports/q3.pdf")
    assert read("https://static.example.com:8443/q3.pdf", [place]).bucket == ""


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("%zz.txt", "broken escape, '%zz'"),
        ("100%", "broken escape"),
        ("%BC%BE%B6%C8.txt", "'季度.txt'"),
        ("/q3.pdf", "begin with '/'"),
        ("a/../b", "'..' segment"),
        ("x" * 1024, "1,024 bytes"),
        ("#1.txt", "%23"),
    ],
)
def test_a_path_that_is_no_key_is_called_so(path, words):
    assert words in read(f"https://examplebucket.oss-cn-hangzhou.aliyuncs.com/{path}").key_problem


@pytest.mark.parametrize(
    "text",
    [
        f"{URL}{' ' * 60_000}x",
        f"{URL}{' &' * 30_000}",
        f"{URL}{'.' * 60_000}",
        f"{URL}{')' * 60_000}",
        f"{URL}&{'amp;' * 15_000}",
        f"{URL}{'&a' * 30_000}",
        f"https://www.example.com/{'/v3/__http:/' * 5000}",
        f"https://www.example.com/{'?url=https' * 5000}",
        f"{URL}{chr(10) * 60_000}",
        f"{URL}{(chr(10) + 'a=b') * 15_000}",
        f"{URL.replace('q3.pdf', '%25' * 20_000)}",
        "https://" + "a." * 30_000 + "com/",
    ],
    ids=range(12),
)
def test_a_text_made_to_keep_it_busy_does_not(text):
    started = time.process_time()
    try:
        link = read(text)
    except NotALink:
        pass
    else:
        if link.signature and not link.signature.missing:
            verify(link, bucket="examplebucket", secret=SECRET)
    assert time.process_time() - started < 5


def test_a_signed_host_is_checked_too():
    credentials = Credentials("LTAIexample", SECRET)
    presigner = Presigner(credentials, Endpoint.for_region("cn-hangzhou"), "examplebucket")
    host = "examplebucket.oss-cn-hangzhou.aliyuncs.com"
    url = presigner.presign("q3.pdf", headers={"host": host}, additional_headers=["host"]).url
    assert verified(url).matches
    assert not verified(url.replace("hangzhou.ali", "hangzhou-internal.ali")).matches


def test_a_host_in_another_script_is_known_by_its_ascii_name():
    assert read("https://文件.example.com/q3.pdf?x-oss-date=1").place.netloc.startswith("xn--")
    with pytest.raises(NotALink):
        read("https://文件..example.com/q3.pdf")


def test_a_terminals_bytes_are_told():
    raw = b"https://examplebucket.oss-cn-hangzhou.aliyuncs.com/" + "季度.txt".encode("gbk")
    link = read(raw.decode("utf-8", "surrogateescape"))
    assert "GB 18030" in link.key_problem
    assert link.repairs


def test_a_key_that_a_browser_shows_decoded_is_the_same_one():
    link = read("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/季度 报告.pdf")
    assert link.key == "季度 报告.pdf"
    assert "%20" in link.url


@pytest.mark.parametrize("name", ["password", "access_token", "token", "client_secret"])
def test_what_others_call_secret_is_masked_too(name):
    link = read(f"{URL}&{name}=hunter2")
    assert "hunter2" not in link.masked
    assert "hunter2" not in str(parameters(link))


@pytest.mark.parametrize("host", ["user:hunter2@exa\u2100mple.com", "example.com:hunter2", "user:hunter2@[::1"])
def test_what_is_no_host_is_not_repeated(host):
    with pytest.raises(NotALink) as refused:
        read(f"https://{host}/q3.pdf?Signature=x")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["signature", "security-token"])
def test_secrets_are_masked(name):
    url = f"{URL}&x-oss-security-token=CAIStoken"
    link = read(url)
    told = link.masked + repr(link) + json.dumps(parameters(link))
    for secret in ("CAIStoken", "e1a2569b", "LTAIexample"):
        assert secret not in told.replace("access_key_id='LTAIexample'", "")


@pytest.mark.parametrize(
    ("scheme", "type_"),
    [
        (Scheme(type="A"), "A"),
        (Scheme(type="B"), "B"),
        (Scheme(type="C"), "C"),
        (Scheme(type="C", query=True), "C"),
        (Scheme(type="F"), "F"),
        (Scheme(type="F", hexadecimal=True, sign_name="s", time_name="t"), "F"),
    ],
)
def test_a_cdns_links_are_read_and_verified(scheme, type_):
    signed = cdn.sign("https://cdn.example.com/a%20b/q3.pdf", "aliyuncdnexp1234", scheme, 3600)
    link = read(signed.url)
    found = read_cdn_signature(link.path, link.pairs, scheme)
    assert found is not None
    assert (found.type, found.path) == (type_, "/a%20b/q3.pdf")
    assert found.expires_at(scheme.validity) == signed.expires_at
    assert found.is_of("aliyuncdnexp1234")
    assert not found.is_of("another")
    assert found.digest not in link.masked


@pytest.mark.parametrize(
    ("path", "query", "type_"),
    [
        ("/video/standard/1K.html", "auth_key=1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f", "A"),
        ("/201508150800/9044548ef1527deadafa49a890a377f0/4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3", "", "B"),
        ("/a37fa50a5fb8f71214b1e7c95ec7a1bd/55CE8100/test.flv", "", "C"),
    ],
)
def test_the_vendors_worked_cases_are_genuine(path, query, type_):
    link = read(f"https://cdn.example.com{path}?{query}")
    found = read_cdn_signature(link.path, link.pairs)
    assert found is not None
    assert found.type == type_
    assert found.is_of("aliyuncdnexp1234")


@pytest.mark.parametrize("path", ["/209913310800/9044548ef1527deadafa49a890a377f0/a.mp3", "/plain.txt", "/"])
def test_what_a_cdn_did_not_sign_is_not_taken_for_it(path):
    assert read_cdn_signature(path, (("auth_key", "1-2-3-4"), ("sign", "x"), ("time", "y"))) is None


def test_each_parameter_is_explained_in_words():
    assert "2023-12-17 02:54:37 UTC" in meaning("x-oss-date", "20231217T025437Z")
    assert "15 minutes" in meaning("x-oss-expires", "900")
    assert "cn-hangzhou" in meaning("x-oss-credential", "LTAI/20231217/cn-hangzhou/oss/aliyun_v4_request")
    assert "temporary" in meaning("x-oss-credential", "STS.a/20231217/cn-hangzhou/oss/aliyun_v4_request")
    assert "'季.pdf'" in meaning("response-content-disposition", "attachment; filename*=UTF-8''%E5%AD%A3.pdf")
    assert "show it" in meaning("response-content-disposition", "inline")
    assert "breaks the signature" in meaning("utm_source", "chat")
    assert "Not one of OSS's" in meaning("team", "sales")
    for odd in ("", "x", "9" * 30, "-1", "٣"):
        assert meaning("Expires", odd)
        assert meaning("x-oss-expires", odd)
        assert meaning("x-oss-date", odd)


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 seconds"), (61, "1 minute 1 second"), (90_061, "1 day 1 hour")])
def test_spans_are_told_by_their_two_largest_units(seconds, words):
    assert span(seconds) == span(-seconds) == words
