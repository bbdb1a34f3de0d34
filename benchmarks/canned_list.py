"""Answers with pages of a list of keys that never were, and takes the parts of uploads for nothing; tells its port, and
serves until it is ended.

One page is made beforehand, and the number of the page put into its keys: the answers cost next to nothing, so that it
is the client that is measured. ``start-after`` and a token name a key, of which only later ones follow; ``max-keys`` is
taken for 1 or 1,000. Arguments: how many keys, a multiple of 1,000.
"""

from __future__ import annotations

import bisect
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE_SIZE = 1000

_ENTRY = (
    "<Contents><Key>reports/2026/@@@@@{number:03}.pdf</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
    '<ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag><Type>Normal</Type><Size>344606</Size>'
    "<StorageClass>Standard</StorageClass></Contents>"
)
_SINGLE = [_ENTRY.format(number=number).encode() for number in range(PAGE_SIZE)]
_ENTRIES = b"".join(_SINGLE)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>examplebucket</Name><Prefix></Prefix>'
    "<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>"
    "<NextContinuationToken>{token}</NextContinuationToken>"
)
_END = b"<KeyCount>1000</KeyCount></ListBucketResult>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages = 1

    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if "prefix" in asked and asked["prefix"].startswith("oss-share-exports/"):
            self._answer(b"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>")
            return
        behind = asked.get("continuation-token") or asked.get("start-after") or ""
        at = bisect_right(self, behind) if behind else 0
        if asked["max-keys"] == "1":
            self._answer(self._page(at, 1))
        else:
            self._answer(self._page(at, PAGE_SIZE))

    def _page(self, at: int, size: int) -> bytes:
        """``size`` keys from the one numbered ``at`` on."""
        total = self.pages * PAGE_SIZE
        end = min(at + size, total)
        more = "true" if end < total else "false"
        head = _HEAD.format(more=more, token=key(end - 1) if end < total else "")
        entries = [_entries(number, at, end) for number in range(at // PAGE_SIZE, -(-end // PAGE_SIZE))]
        return head.encode() + b"".join(entries) + _END

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        what = b"Complete" if "uploadId" in self.path else b"Initiate"
        self._answer(b"<%bMultipartUploadResult><UploadId>1</UploadId></%bMultipartUploadResult>" % (what, what))

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 2**20)))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("ETag", '"5B3C1A2E053D763E1B002CC607C5A0FE"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """A line a page would be the most that it does."""


def key(number: int) -> str:
    """The keys are numbered, and so in order."""
    return f"reports/2026/{number // PAGE_SIZE:05}{number % PAGE_SIZE:03}.pdf"


def bisect_right(handler: Handler, behind: str) -> int:
    """How many keys come before the first one behind ``behind``."""
    return bisect.bisect_right(range(handler.pages * PAGE_SIZE), behind, key=key)


def _entries(page: int, at: int, end: int) -> bytes:
    first, last = max(at - page * PAGE_SIZE, 0), min(end - page * PAGE_SIZE, PAGE_SIZE)
    whole = _ENTRIES if last - first == PAGE_SIZE else b"".join(_SINGLE[first:last])
    return whole.replace(b"@@@@@", b"%05d" % page)


def main() -> None:
    Handler.pages = int(sys.argv[1]) // PAGE_SIZE
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
