"""The administrator comes."""

from ..pages import form_with
from ..site import ADMIN
from .tour import Tour, equal, told


def log_in(tour: Tour) -> None:
    browser = tour.administrator
    asked = browser.get(tour.admin)
    form = form_with("password", asked.text)
    answer = browser.post(asked.url, {**form, "username": ADMIN, "password": tour.password})
    equal("the page after the administrator's password", answer.url, tour.admin)
    told("logged in", f"as {ADMIN} into {tour.admin}")
