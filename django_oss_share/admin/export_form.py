"""The form that starts an export; what the service refuses is said on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest

from ..models import ExportJob, Output
from ..oss import InvalidArgument, OSSShareError
from ..services.clients import client_of
from ..services.exports import jobs, writers
from ..services.exports.link_options import Options, ShareOptions, URLOptions
from ..services.exports.sources import Filters, Inventory, Prefix, Source
from ..services.policy import may_share, policy_of
from .export_choice import Choice, ChoiceField
from .export_fields import FileForm, OutputForm, ShareLinksForm, URLsForm, WhereForm
from .fields import DOWNLOAD_OF_USE, add_error

_FILTERS = ("min_size", "max_size", "modified_from", "modified_until", "limit")
# Arguments that the form calls otherwise.
_FIELD_OF = {"prefix": "beginning", "filter": "rules", "pattern": "rules", "filters": "rules"}


class ExportForm(WhereForm, OutputForm, URLsForm, ShareLinksForm, FileForm):
    """Of shares, of what was chosen in a bucket, or of what it asks for by itself.

    :param choice: what was chosen before; a form with ``data`` finds it there.
    """

    chosen = ChoiceField()

    def __init__(
        self, data: Any = None, *, by: Any, choice: Choice | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial or {}, label_suffix="")
        self.by = by
        self.choice = self._brought() if choice is None else choice
        self._begin()
        for group in self._needless():
            for name in group.base_fields:
                del self.fields[name]

    def _brought(self) -> Choice:
        try:
            return ChoiceField().clean(self.data.get("chosen", ""))  # type: ignore[no-any-return]
        except forms.ValidationError:
            # The field says so itself.
            return Choice()

    def _begin(self) -> None:
        choice = self.choice
        if choice.folder is not None:
            self.initial.update(storage=choice.storage, beginning=choice.folder)
            self.choice = choice = Choice()
        self.initial["chosen"] = str(choice)
        self.offer_storages()
        self.offer_links(choice.storage or self.data.get("storage") or self.initial.get("storage", "default"))
        self.offer_ends(policy_of(self.by))
        if not may_share(self.by):
            output = self.fields["output"]
            assert isinstance(output, forms.ChoiceField)  # noqa: S101 - for the types
            output.choices = [(Output.URLS.value, Output.URLS.label)]

    def _needless(self) -> Iterable[type[forms.Form]]:
        if self.choice:
            yield WhereForm
        if self.choice.shares:
            yield from (OutputForm, URLsForm, ShareLinksForm)
        elif not may_share(self.by):
            yield ShareLinksForm

    # The groups, for the page

    def _group(self, group: type[forms.Form], *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names or group.base_fields if name in self.fields]

    @property
    def where(self) -> list[forms.BoundField]:
        return self._group(WhereForm, "storage", "beginning", "recursive", "rules")

    @property
    def narrower(self) -> list[forms.BoundField]:
        shown = {field.name for field in self.where}
        return [field for field in self._group(WhereForm) if field.name not in shown]

    @property
    def has_narrower(self) -> bool:
        """Whether any of those says something."""
        return any(field.errors or field.value() for field in self.narrower)

    @property
    def which(self) -> list[forms.BoundField]:
        return self._group(OutputForm)

    @property
    def urls(self) -> list[forms.BoundField]:
        return self._group(URLsForm)

    @property
    def share_links(self) -> list[forms.BoundField]:
        return self._group(ShareLinksForm)

    @property
    def file(self) -> list[forms.BoundField]:
        return self._group(FileForm)

    # What it says

    def _clean_fields(self) -> None:
        """What goes with the other kind of links is not read."""
        super()._clean_fields()  # type: ignore[misc]
        output = self.cleaned_data.get("output")
        for name in (URLsForm if output == Output.SHARES else ShareLinksForm).base_fields:
            self.errors.pop(name, None)

    def start(self, request: HttpRequest) -> ExportJob | None:
        """The export; or None, and the form says why not."""
        values = self.cleaned_data
        output = Output.SHARES if self.choice.shares else Output(values["output"])
        try:
            return jobs.start(
                self._source(),
                output=output,
                options=None if self.choice.shares else self._options(output),
                format=values["format"],
                gzip=values["gzip"],
                columns=None if values["format"] == writers.Format.TXT else values["columns"],
                storage=self.choice.storage or values.get("storage") or "default",
                name=values["name"],
                base_url=request.build_absolute_uri("/"),
                created_by=request.user,
                by=request.user,
                client=client_of(request),
            )
        except OSSShareError as error:
            self._refuse(error, output)
            return None

    def _source(self) -> Source:
        if self.choice:
            return self.choice.source
        values = self.cleaned_data
        rules = tuple(("filter", line.strip()) for line in values["rules"].splitlines() if line.strip())
        filters = Filters(rules=rules, **{name: values[name] for name in _FILTERS})
        if values["manifest"]:
            if values["beginning"] or values["versions"] or not values["recursive"]:
                raise InvalidArgument(
                    "An inventory lists the latest version of each object of a storage, with all sub-folders: leave "
                    "the beginning empty and both boxes as they were, and narrow it down by filters.",
                    field="manifest",
                )
            return Inventory(values["manifest"], filters=filters)
        return Prefix(values["beginning"], values["recursive"], values["versions"], filters)

    def _options(self, output: Output) -> Options:
        values = self.cleaned_data
        if output == Output.URLS:
            named = {name: values[name] for name in ("expires_in", "host", "https", "filename", "process")}
            return URLOptions(**named, download=DOWNLOAD_OF_USE[values["use"]])
        given = {name: values[name] for name in ("mode", "disposition") if values[name]}
        return ShareOptions(
            expires_in=int(values["share_ends"]) if values["share_ends"] else None,
            max_downloads=values["max_downloads"],
            allowed_networks=tuple(values["allowed_networks"]),
            note=values["note"],
            **given,
        )

    def _refuse(self, error: OSSShareError, output: Output) -> None:
        argument = getattr(error, "field", "")
        field = "share_ends" if argument == "expires_in" and output == Output.SHARES else _FIELD_OF.get(argument)
        if field in self.fields:
            self.add_error(field, str(error))
        else:
            add_error(self, error)
