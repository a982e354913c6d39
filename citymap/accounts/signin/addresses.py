"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The reader's address, also behind proxies of our own.

    Each proxy adds the address that it saw at the right end of X-Forwarded-For; what stands
    further left was sent by the reader and may be made up. Without a proxy the header counts
    for nothing.
    """
    proxies = settings.CITYMAP_PROXY_COUNT
    if proxies:
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(seen) >= proxies and seen[-proxies]:
            return seen[-proxies]
    return request.META.get("REMOTE_ADDR", "") or "0.0.0.0"
