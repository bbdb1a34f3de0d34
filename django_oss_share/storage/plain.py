"""Links without a signature, which have no end: for objects that everybody may read, or behind a CDN."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from ..oss import Endpoint, InvalidArgument
from ..oss.encoding import encode_query
from ..oss.query import check_query
from ..oss.validate import encoded_key
from .cdn import CDN
from .configured import ConfiguredStorage
from .endpoints import link_endpoint, plain_endpoint
from .options import DEFAULTS
from .parameters import link_query

#: Hosts by which an object can be asked for without a signature.
DOMAINS = ("public", "internal", "accelerate", "custom", "cdn")
_VENDOR = ".aliyuncs.com"


class PlainLinkingStorage(ConfiguredStorage):
    """``plain_url()``."""

    def plain_url(
        self,
        name: str | PurePath,
        *,
        domain: str | None = None,
        process: str | Mapping[str, Any] | None = None,
        version_id: str | None = None,
    ) -> str:
        """A link to ``name`` without a signature. It opens what is public-read, or what a CDN fetches by itself.

        :param domain: ``public`` (OSS's host of the region), ``internal`` (within the region, free of charge),
            ``accelerate`` (which has to be switched on for the bucket), ``custom`` (``custom_domain``) or ``cdn`` (that
            of the option ``cdn``, which must not ask for a signature); by default the one that links have anyway.
        :param process: ``x-oss-process`` as text, or the arguments of ``image_process``.
        :raises InvalidArgument: an unknown domain, or one that the storage does not have.
        :raises InvalidKey: a name that OSS or a browser would refuse.
        :raises SuspiciousName: a way out of the location.
        """
        query = link_query(None, process=process, version_id=version_id)
        return self._plain(self._plain_base(domain), self._key(name), query)

    def _plain_url(self, name: str | PurePath | None, query: Mapping[str, str | None]) -> str:
        for parameter in query:
            if parameter.startswith("response-"):
                raise InvalidArgument(
                    f"{parameter} needs a signed link, and querystring_auth=False makes plain ones: OSS would answer "
                    "400. Use presign(), or store the header with the object (object_parameters).",
                    field="parameters",
                    value=parameter,
                )
        # The empty name stands for the place that all names are in, as templates ask for with {% static "" %}.
        return self._plain(self._plain_base(None), self._key(name) if name else self._prefix, query)

    def _plain(self, base: str, key: str, query: Mapping[str, str | None]) -> str:
        url = base + (encoded_key(key) if key else "")
        return f"{url}?{encode_query(check_query(query))}" if query else url

    def _plain_base(self, domain: str | None) -> str:
        if domain is None:
            return self._link_endpoint.base_url(self.bucket_name)
        if domain not in DOMAINS:
            raise InvalidArgument(
                f"domain={domain!r} is unknown; allowed are {', '.join(DOMAINS)}.", field="domain", value=domain
            )
        if domain == "cdn":
            cdn: CDN = self._required(domain, "cdn", self._cdn)
            return cdn.base_url
        if domain == "custom":
            self._required(domain, "custom_domain", self.custom_domain)
            return link_endpoint(self._owner, self._options()).base_url(self.bucket_name)
        return self._of_region(domain).base_url(self.bucket_name)

    def _of_region(self, network: str) -> Endpoint:
        """OSS's own host; for ``public`` also the one that ``endpoint_url`` names, if it is not OSS's."""
        plain = plain_endpoint(self._owner, self._options())
        if network == "public" and not plain.host.endswith(_VENDOR):
            return plain
        region = self._required(network, "region_name", plain.region)
        return Endpoint.for_region(region, network, urlsplit(plain.url).scheme)

    def _options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in DEFAULTS}

    def _required(self, domain: str, option: str, value: Any) -> Any:
        if not value:
            raise InvalidArgument(
                f"domain={domain!r} needs the option {option!r} of the storage, which is not set.",
                field="domain",
                value=domain,
            )
        return value
