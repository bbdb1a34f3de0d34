"""What the SDKs are asked to sign: every input of the vector files, as plain dicts.

A dict leaves out what is as in :data:`DEFAULTS`; times are Unix seconds, lifetimes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

Input = dict[str, Any]

DEFAULTS: Input = {
    "method": "GET",
    "bucket": "examplebucket",
    "key": "reports/q3.pdf",
    "region": "cn-hangzhou",
    "endpoint": "https://oss-cn-hangzhou.aliyuncs.com",
    "addressing": "virtual",
    "access_key_id": "LTAIexample",
    "access_key_secret": "secretexample",
    "security_token": None,
    "now": 1702781677,
    "expires_in": 900,
    "query": {},
    "headers": {},
    "additional_headers": [],
}

KEYS = [
    "a",
    "1234+-/123/1.txt",
    "reports/季度.pdf",
    "中文/目录/文件名.txt",
    "日本語/ファイル.txt",
    "한국어.hwp",
    "العربية/ملف.pdf",
    "עברית.doc",
    "русский/файл.docx",
    "ไทย/ไฟล์.txt",
    "हिन्दी.txt",
    "🎉.png",
    "👨‍👩‍👧‍👦 family.jpg",
    "e\u0301 decomposed and \u00e9 composed",
    "\U0010ffff\ufffd\u00a0",
    "a b",
    " leading and trailing ",
    "two  blanks",
    "a+b+c",
    "100% sure.txt",
    "already%20encoded%2Fkey",
    "it's",
    'say "hi".txt',
    "a&b=c",
    "what?.txt",
    "#1.txt",
    "a;b,c",
    "mail@host:80",
    "hello!",
    "(parens) and *stars*",
    "$HOME/~user/_x-y.z",
    "[x]{y}<z>",
    "a|b^c`d",
    "back\\slash",
    "double//slash",
    "folder/",
    "tab\there",
    "del\x7f",
    ".hidden",
    "a..b/...",
    "aliyun_v4_request",
    "a" * 1023,
    "季" * 341,
]

ASCII_KEYS = [key for key in KEYS if key.isascii()]

OVERRIDES: Input = {
    "response-content-type": "text/plain; charset=utf-8",
    "response-content-language": "zh-CN",
    "response-expires": "Thu, 01 Dec 2044 16:00:00 GMT",
    "response-cache-control": "private, max-age=60",
    "response-content-disposition": "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%AD%A3%E5%BA%A6.pdf",
    "response-content-encoding": "gzip",
}

QUERIES: list[Input] = [
    *({name: value} for name, value in OVERRIDES.items()),
    OVERRIDES,
    {"response-content-disposition": "inline; filename=季度 报表.pdf"},
    {"versionId": "CAEQNhiBgMDJgZCA0BYiIDc4MGZjZGI2OTBjOTRmNTE5NmU5NmFhZjhjYmY0NzAw"},
    {"versionId": "null"},
    {"versionId": "v/1+2=3", "response-content-type": "image/png"},
    {"x-oss-process": "image/resize,w_300,h_200"},
    {"x-oss-process": "image/resize,m_fill,w_100/quality,q_80/format,webp"},
    {"x-oss-process": "image/watermark,text_5rC05Y2w,color_FFFFFF,size_30,g_se,x_10,y_10"},
    {"x-oss-process": "style/缩略图", "versionId": "v1"},
    {"x-oss-traffic-limit": "819200"},
    {"x-oss-traffic-limit": "838860800", "response-content-disposition": "attachment"},
    {"acl": None},
    {"acl": None, "versionId": "v1"},
    {"tagging": None},
    {"symlink": None},
    {"objectMeta": None},
    {"uploads": None},
    {"uploadId": "0004B9895DBBB6EC98E36", "partNumber": "7"},
    {"append": None, "position": "65536"},
    {"restore": None},
    {"callback": "eyJjYWxsYmFja1VybCI6Imh0dHA6Ly9hIn0=", "callback-var": "eyJ4OmEiOiJiIn0="},
    {"sequential": None},
    {"continuation-token": "CgJiYw--"},
]

#: Parameters that OSS knows nothing of: V4 signs them, V1 does not.
FOREIGN: list[Input] = [
    {"from": "mail"},
    {"中文": "值"},
    {"a b": "c d"},
    {"path": "a/b+c%d"},
    {"utm_source": "x&y=z", "b": None},
    {"A": "1", "B": None},
]

#: Where ASCII order and other orders differ: ali-oss sorts by locale, OSS by code point.
ORDERS: list[Input] = [
    {"param1": "value1", "+param1": "value3", "|param1": "value4", "+param2": None, "|param2": None, "param2": None},
    {"B": "1", "a": "2", "C": "3"},
    {"a-b": "1", "a.b": "2", "a_b": "3", "a": "4", "ab": "5", "a~": "6"},
    {"uploadId": "u", "x-oss-process": "p", "versionId": "v", "X": "y", "acl": None},
    {"é": "1", "z": "2", "季": "3"},
]

HEADERS: list[Input] = [
    {"content-type": "text/plain"},
    {"content-type": "application/octet-stream", "content-md5": "eB5eJF1ptWaXm4bijSPyxw=="},
    {"content-md5": "eB5eJF1ptWaXm4bijSPyxw=="},
    {"x-oss-meta-author": "alice", "x-oss-meta-magic": "abracadabra"},
    {"x-oss-object-acl": "private", "x-oss-forbid-overwrite": "true", "content-type": "image/png"},
    {"x-oss-storage-class": "IA", "x-oss-tagging": "a=1&b=2"},
    {"x-oss-callback": "eyJjYWxsYmFja1VybCI6Imh0dHA6Ly9hIn0="},
    {"x-oss-meta-name": "季度报表", "content-type": "text/plain; charset=utf-8"},
    {"cache-control": "no-cache", "content-disposition": "attachment"},
    {"x-oss-server-side-encryption": "AES256", "range": "bytes=0-9"},
]

ADDITIONAL: list[tuple[Input, list[str]]] = [
    ({"range": "bytes=0-1023"}, ["range"]),
    ({"cache-control": "no-cache"}, ["cache-control"]),
    ({"cache-control": "no-cache", "range": "bytes=5-"}, ["range", "cache-control"]),
    ({"abc": "value", "ZAbc": "value", "XYZ": "value", "x-oss-head1": "value"}, ["ZAbc", "abc"]),
    ({"content-type": "text/plain", "if-modified-since": "Thu, 01 Dec 1994 16:00:00 GMT"}, ["If-Modified-Since"]),
    ({"content-type": "text/plain", "x-oss-meta-a": "1", "date": "Sun, 17 Dec 2023 02:54:37 GMT"}, ["date"]),
    ({"content-type": "text/plain", "abc": "1"}, ["content-type", "ABC"]),
    (
        dict.fromkeys(("zeta", "beta", "gamma", "alpha", "epsilon"), "1"),
        ["zeta", "Beta", "gamma", "alpha", "epsilon"],
    ),
    ({"host": "examplebucket.oss-cn-hangzhou.aliyuncs.com"}, ["host"]),
]

TOKENS = [
    "token",
    "CAISxxx/Abc+def==",
    "CAIS" + "aB3/+x" * 150 + "==",
]

SECRETS = [("STS.NUexample", "sk"), ("LTAI5tExample00000000", "0123456789" * 3), ("ak", "s" * 64), ("ak", "s" * 100)]

REGIONS = ["cn-beijing", "cn-shanghai-finance-1", "us-west-1", "ap-southeast-1", "eu-central-1", "cn-north-2-gov-1"]

ENDPOINTS = [
    ("https://oss-cn-hangzhou-internal.aliyuncs.com", "virtual"),
    ("https://oss-accelerate.aliyuncs.com", "virtual"),
    ("https://oss-accelerate-overseas.aliyuncs.com", "virtual"),
    ("https://cn-hangzhou.oss.aliyuncs.com", "virtual"),
    ("http://oss-cn-hangzhou.aliyuncs.com", "virtual"),
    ("https://static.example.com", "cname"),
    ("http://static.example.com:8080", "cname"),
    ("http://127.0.0.1:9000", "path"),
    ("https://oss-cn-hangzhou.aliyuncs.com", "path"),
]


def _unix(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type]


MOMENTS = [
    _unix(2000, 1, 1),
    _unix(2024, 2, 29, 23, 59, 59),
    _unix(2024, 12, 31, 23, 59, 59),
    _unix(2025, 1, 1),
    _unix(2038, 1, 19, 3, 14, 8),
    _unix(2099, 12, 31, 12),
]

LIFETIMES = [1, 60, 3600, 86_400, 604_800]

METHOD_QUERIES: list[tuple[str, Input]] = [
    ("HEAD", {}),
    ("PUT", {}),
    ("POST", {"uploads": None}),
    ("POST", {"uploadId": "0004B9895DBBB6EC98E36"}),
    ("PUT", {"uploadId": "0004B9895DBBB6EC98E36", "partNumber": "1"}),
    ("DELETE", {}),
    ("DELETE", {"versionId": "v1"}),
    ("DELETE", {"uploadId": "0004B9895DBBB6EC98E36"}),
]


def links() -> Iterator[Input]:
    """Inputs of presigned links, for V4 and V1 alike."""
    yield {}
    yield from ({"key": key} for key in KEYS)
    yield from ({"query": query} for query in [*QUERIES, *FOREIGN])
    yield from ({"method": method, "query": query} for method, query in METHOD_QUERIES)
    yield from ({"now": now, "expires_in": seconds} for now, seconds in zip(MOMENTS, LIFETIMES * 2, strict=False))
    yield from ({"expires_in": seconds} for seconds in LIFETIMES)
    yield from ({"access_key_id": key_id, "access_key_secret": secret} for key_id, secret in SECRETS)
    yield from ({"security_token": token} for token in TOKENS)
    yield from ({"security_token": TOKENS[1], "query": query} for query in QUERIES[:8])
    yield from ({"method": "PUT", "headers": headers} for headers in HEADERS)
    yield {"method": "PUT", "headers": HEADERS[4], "security_token": "token", "key": "上传/é+ .png"}


def v4_links() -> Iterator[Input]:
    """Inputs that only V4 tells apart: the region, the order of all parameters, additional headers, endpoints."""
    yield from links()
    yield from ({"query": query} for query in ORDERS)
    yield from ({"region": region, "endpoint": f"https://oss-{region}.aliyuncs.com"} for region in REGIONS)
    yield from (
        {"endpoint": endpoint, "addressing": addressing, "key": "目录/a b+.txt"} for endpoint, addressing in ENDPOINTS
    )
    yield from ({"headers": headers, "additional_headers": names} for headers, names in ADDITIONAL)
    yield {
        "method": "PUT",
        "headers": ADDITIONAL[4][0],
        "additional_headers": ADDITIONAL[4][1],
        "security_token": TOKENS[1],
        "query": {"versionId": "v1"},
    }


def v4_requests() -> Iterator[Input]:
    """Inputs of requests signed in their headers."""
    yield from ({"key": key} for key in [*KEYS[:12], *KEYS[15:22]])
    yield from ({"query": query} for query in [*QUERIES[7:24], *FOREIGN])
    yield from ({"method": method, "query": query} for method, query in METHOD_QUERIES)
    yield from ({"method": "PUT", "headers": headers} for headers in HEADERS)
    yield from ({"headers": headers, "additional_headers": names} for headers, names in ADDITIONAL)
    yield from ({"security_token": token} for token in TOKENS)
    yield from ({"now": now} for now in MOMENTS)
    yield from (
        {"key": "", "query": query}
        for query in ({"list-type": "2", "prefix": "季/", "max-keys": "1000", "encoding-type": "url"}, {"acl": None})
    )


def v1_requests() -> Iterator[Input]:
    """Inputs of requests signed in their headers by V1, which dates them by ``x-oss-date`` or else by ``Date``."""
    yield from ({"key": key} for key in [*KEYS[:6], *KEYS[15:20]])
    yield from ({"query": query} for query in [*QUERIES[7:24], *FOREIGN[:2]])
    yield from ({"method": method, "query": query} for method, query in METHOD_QUERIES)
    yield from ({"method": "PUT", "headers": headers} for headers in HEADERS)
    yield from ({"security_token": token, "now": now} for token, now in product(TOKENS[:2], MOMENTS[1:3]))
    yield {"key": "", "query": {"acl": None}}
    dated = {"x-oss-date": "Sun, 17 Dec 2023 02:54:37 GMT"}
    yield from ({"key": key, "headers": dated} for key in KEYS[:6])
    yield from ({"query": query, "headers": dated} for query in QUERIES[10:24])
    yield from ({"method": "PUT", "headers": {**headers, **dated}} for headers in HEADERS)
    yield {"security_token": TOKENS[1], "headers": dated}


def posts() -> Iterator[Input]:
    """Inputs of form uploads: ``conditions`` beyond bucket, key and fields."""
    yield {}
    yield from ({"key": key} for key in ("季度/报表.pdf", "in/${filename}", "用户/${filename}", 'say "hi" \\ 🎉.txt'))
    yield {"conditions": [["content-length-range", 1, 10_485_760]]}
    yield {"conditions": [["in", "$content-type", ["image/png", "image/jpeg"]], ["not-in", "$cache-control", ["x"]]]}
    yield {"fields": {"success_action_status": "201", "x-oss-forbid-overwrite": "true"}}
    yield {"fields": {"content-type": "text/plain", "x-oss-meta-author": "爱丽丝"}, "expires_in": 60}
    yield {"security_token": TOKENS[1]}
    yield {"now": MOMENTS[1], "expires_in": 604_800}
    yield {"region": "us-west-1", "endpoint": "https://oss-us-west-1.aliyuncs.com", "access_key_secret": "s" * 100}
