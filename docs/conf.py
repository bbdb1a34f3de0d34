"""Sphinx: `make docs`."""

from importlib.metadata import version as installed

project = "django-oss-share"
author = copyright = "the django-oss-share developers"
version = release = installed("django-oss-share")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "django-oss-share"
# Nothing that a page loads comes from another host.
html_theme_options = {"top_of_page_buttons": []}
html_show_copyright = False
