"""Whom the doctor asks, and how long and how much it listens."""

from __future__ import annotations

import time

import pytest

from django_oss_share.oss.reading import NotALink
from django_oss_share.services.doctor import diagnose, fetching

from .gateway import gateway


def asked(world, url, *allow_hosts):
    """The diagnosis, with OSS asked."""
    return diagnose(url, fetch=True, allow_hosts=allow_hosts)


def via(world, place):
    return world.link().replace(world.emulator.endpoint, f"http://{place}")


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.1.1:8080",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a00:1]",
        "0.0.0.0",
    ],
)
def test_no_private_address_is_asked_even_if_it_is_listed(world, host):
    diagnosis = asked(world, via(world, host), host)
    assert diagnosis.link["answer"] == {"fetched": False}
    assert any("private" in note for note in diagnosis.link["notes"])


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_other_spellings_of_an_address_lead_nowhere(world, host):
    diagnosis = asked(world, via(world, f"{host}:1"))
    assert diagnosis.link["answer"] == {"fetched": False}


def test_a_name_with_a_private_address_is_not_asked(world):
    world.resolves("static.example.com", to="10.0.0.1")
    diagnosis = asked(world, via(world, "static.example.com"), "static.example.com")
    assert diagnosis.link["answer"] == {"fetched": False}


def test_osss_own_name_with_this_machines_address_is_not_asked(world):
    host = f"{world.emulator.bucket}.oss-cn-shanghai.aliyuncs.com"
    world.resolves(host)
    path = world.link().partition(f"/{world.emulator.bucket}")[2]
    diagnosis = asked(world, f"http://{host}:{world.emulator.endpoint.rpartition(':')[2]}{path}")
    assert diagnosis.link["answer"] == {"fetched": False}


def test_no_other_port_of_this_machine_is_asked(world):
    heard = []

    def answer(target):
        heard.append(target)
        return 200, {}, b""

    with gateway(answer) as place:
        port = place.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", f"{world.emulator.bucket}.localhost", "[::1]"):
            assert asked(world, via(world, f"{host}:{port}")).link["answer"] == {"fetched": False}
    assert not heard


def test_no_redirect_is_followed(world):
    heard = []

    def elsewhere(target):
        heard.append(target)
        return 200, {}, b""

    with gateway(elsewhere) as other:
        place = world.behind(lambda target: (302, {"Location": f"http://{other}/secret?token=x"}, b""))
        diagnosis = asked(world, via(world, place), place)
    assert not heard
    assert diagnosis.cause == "wrong_endpoint"
    assert "token=x" not in str(diagnosis.as_dict())


def test_a_user_name_in_the_url_changes_no_host(world):
    url = world.link().replace("http://", f"http://{world.emulator.endpoint.removeprefix('http://')}@10.0.0.1/")
    diagnosis = asked(world, url)
    assert diagnosis.link["answer"] == {"fetched": False}
    assert diagnosis.link["host"] == "10.0.0.1"


def test_it_does_not_wait_for_ever(world, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.3)
    place = world.behind(lambda target: time.sleep(1.5) or (200, {}, b""))
    diagnosis = asked(world, via(world, place), place)
    assert diagnosis.cause == "unreachable"
    assert "did not answer" in diagnosis.explanation


def test_it_reads_the_beginning_alone(world, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    world.emulator.put("long.txt", b"plain text " * 100_000, content_type="text/plain")
    assert asked(world, world.link("long.txt")).is_ok


def test_a_character_cut_in_two_is_no_other_charset(world, monkeypatch):
    text = "季度报告" * 1000
    for charset in ("utf-8", "gb18030"):
        world.emulator.put("long.txt", text.encode(charset), content_type=f"text/plain;charset={charset}")
        for most in range(998, 1004):
            monkeypatch.setattr(fetching, "MOST_BYTES", most)
            assert asked(world, world.link("long.txt")).is_ok, (charset, most)


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (98 + n, *([97 + n] * 8)) for n in range(9))
        + b"]><Error><Code>&j;</Code></Error>",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Error><Code>&a;</Code></Error>',
        b"<Error><Code>",
        b'<?xml version="1.0" encoding="gb18030"?><Error><Code>\xbc\xbe</Code></Error>',
        b'<?xml version="1.0" encoding="unheard-of"?><Error/>',
        b"\xff\xfe\x00",
        b"",
        b"<html>403 Forbidden</html>",
        b"<Error/>",
    ],
)
def test_any_body_is_an_answer(world, body):
    place = world.behind(lambda target: (403, {"Date": "not a date"}, body))
    diagnosis = asked(world, via(world, place), place)
    assert diagnosis.cause == "no_permission"
    assert "root:" not in str(diagnosis.as_dict())


def test_nobody_is_asked_to_change_anything(world):
    for method in ("PUT", "POST", "DELETE"):
        diagnosis = asked(world, world.link(method=method))
        assert diagnosis.is_ok
        assert diagnosis.link["method"] == method
        assert diagnosis.link["answer"] == {"fetched": False}
    assert asked(world, world.link(method="HEAD")).link["answer"]["status"] == 200
    assert not {"PutObject", "PostObject", "DeleteObject"} & set(world.emulator.calls)


def test_the_environments_proxies_are_not_asked(world, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert asked(world, world.link()).is_ok


def test_https_without_a_certificate_is_told(world):
    url = world.link().replace("http://", "https://")
    place = world.emulator.endpoint.removeprefix("http://")
    diagnosis = asked(world, url, place)
    assert diagnosis.cause == "unreachable"
    assert "https" in diagnosis.explanation


def test_any_web_page_is_no_link_unless_its_host_is_listed(world):
    place = world.behind(lambda target: (200, {"Content-Type": "text/html"}, b"<html>"))
    name = f"static.example.com:{place.rpartition(':')[2]}"
    world.resolves("static.example.com")
    with pytest.raises(NotALink):
        asked(world, f"http://{name}/page.html")
    assert asked(world, f"http://{name}/page.html", name).is_ok


@pytest.mark.parametrize("version", ["v4", "v1"])
def test_what_was_changed_on_the_way_is_shown_beside_what_was_sent(world, version):
    proxy = world.proxied(lambda target: target.replace("q3.pdf", "q4.pdf"))
    url = world.link(pair=world.session(3600), version=version).replace(world.emulator.endpoint, proxy)
    answer = asked(world, url, proxy.removeprefix("http://")).link["answer"]
    [changed] = answer["difference"]
    assert "q3.pdf" in changed["link"]
    assert "q4.pdf" in changed["oss"]
    lines = answer["canonical_request"]
    assert lines["link"][0] == lines["oss"][0] == "GET"
    assert len(lines["link"]) == len(lines["oss"]) > 4
