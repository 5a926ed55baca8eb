"""Headers, cookies and hosts: the same answer for every page, error and file."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from crm.core.settings import Settings

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=()",
}
ENCRYPTED_ONLY = {"Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Opener-Policy": "same-origin"}
"""Browsers ignore these over plain http, the second one with a complaint on every page."""


def cookies(settings: Settings) -> dict[str, object]:
    """Cookie name and flags follow the scheme of the public address: plain http on a LAN must work."""
    return {
        "SESSION_COOKIE_NAME": "__Host-crm" if settings.is_https else "crm",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
    }


def protect(app: Flask, settings: Settings) -> None:
    """Trust exactly the configured proxies and hosts; number each request; add the headers."""
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    app.teardown_request(_drop_uploads)

    @app.before_request
    def number_request() -> None:
        g.request_id = secrets.token_hex(5)
        if settings.trusted_hosts and request.host.rsplit(":", 1)[0] not in settings.trusted_hosts:
            abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in (HEADERS | ENCRYPTED_ONLY if settings.is_https else HEADERS).items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response


def _drop_uploads(_error: BaseException | None) -> None:
    """What was sent and not taken leaves the disk with its request."""
    for sent in request.files.values() if "files" in request.__dict__ else ():
        sent.close()
