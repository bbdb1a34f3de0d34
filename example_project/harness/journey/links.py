"""Every link on the page is followed, and what comes is compared with what was stored."""

from .tour import Tour, equal, told


def every_link(tour: Tour) -> None:
    listing = tour.listing()
    equal("the list of documents", sorted(listing), sorted(tour.stored))
    told("linked", f"{sum(map(len, listing.values()))} links to {len(listing)} documents")
    for filename, links in listing.items():
        _download(tour, filename, links["download"])
        if "preview" in links:
            _preview(tour, filename, links["preview"])
            _part(tour, filename, links["preview"])


def _download(tour: Tour, filename: str, link: str) -> None:
    content, _ = tour.stored[filename]
    answer = tour.visitor.get(link)
    equal(f"the status of the download of {filename}", answer.status, 200)
    equal(f"the disposition of {filename}", answer.disposition, "attachment")
    equal(f"the name to save {filename} under", answer.filename, filename)
    equal(f"the download of {filename}", answer.body, content)
    told("downloaded", f"{filename}: {len(content):,} bytes and the name are equal")


def _preview(tour: Tour, filename: str, link: str) -> None:
    content, content_type = tour.stored[filename]
    answer = tour.visitor.get(link)
    equal(f"the status of the preview of {filename}", answer.status, 200)
    equal(f"the disposition of the preview of {filename}", answer.disposition, "inline")
    equal(f"the name to save {filename} under from its preview", answer.filename, filename)
    equal(f"the content type of {filename}", answer.content_type, content_type)
    equal(f"the preview of {filename}", answer.body, content)
    told("previewed", f"{filename}: inline, {content_type}")


def _part(tour: Tour, filename: str, link: str) -> None:
    """As players and PDF readers ask, which jump about in a file."""
    content, _ = tour.stored[filename]
    answer = tour.visitor.get(link, {"Range": "bytes=50-99"})
    equal(f"the status of a part of {filename}", answer.status, 206)
    equal(f"bytes 50 to 99 of {filename}", answer.body, content[50:100])
