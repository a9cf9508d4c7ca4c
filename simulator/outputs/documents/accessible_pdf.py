"""HTML as a PDF that screen readers can follow: tagged as PDF/UA, in which images keep their alternative texts."""

from __future__ import annotations


def accessible_pdf(page: str) -> bytes:
    """Return a document as PDF/UA.

    Parameters
    ----------
    page : str
        HTML. Its charts have to be images: the maker of PDF carries over the alternative text of an image, and drops
        the name of a drawing that stands in the page itself.

    Raises
    ------
    ModuleNotFoundError
        If weasyprint is not installed: ``pip install 'care-demand[report]'``.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    own = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)  # nothing is asked of other places
    content: bytes = HTML(string=page, url_fetcher=own).write_pdf(pdf_variant="pdf/ua-1")
    return content
