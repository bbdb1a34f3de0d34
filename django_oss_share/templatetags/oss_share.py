"""``{% load oss_share %}``: links to stored files.

::

    <a href="{% oss_url document.file download=True filename=document.name expires=600 %}">Download</a>
    <img src="{% oss_image_url document.file width=320 height=240 mode="fill" format="webp" %}" alt="">
    {% oss_url "reports/q3.pdf" storage="archive" as report %}
    {% oss_share_link document.file as shared %}{% if shared %}<a href="{{ shared }}">Shared</a>{% endif %}

Arguments are those of :func:`~django_oss_share.links.object_url`, :func:`~django_oss_share.links.image_url` and
:func:`~django_oss_share.links.share_link`; one that they do not have is refused when the template is loaded, before
anybody visits the page. Of the context they use nothing but ``request``, which makes links of shares absolute.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import conditional_escape

from ..links import image_url, object_url, share_link
from ..oss.suggestions import advice

register = template.Library()


class LinkNode(Node):
    """One link, written escaped for HTML, or kept as it is in a variable."""

    def __init__(
        self,
        make: Callable[..., str],
        target: FilterExpression,
        options: dict[str, FilterExpression],
        variable: str | None,
        *,
        wants_request: bool,
    ) -> None:
        self.make = make
        self.target = target
        self.options = options
        self.variable = variable
        self.wants_request = wants_request

    def render(self, context: Context) -> str:
        options = {name: value.resolve(context) for name, value in self.options.items()}
        if self.wants_request:
            options["request"] = context.get("request")
        link = self.make(self.target.resolve(context), **options)
        if self.variable is None:
            return conditional_escape(link) if context.autoescape else link
        context[self.variable] = link
        return ""


def link_tag(name: str, make: Callable[..., str]) -> None:
    """Register ``{% name target option=value … [as variable] %}``, with the keyword arguments of ``make``."""
    keywords = [each.name for each in inspect.signature(make).parameters.values() if each.kind is each.KEYWORD_ONLY]
    known = [name for name in keywords if name != "request"]

    def compile_tag(parser: Parser, token: Token) -> LinkNode:
        _, *bits = token.split_contents()
        variable = bits.pop() if bits[-2:-1] == ["as"] else None
        if variable is not None:
            bits.pop()
        if not bits or token_kwargs(bits[:1], parser):
            raise template.TemplateSyntaxError(f"{{% {name} %}} needs a file or the name of an object first.")
        target = parser.compile_filter(bits.pop(0))
        options = token_kwargs(bits, parser)
        _check(name, options, bits, known)
        return LinkNode(make, target, options, variable, wants_request="request" in keywords)

    register.tag(name, compile_tag)


def _check(tag: str, options: dict[str, Any], rest: list[str], known: list[str]) -> None:
    if rest:
        raise template.TemplateSyntaxError(
            f"{{% {tag} %}} cannot read {rest[0]!r}: after the file come name=value pairs, then 'as variable'."
        )
    for option in options:
        if option not in known:
            raise template.TemplateSyntaxError(f"{{% {tag} %}} has no argument {option!r}; {advice(option, known)}")


link_tag("oss_url", object_url)
link_tag("oss_image_url", image_url)
link_tag("oss_share_link", share_link)
