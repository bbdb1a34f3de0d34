"""Who asks for a page that nobody asked to see: previews of links in chats, crawlers, browsers that guess."""

from __future__ import annotations

from django.http import HttpRequest

#: Found in the User-Agent, in lower case. Most name a place to read about them ("+https://…"), which no browser does.
FRAGMENTS = (
    "+http",
    "bot/",
    "bot-",
    "bot;",
    "bot ",
    "spider",
    "crawler",
    "preview",
    "facebookexternalhit",
    "facebot",
    "whatsapp",
    "telegrambot",
    "slack-imgproxy",
    "line-poker",
    "dingtalkbot",
    "larkurl2meta",
    "feishubot",
    "mattermost",
    "rocket.chat",
    "embedly",
    "iframely",
    "pinterest",
    "google-read-aloud",
    "google-pagerenderer",
    "microsoft office",
    "safelinks",
)
#: What browsers say of a page that they fetch before it is asked for.
PURPOSES = ("prefetch", "prerender", "preview")
_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_automatic(request: HttpRequest) -> bool:
    """Whether it is a program that looks at links of its own accord; nothing is handed out to those unasked."""
    agent = request.headers.get("User-Agent", "").lower()
    purposes = " ".join(request.headers.get(name, "") for name in _HEADERS).lower()
    return any(part in agent for part in FRAGMENTS) or any(purpose in purposes for purpose in PURPOSES)
