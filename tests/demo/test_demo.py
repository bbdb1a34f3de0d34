"""``demo.py`` from outside: what it prints, how it ends, and whether it notices what it is there to notice."""

import json
import os
import re
import signal
import socket
import subprocess
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from .running import Demo, running_demo, start

SECONDS = 240


def test_the_walk_through_ends_well_and_says_what_it_compared():
    process = start(DEMO_ONCE="1")
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    assert re.search(r"stored +6 samples through the model", said)
    assert re.search(r'stored +合同 "终稿" \+100% 🙂\.txt by the form, [\d,]+ bytes', said)
    assert re.search(r"linked +13 links to 7 documents", said)
    assert re.search(r'downloaded +产品演示 "第 1 版"\.mp4: 31,294 bytes and the name are equal', said)
    assert re.search(r"previewed +旧系统导出 \(GB18030\)\.txt: inline, text/plain; charset=gb18030", said)
    assert len(re.findall(r"refused .*: 403 SignatureDoesNotMatch", said)) == 4
    assert len(re.findall(r"refused .* after its time: 403 AccessDenied", said)) == 1
    assert len(re.findall(r"downloaded .* by the share, time \d: 144 bytes are equal", said)) == 3
    assert re.search(r"refused +the share, with 410: The download limit of this link is reached\.", said)
    assert re.search(r"refused +the share, with 410: This link was taken back\.", said)
    assert re.search(r"audited +created, denied, unlock_failed, unlocked, viewed, issued, .*, revoked, denied\n", said)
    assert (
        len(
            re.findall(r"exported +3 files and a folder as (?:csv|xlsx): 5 links by the audited door, each opens", said)
        )
        == 2
    )
    assert re.search(r"refreshed +the token, by the worker\n", said)
    assert re.search(r"refreshed .* once the worker was stopped; \d+ links opened\n", said)
    assert re.search(
        r"opened +\d+ links while STS was down, until (?:29|3[0-2])\.\d s before the token's end; then 503\n", said
    )
    assert re.search(r"Everything is as it should be, after [\d.]+ seconds\.$", said.strip())
    assert "Traceback" not in said
    assert "Warning" not in said


@pytest.fixture
def faulty(demo: Demo):
    """Tell the demo's emulator what to do wrong."""

    def ask(method, **fault):
        body = json.dumps(fault).encode()
        with urlopen(Request(f"{demo.oss}/-/faults", body, method=method), timeout=10) as answer:
            assert answer.status == 200

    yield lambda **fault: ask("POST", **fault)
    ask("DELETE")


@pytest.fixture
def tour(demo: Demo):
    from harness.journey import Tour
    from harness.samples import SAMPLES

    # No test stops the worker that all of them have.
    tour = Tour(demo.url, demo.password, demo.oss, demo.share, worker=None)
    tour.stored |= {sample.name: (sample.read(), sample.content_type) for sample in SAMPLES}
    kept = tour.listing
    # Other tests upload to this site, too.
    tour.listing = lambda: {name: links for name, links in kept().items() if name in tour.stored}
    return tour


def test_one_wrong_byte_is_noticed(tour, faulty):
    from harness.errors import DemoFailed
    from harness.journey.links import every_link

    every_link(tour)
    faulty(kind="corrupt", operation="GetObject", key="documents/*.mp4")
    with pytest.raises(DemoFailed, match=r"the download of 产品演示 .* is 31,294 other bytes, and should be 31,294"):
        every_link(tour)


def test_another_name_or_type_is_noticed(tour):
    from harness.errors import DemoFailed
    from harness.journey.links import every_link

    listing = tour.listing()
    one, other = "会议纪要 “秋季” #3.txt", "旧系统导出 (GB18030).txt"
    listing[one]["download"] = listing[other]["download"]
    tour.listing = lambda: {one: listing[one]} | {name: links for name, links in listing.items() if name != one}
    with pytest.raises(DemoFailed, match="the name to save 会议纪要 .* under is '旧系统导出 "):
        every_link(tour)


def test_a_bucket_that_does_not_take_the_file_is_told_in_the_form(tour, faulty):
    faulty(kind="status", status=503, operation="PutObject")
    tour.page()
    answer = tour.visitor.post(tour.site, {"title": ""}, {"file": ("unlucky.txt", b"text")})
    assert answer.status == 502
    assert "The bucket did not take the file" in answer.text
    assert "unlucky.txt" not in tour.page().text


@pytest.mark.parametrize(
    ("fields", "files", "message"),
    [
        ({"title": "Nothing"}, {}, "Choose a file first."),
        ({"title": ""}, {"file": ("empty.txt", b"")}, "This file is empty; there is nothing to store."),
        ({"title": "t" * 121}, {"file": ("a.txt", b"a")}, "Ensure this value has at most 120 characters"),
    ],
)
def test_a_form_filled_in_wrongly_says_how(tour, fields, files, message):
    tour.page()
    answer = tour.visitor.post(tour.site, fields, files)
    assert answer.status == 422
    assert message in answer.text


def test_a_file_of_a_dangerous_kind_is_offered_for_saving_only(tour):
    from harness.pages import Listing

    tour.page()
    tour.visitor.post(tour.site, {}, {"file": ("page.html", b"<script>alert(1)</script>")})
    links = Listing(tour.page().text).links["page.html"]
    assert set(links) == {"download"}
    assert tour.visitor.get(links["download"]).disposition == "attachment"


def test_two_files_of_one_name_are_two_files(tour):
    for content in (b"first", b"second"):
        tour.page()
        tour.visitor.post(tour.site, {}, {"file": ("same name.txt", content)})
    links = re.findall(
        r'class="button download" href="([^"]+)"[^>]*aria-label="Download same name.txt"', tour.page().text
    )
    assert [tour.visitor.get(link.replace("&amp;", "&")).body for link in links] == [b"second", b"first"]


def test_a_stranger_is_told_neither_tables_nor_files(tour):
    admin = tour.visitor.get(tour.site + "admin/documents/document/").text
    assert 'type="password"' in admin
    assert "季度报告" not in admin
    assert tour.visitor.get(tour.site + "var/db.sqlite3").status == 404


def test_a_second_start_keeps_what_was_there(tmp_path):
    from harness.pages import Listing
    from harness.visitor import Visitor

    for _ in range(2):
        with running_demo(tmp_path) as running:
            visitor = Visitor()
            listing = Listing(visitor.get(running.url).text).links
            assert len(listing) == 6
            assert all(visitor.get(links["download"]).status == 200 for links in listing.values())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_leaves_nothing_running(tmp_path, how):
    with running_demo(tmp_path) as running:
        code, said = running.stop(how)
        assert (code, said.strip()) == (0, "Stopped.")
        for address in (running.url, running.oss):
            with pytest.raises(URLError, match="refused"):
                urlopen(address, timeout=5)
        # Celery's clock is a process of the same group.
        with pytest.raises(ProcessLookupError):
            os.killpg(int(running.worker), 0)


def test_a_busy_port_is_one_clear_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal(PORT=str(port)) == (
            f"demo: Port {port} of 127.0.0.1 cannot be used (Address already in use); try PORT=8123 make demo.\n"
        )


@pytest.mark.parametrize("port", ["http", "-1", "65536", ""])
def test_what_is_no_port_is_refused(port):
    assert refusal(PORT=port) == f"demo: PORT={port} is not a port; give a number from 1 to 65535.\n"


def refusal(**environment):
    process: subprocess.Popen[str] = start(**environment)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    return said
