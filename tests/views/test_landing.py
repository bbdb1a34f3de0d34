"""The page of a share of one file."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from urllib.request import urlopen

import pytest
from django.utils import timezone
from shares.factories import make_share, make_user

from django_oss_share.models import AuditEvent, Share
from django_oss_share.services import shares
from views.visiting import address, rows

pytestmark = pytest.mark.django_db

KEY = "reports/q3.pdf"
#: User agents of the programs that look at links in chats and mails, and of crawlers.
BOTS = [
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "facebookexternalhit/1.1;line-poker/1.0",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "DingTalkBot-LinkService/1.0",
    "Mozilla/5.0 (compatible; LarkUrl2Meta/1.0)",
    "Mattermost-Bot/1.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/600 (KHTML, like Gecko) (Applebot/0.1)",
]
BROWSERS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Edg/140",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 DingTalk/7.5.0",
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "",
]


def test_it_says_what_who_until_when_how_often_and_why(client, oss):
    share = shares.create(
        KEY,
        created_by=make_user("ann"),
        expires_in=timedelta(days=7, minutes=1),
        max_downloads=5,
        note="Final.\nReally.",
    )
    response = client.get(address(share))
    html = response.content.decode()
    assert response.status_code == 200
    for words in (
        "<title>q3.pdf</title>",
        "PDF document",
        "17\xa0bytes",
        "ann",
        "5 of 5",
        "Final.<br>Really.",
        "1\xa0week",
    ):
        assert words in html
    assert f'datetime="{timezone.localtime(share.expires_at).isoformat()}"' in html
    assert rows()[1:] == [("viewed", "")]


def test_looking_costs_nothing_of_a_limit(client, oss):
    share = make_share(max_downloads=1)
    for _ in range(3):
        assert client.get(address(share)).status_code == 200
    assert Share.objects.get().downloads == 0
    assert oss.calls["GetObject"] == 0


def test_a_look_costs_few_queries(client, oss, django_assert_num_queries):
    share = make_share(key="a.zip")
    oss.put("a.zip", b"")
    with django_assert_num_queries(4) as captured:
        client.get(address(share))
    assert [query["sql"].split()[0] for query in captured] == ["SELECT", "SAVEPOINT", "INSERT", "RELEASE"]


@pytest.mark.parametrize("mode", ["page", "direct"])
def test_head_learns_that_it_is_there_and_leaves_no_trace(client, oss, mode):
    response = client.head(address(make_share(mode=mode)))
    assert (response.status_code, response.content, rows()) == (200, b"", [])
    assert Share.objects.get().downloads == 0
    assert oss.calls["HeadObject"] == 0


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.pdf", '"><img src=x>.pdf', "a'&{{ 7 }}.pdf"])
def test_names_are_text(client, oss, name):
    oss.put(name, b"x")
    html = client.get(address(make_share(key=name, note=name, name=name))).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert escape(name) in html


@pytest.mark.parametrize(
    "name", ["q3\r\nSet-Cookie: a=b.pdf", "annual\u202efdp.exe", "zero\u200bwidth.pdf", "\x00.pdf"]
)
def test_characters_that_hide_or_turn_others_are_seen(client, oss, name):
    response = client.get(address(make_share(filename=name)))
    html = response.content.decode()
    assert response.status_code == 200
    assert "\N{REPLACEMENT CHARACTER}" in html
    assert not any(character in html for character in "\u202e\u200b\x00")
    assert "Set-Cookie" not in response.headers


def test_direct_sends_on_at_once_and_counts(client, oss):
    share = shares.create(KEY, mode="direct", max_downloads=2)
    response = client.get(address(share), headers={"User-Agent": "curl/8.5.0"})
    assert response.status_code == 302
    with urlopen(response["Location"]) as answer:
        assert answer.read() == b"the third quarter"
    assert rows()[1:] == [("issued", "")]
    assert Share.objects.get().downloads == 1


@pytest.mark.parametrize("agent", BROWSERS)
def test_people_and_their_tools_are_served(client, oss, agent):
    response = client.get(address(make_share(mode="direct")), headers={"User-Agent": agent})
    assert response.status_code == 302


@pytest.mark.parametrize("agent", BOTS)
def test_what_looks_at_links_in_chats_gets_a_page_and_counts_nothing(client, oss, agent):
    response = client.get(address(make_share(mode="direct", max_downloads=1)), headers={"User-Agent": agent})
    assert response.status_code == 200
    assert rows() == [("viewed", "")]
    assert Share.objects.get().downloads == 0


@pytest.mark.parametrize(
    "header",
    [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch"), ("X-Purpose", "preview")],
)
def test_a_browser_that_guesses_counts_nothing(client, oss, header):
    assert client.get(address(make_share(mode="direct")), headers=dict([header])).status_code == 200
    assert Share.objects.get().downloads == 0


def test_a_page_that_cannot_be_written_down_is_not_shown(client, oss, monkeypatch):
    def full(*args, **kwargs):
        from django.db import OperationalError

        raise OperationalError("disk full")

    monkeypatch.setattr(AuditEvent, "save", full)
    response = client.get(address(make_share()))
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert b"q3.pdf" not in response.content


def test_the_object_was_deleted_or_replaced(client, oss):
    gone, pinned = make_share(key="reports/none.pdf"), shares.create(KEY, pin="etag")
    oss.put(KEY, b"another")
    for share, words in ((gone, b"no longer there"), (pinned, b"no longer the one that was shared")):
        response = client.get(address(share))
        assert response.status_code == 410
        assert words in response.content
        assert b"none.pdf" not in response.content
        assert b"q3.pdf" not in response.content


def test_what_is_down_is_said(client, oss):
    from django_oss_share.testing import Fault, Kind

    oss.faults.add(Fault(Kind.STATUS, operation="HeadObject", status=503))
    response = client.get(address(make_share()))
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert b"Try again in 30 seconds" in response.content


def test_scheduled_says_when(client):
    start = timezone.now() + timedelta(days=1)
    html = client.get(address(make_share(starts_at=start))).content.decode()
    assert f'datetime="{timezone.localtime(start).isoformat()}"' in html


def test_the_visitors_user_is_written_down(client, oss):
    user = make_user("bob")
    client.force_login(user)
    client.get(address(make_share()))
    assert AuditEvent.objects.get().actor == user


@pytest.mark.parametrize("base_url", ["", "https://files.example.com"])
def test_the_address_to_copy(client, oss, settings, base_url):
    settings.OSS_SHARE = {"BASE_URL": base_url}
    share = make_share()
    assert (
        f'data-copy="{base_url or "http://testserver"}{address(share)}"' in client.get(address(share)).content.decode()
    )
