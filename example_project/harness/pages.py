"""Reading pages as a browser does: their links, and the forms with what is filled in already."""

from html.parser import HTMLParser


class Listing(HTMLParser):
    """The links of the page of documents, by the file names that it shows.

    :ivar links: such as ``{"季度.pdf": {"preview": "http://…", "download": "http://…"}}``.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: dict[str, dict[str, str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for kind in {"preview", "download"} & set((given.get("class") or "").split()):
            filename = given["aria-label"].partition(" ")[2]
            self.links.setdefault(filename, {})[kind] = given["href"]


class Forms(HTMLParser):
    """The forms of a page, each as what it would send, less its buttons; see :func:`form_with`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self._select = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({})
        elif tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in dict(attrs) or self._select not in self.found[-1]):
            self.found[-1][self._select] = given["value"]
        elif tag == "textarea":
            self._text = given["name"]
            self.found[-1][self._text] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._select = self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            # The first line end of a text area is none of its text.
            self.found[-1][self._text] += data if self.found[-1][self._text] else data.removeprefix("\n")

    def _input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name")
        if not name or not self.found or kind in ("submit", "file"):
            return
        if kind not in ("checkbox", "radio"):
            self.found[-1][name] = given.get("value", "")
        elif "checked" in given:
            self.found[-1][name] = given.get("value", "on")


def form_with(field: str, page: str) -> dict[str, str]:
    """What the first form of ``page`` would send that has a field of that name."""
    return next(form for form in Forms(page).found if field in form)
