"""``{% load oss_share %}``"""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import storages
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.template import Context, Template, TemplateSyntaxError

from django_oss_share.oss import InvalidArgument, InvalidExpiry


@pytest.fixture(autouse=True)
def bucket(settings):
    options = {"access_key": "LTAItest", "secret_key": "secret", "region_name": "cn-hangzhou"}
    backend = "django_oss_share.storage.OSSStorage"
    settings.STORAGES = {
        "default": {"BACKEND": backend, "OPTIONS": {**options, "bucket_name": "first-bucket"}},
        "archive": {"BACKEND": backend, "OPTIONS": {**options, "bucket_name": "second-bucket"}},
    }


def render(text, autoescape=True, **context):
    return Template("{% load oss_share %}" + text).render(Context(context, autoescape=autoescape))


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture
def document():
    field = FileField(storage=storages["archive"])
    return SimpleNamespace(file=FieldFile(SimpleNamespace(), field, "a & b/季度.pdf"), name='it\'s "<q3>" & 季度.pdf')


def test_a_link_to_a_file_of_a_model(document):
    url = render("{% oss_url document.file as link %}{{ link|safe }}", document=document)
    assert url.startswith("https://second-bucket.oss-cn-hangzhou.aliyuncs.com/a%20%26%20b/%E5%AD%A3%E5%BA%A6.pdf?")


def test_a_link_to_a_name_with_every_option():
    query = query_of(
        render(
            '{% oss_url "a.pdf" download=True filename="b.pdf" expires=600 process="style/small" version_id="CAEQ" '
            'content_type="application/pdf" storage="archive" %}',
            autoescape=False,
        )
    )
    assert query["response-content-disposition"] == 'attachment; filename="b.pdf"'
    assert query["x-oss-expires"] == "600"
    assert query["x-oss-process"] == "style/small"
    assert query["versionId"] == "CAEQ"
    assert query["response-content-type"] == "application/pdf"


def test_options_may_be_variables_and_filters(document):
    url = render(
        '{% oss_url document.file filename=document.name expires=minutes|add:"60" %}',
        autoescape=False,
        document=document,
        minutes=600,
    )
    assert query_of(url)["x-oss-expires"] == "660"
    assert "%E5%AD%A3%E5%BA%A6.pdf" in query_of(url)["response-content-disposition"]


def test_written_into_html_a_link_is_escaped():
    html = render('<a href="{% oss_url "a.pdf" download=True %}">')
    assert "&amp;" in html
    assert "&" not in html.replace("&amp;", "")


def test_kept_in_a_variable_a_link_is_as_it_is_and_escaped_where_it_is_written():
    html = render('{% oss_url "a.pdf" as link %}{{ link }}')
    assert "&amp;" in html
    assert "&amp;amp;" not in html
    assert "&amp;" not in render('{% oss_url "a.pdf" as link %}{{ link|safe }}')


def test_nothing_of_a_hostile_name_reaches_the_page(document):
    html = render("{% oss_url document.file filename=document.name %}", document=document)
    assert not set("<>\"' ") & set(html)


def test_a_thumbnail():
    url = render('{% oss_image_url "a.png" width=320 height=240 mode="fill" format="webp" %}', autoescape=False)
    assert query_of(url)["x-oss-process"] == "image/resize,m_fill,w_320,h_240/format,webp"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ('{% oss_url "a" filname="b" %}', "{% oss_url %} has no argument 'filname'; did you mean 'filename'?"),
        ('{% oss_url "a" width=3 %}', "{% oss_url %} has no argument 'width'; known are download, filename, expires, "),
        ('{% oss_image_url "a" widht=3 %}', "{% oss_image_url %} has no argument 'widht'; did you mean 'width'?"),
        ("{% oss_url %}", "{% oss_url %} needs a file or the name of an object first."),
        ("{% oss_url as link %}", "{% oss_url %} needs a file or the name of an object first."),
        ("{% oss_url download=True %}", "{% oss_url %} needs a file or the name of an object first."),
        ('{% oss_url "a" "b" %}', "{% oss_url %} cannot read '\"b\"': after the file come name=value pairs"),
        ('{% oss_url "a" download=True as %}', "{% oss_url %} cannot read 'as'"),
    ],
)
def test_a_tag_written_wrongly_is_refused_before_anybody_visits_the_page(tag, message):
    with pytest.raises(TemplateSyntaxError) as caught:
        Template("{% load oss_share %}{% if False %}" + tag + "{% endif %}")
    assert message in str(caught.value)


def test_a_variable_that_is_not_there_is_an_empty_name():
    with pytest.raises(InvalidArgument, match="Nothing to link to"):
        render("{% oss_url documnet.file %}")


def test_a_value_out_of_range_is_told_as_elsewhere():
    with pytest.raises(InvalidExpiry, match="604800"):
        render('{% oss_url "a" expires=604801 %}')
