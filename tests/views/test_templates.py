"""Templates are made to be overridden: whole, or block by block."""

from __future__ import annotations

import re

import pytest
from shares.factories import make_share

from views.test_headers import policy
from views.visiting import address

pytestmark = pytest.mark.django_db

DJANGO = "django.template.backends.django.DjangoTemplates"


@pytest.fixture
def override(settings, tmp_path):
    """Write templates of the project's own; their directory comes before the package's."""

    def write(**files: str) -> None:
        for name, content in files.items():
            path = tmp_path / "oss_share" / name.replace("_dot_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        settings.TEMPLATES = [{"BACKEND": DJANGO, "DIRS": [tmp_path], "APP_DIRS": True}]

    return write


def test_one_block_of_all_pages(client, oss, override):
    override(base_dot_html='{% extends "oss_share/base.html" %}{% block header %}<p>Our house</p>{% endblock %}')
    for share in ("x", make_share()):
        html = client.get(address(share)).content.decode()
        assert "<p>Our house</p>" in html
        assert html.count("<h1>") == 1


def test_one_block_of_one_page_with_what_was_there(client, oss, override):
    override(
        file_dot_html='{% extends "oss_share/file.html" %}{% block actions %}<i>1</i>{{ block.super }}{% endblock %}'
    )
    html = client.get(address(make_share())).content.decode()
    assert html.index("<i>1</i>") < html.index('type="submit"')


def test_colours_alone(client, oss, override):
    before = policy(client.get(address("x")))["style-src"]
    override(theme_dot_css=":root { --accent: #0a5; }")
    response = client.get(address("x"))
    assert ":root { --accent: #0a5; }" in response.content.decode()
    assert policy(response)["style-src"] != before


def test_a_style_of_ones_own_by_a_nonce(client, oss, override):
    override(
        base_dot_html='{% extends "oss_share/base.html" %}'
        '{% block head %}<style nonce="{{ csp_nonce }}">b {}</style>{% endblock %}'
        '{% block header %}<script nonce="{{ csp_nonce }}"></script>{% endblock %}'
    )
    nonces = set()
    for share in (make_share(), make_share(), "x", "x"):
        response = client.get(address(share))
        found = set(re.findall(r'nonce="([\w-]{22})"', response.content.decode()))
        assert len(found) == 1
        allowed = f"'nonce-{found.copy().pop()}'"
        assert allowed in policy(response)["style-src"]
        assert allowed in policy(response)["script-src"]
        nonces |= found
    assert len(nonces) == 4


def test_without_one_there_is_no_nonce(client, oss):
    assert "nonce" not in client.get(address(make_share()))["Content-Security-Policy"]


def test_the_page_of_an_unknown_link_is_made_once(client, monkeypatch):
    from django_oss_share.views import pages

    client.get(address("x"))
    monkeypatch.setattr(pages, "render_to_string", None)
    assert client.get(address("y")).status_code == 404
