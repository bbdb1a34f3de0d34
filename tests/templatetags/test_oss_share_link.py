from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage, storages
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from shares.conftest import offline
from shares.factories import make_share

from django_oss_share.links import image_url, object_url, redirect_to_object, share_link
from django_oss_share.oss import InvalidArgument
from django_oss_share.services import shares
from django_oss_share.services.errors import UnknownStorage

__all__ = ["offline"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def routed(settings):
    settings.ROOT_URLCONF = "shares.urls"


def file_of(name: str, storage=default_storage) -> FieldFile:
    field = FileField(storage=storage)
    field.name = "scan"
    return FieldFile(SimpleNamespace(pk=7), field, name)


def render(text: str, **context) -> str:
    return Template("{% load oss_share %}" + text).render(Context(context))


def test_a_share_gives_its_link_absolute_by_the_request():
    share = make_share()
    request = RequestFactory().get("/", HTTP_HOST="testserver")
    assert render("{% oss_share_link share %}", share=share) == shares.get_url(share)
    assert render("{% oss_share_link share %}", share=share, request=request) == shares.get_url(share, request)
    assert shares.get_url(share, request).startswith("http://testserver/s/")


def test_a_share_asks_the_database_for_nothing(django_assert_num_queries):
    share = make_share()
    with django_assert_num_queries(0):
        assert render("{% oss_share_link share %}{% oss_url share %}", share=share)


def test_a_file_gives_the_newest_active_share_of_that_object():
    make_share(key="a.txt")
    newest = make_share(key="a.txt")
    shares.revoke(make_share(key="a.txt"))
    make_share(key="a.txt", storage="archive")
    make_share(key="b.txt")
    assert share_link(file_of("a.txt")) == share_link("a.txt") == shares.get_url(newest)


def test_a_file_of_another_storage_is_found_there():
    archived = make_share(key="a.txt", storage="archive")
    assert share_link(file_of("a.txt", storages["archive"])) == shares.get_url(archived)
    assert share_link("a.txt", storage="archive") == shares.get_url(archived)


def test_what_is_not_shared_gives_nothing_and_is_not_shared_by_asking(django_assert_num_queries):
    shares.revoke(make_share(key="a.txt"))
    with django_assert_num_queries(1):
        assert render("{% oss_share_link 'a.txt' as link %}[{{ link }}]") == "[]"


def test_a_storage_outside_of_settings_has_no_shares():
    own = type(storages["archive"])(
        bucket_name="examplebucket", region_name="cn-hangzhou", access_key="a", secret_key="s"
    )
    with pytest.raises(UnknownStorage, match="not in STORAGES"):
        share_link(file_of("a.txt", own))


def test_the_url_of_a_share_is_its_own_link_without_options():
    share = make_share()
    assert object_url(share) == shares.get_url(share)
    with pytest.raises(InvalidArgument, match=r"expire=60 does not go with <Share"):
        object_url(share, expires=60)
    with pytest.raises(InvalidArgument, match="storage='archive' does not go"):
        share_link(share, storage="archive")


def test_the_picture_of_a_share_is_a_signed_link_to_its_object():
    url = image_url(make_share(key="a.png", storage="archive"), width=100)
    assert url.startswith("https://archivebucket.oss-cn-hangzhou.aliyuncs.com/a.png?")
    assert "x-oss-process=image%2Fresize%2Cw_100&" in url
    with pytest.raises(InvalidArgument, match="several files"):
        image_url(make_share(keys=("a.png", "b.png")), width=100)


def test_nobody_is_redirected_past_a_share():
    with pytest.raises(InvalidArgument, match="page of its own"):
        redirect_to_object(RequestFactory().get("/"), make_share())


def test_the_request_is_no_argument_of_the_tag():
    with pytest.raises(TemplateSyntaxError, match="no argument 'request'"):
        Template("{% load oss_share %}{% oss_share_link share request=request %}")
