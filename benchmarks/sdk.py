"""The vendor's SDK as the benchmarks use it: the peer of what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import alibabacloud_oss_v2 as oss


def sdk_client(options: Mapping[str, Any]) -> oss.Client:
    """For the same bucket as a storage of ``options``."""
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        options["access_key"], options["secret_key"]
    )
    config.region, config.endpoint, config.use_path_style = options["region_name"], options["endpoint_url"], True
    return oss.Client(config)
