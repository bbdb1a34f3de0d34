"""Answers every request with a page of a list of keys that never were; tells its port, and serves until it is ended.

One page is made beforehand, and the number of the page put into its keys: the answers cost next to nothing, so that it
is the client that is measured. Arguments: how many keys, a multiple of 1,000.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE_SIZE = 1000

_ENTRY = (
    "<Contents><Key>reports/2026/@@@@@{number:03}.pdf</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
    '<ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag><Type>Normal</Type><Size>344606</Size>'
    "<StorageClass>Standard</StorageClass></Contents>"
)
_ENTRIES = "".join(_ENTRY.format(number=number) for number in range(PAGE_SIZE)).encode()
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
        page = int(parse_qs(urlsplit(self.path).query).get("continuation-token", ["0"])[0])
        more = "true" if page + 1 < self.pages else "false"
        head = _HEAD.format(more=more, token=page + 1 if more == "true" else "")
        body = head.encode() + _ENTRIES.replace(b"@@@@@", b"%05d" % page) + _END
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """A line a page would be the most that it does."""


def main() -> None:
    Handler.pages = int(sys.argv[1]) // PAGE_SIZE
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
