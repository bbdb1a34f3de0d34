"""The public pages of shares, one module a page. A view checks, records, and shows or redirects."""
