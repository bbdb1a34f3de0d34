"""What somebody who was granted access pastes: for a shell with ossutil 2, and for Python with the official SDK."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ..oss import Credentials, Endpoint


def shell(credentials: Credentials, endpoint: Endpoint, bucket: str, prefix: str, actions: Sequence[str]) -> str:
    """The environment that ossutil and the SDKs read, and one command to begin with."""
    place = shlex.quote(f"oss://{bucket}/{prefix}")
    variables = {
        "OSS_ACCESS_KEY_ID": credentials.access_key_id,
        "OSS_ACCESS_KEY_SECRET": credentials.access_key_secret,
        "OSS_SESSION_TOKEN": credentials.security_token or "",
        "OSS_REGION": endpoint.region,
        "OSS_ENDPOINT": endpoint.url,
    }
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    style = " --addressing-style path" if endpoint.addressing == "path" else ""
    return "\n".join([*exports, _command(place, actions) + style])


def _command(place: str, actions: Sequence[str]) -> str:
    if "list" in actions:
        return f"ossutil ls {place}"
    if "put" in actions:
        return f"ossutil cp FILE {place}"
    return f"ossutil cp {place}FILE ."


def python(endpoint: Endpoint, bucket: str, prefix: str, actions: Sequence[str]) -> str:
    """A whole script; the credentials come from the environment, so that it can be kept."""
    lines = [
        "import alibabacloud_oss_v2 as oss",
        "",
        "config = oss.config.load_default()",
        "config.credentials_provider = oss.credentials.EnvironmentVariableCredentialsProvider()",
        f"config.region = {endpoint.region!r}",
        f"config.endpoint = {endpoint.url!r}",
    ]
    if endpoint.addressing == "path":
        lines.append("config.use_path_style = True")
    return "\n".join([*lines, "client = oss.Client(config)", "", *_example(bucket, prefix, actions), ""])


def _example(bucket: str, prefix: str, actions: Sequence[str]) -> list[str]:
    if "list" in actions:
        return [
            "paginator = client.list_objects_v2_paginator()",
            f"for page in paginator.iter_page(oss.ListObjectsV2Request({bucket!r}, prefix={prefix!r})):",
            "    for entry in page.contents or []:",
            "        print(entry.key, entry.size)",
        ]
    if "put" in actions:
        return [f"client.put_object(oss.PutObjectRequest({bucket!r}, {prefix + 'FILE'!r}, body=b'content'))"]
    return [f"print(client.get_object(oss.GetObjectRequest({bucket!r}, {prefix + 'FILE'!r})).body.content)"]
