"""One wish, carried out on object after object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from ...models import Action
from ...oss import InvalidArgument, OSSShareError
from ...oss.charsets import SAMPLE_BYTES
from ...oss.errors import CorruptTransfer, ServiceError
from ...storage import OSSStorage
from .. import audit, inputs
from ..clients import Client
from ..content_types import Proposal, Sample, has_telling_name, is_text, with_right_charset, with_right_type
from ..objects import storage_of
from ..transactions import atomic
from .outcomes import Outcome, Result
from .wanted import Wanted, headers_after

if TYPE_CHECKING:
    from ...oss.rewriting import RewritingClient, Stored

_UNTYPED = "application/octet-stream"
_ETAG_CHANGED = "Its bytes are the same and its ETag is another now: shares that are pinned to that serve it no more."


class Work:
    """Looks at each object, decides, changes, and writes down."""

    def __init__(self, storage: str, wanted: Wanted, *, dry_run: bool, by: Any, client: Client | None) -> None:
        from ...oss.rewriting import RewritingClient

        self.storage = storage
        self.backend: OSSStorage = storage_of(storage)
        self.bucket: RewritingClient = self.backend.connected(RewritingClient)
        self.wanted = wanted
        self.dry_run = dry_run
        self._who: dict[str, Any] = {"actor": by, "client": client}

    def below(self, prefix: str) -> Iterator[Outcome]:
        """What comes of all objects whose names begin with ``prefix``, markers of folders left out."""
        location = len(self.backend.object_key(""))
        for page in self.bucket.pages(self.backend.object_key("") + prefix):
            for key in page.keys:
                name = key[location:]
                if not key.endswith("/"):
                    yield self.on(name) if self._concerns(name) else Outcome(name, Result.UNCHANGED)

    def on(self, key: str, version_id: str = "") -> Outcome:
        """What comes of one object; no error of its own keeps the next from its turn."""
        try:
            return self._on(inputs.checked_key(key), version_id)
        except InvalidArgument as error:
            return Outcome(key, Result.SKIPPED, reason=str(error))
        except OSSShareError as error:
            return Outcome(key, Result.FAILED, reason=str(error))

    def _concerns(self, key: str) -> bool:
        """Whether anything may be wanted of an object of that name, which spares a look at the others."""
        wanted = self.wanted
        return wanted.sets or (wanted.fix_encoding and is_text(key)) or (wanted.fix_types and has_telling_name(key))

    def _on(self, key: str, version_id: str) -> Outcome:
        stored = self.bucket.stored(self.backend.object_key(key))
        latest = stored.version_id or "null"
        if version_id not in ("", latest):
            reason = f"It has a newer version, {latest}, which a changed copy of this one would hide."
            return Outcome(key, Result.SKIPPED, reason=reason)
        proposal = self._proposal(key, stored)
        headers = headers_after(stored.headers, proposal.content_type, self.wanted, key)
        changed = [name for name in {**stored.headers, **headers} if stored.headers.get(name) != headers.get(name)]
        before = {name: stored.headers.get(name, "") for name in changed}
        after = {name: headers.get(name, "") for name in changed}
        if not changed:
            return Outcome(key, Result.SKIPPED if proposal.doubt else Result.UNCHANGED, reason=proposal.doubt)
        if obstacle := stored.obstacle(headers):
            return Outcome(key, Result.SKIPPED, before, after, obstacle)
        if self.dry_run:
            return Outcome(key, Result.WOULD_CHANGE, before, after, proposal.doubt)
        self.bucket.rewrite(stored, headers)
        self._record(key, before, after)
        return Outcome(key, Result.CHANGED, before, after, f"{proposal.doubt} {self._remark(stored)}".strip())

    def _remark(self, stored: Stored) -> str:
        """What else to know of an object that was changed; :raises CorruptTransfer: by its CRC-64, it is another."""
        try:
            now = self.bucket.rewritten(stored)
        except CorruptTransfer:
            raise
        except ServiceError as error:
            return f"Afterwards it could not be looked at: {error}"
        return "" if now.etag == stored.etag else _ETAG_CHANGED

    def _proposal(self, key: str, stored: Stored) -> Proposal:
        """The content type that it should have."""
        content_type = stored.headers.get("content-type", "")
        if self.wanted.content_type is not None:
            return Proposal(self.wanted.content_type or _UNTYPED)
        if not self.wanted.is_fixing:
            return Proposal(content_type)
        if encoding := stored.headers.get("content-encoding"):
            return Proposal(content_type, f"It is stored packed ({encoding}), and is not unpacked to look into it.")
        sample = cache(partial(self._sample, stored))
        typed = Proposal(content_type)
        if self.wanted.fix_types:
            typed = with_right_type(key, content_type, sample)
        if not self.wanted.fix_encoding:
            return typed
        declared = with_right_charset(key, typed.content_type, sample, self.wanted.charset)
        return Proposal(declared.content_type, f"{typed.doubt} {declared.doubt}".strip())

    def _sample(self, stored: Stored) -> Sample:
        _, blocks, hang_up = self.bucket.get(stored.key, if_match=stored.etag)
        data = bytearray()
        try:
            for block in blocks:
                data += block
                if len(data) >= SAMPLE_BYTES:
                    break
        finally:
            hang_up()
        return bytes(data[:SAMPLE_BYTES]), stored.size <= SAMPLE_BYTES

    def _record(self, key: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        facts = {"metadata": {"before": dict(before), "after": dict(after)}}
        with atomic():
            audit.record(Action.CHANGED, storage=self.storage, key=key, data=facts, **self._who)
