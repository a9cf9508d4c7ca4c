"""How amounts of money are written."""

from __future__ import annotations

BILLION, MILLION, THOUSAND = 1e9, 1e6, 1e3


def pounds(value: float) -> str:
    """Return pounds as £1.2bn, £45m or £300,000; below £1,000 to the pound."""
    sign, size = ("−" if value < 0 else ""), abs(value)
    if size >= 0.9995 * BILLION:
        return f"{sign}£{size / BILLION:,.1f}bn"
    if size >= 0.95 * MILLION:
        digits = 0 if size >= 9.5 * MILLION else 1
        return f"{sign}£{size / MILLION:,.{digits}f}m"
    if size >= THOUSAND:
        return f"{sign}£{round(size, -3):,.0f}"
    rounded = f"{size:,.0f}"
    return "£0" if rounded == "0" else f"{sign}£{rounded}"
