"""Doors of pages: not signed in goes to sign-in, a role that may not gets the refusal page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from musubu.parties import permissions
from musubu.parties.middleware import Acting

View = Callable[..., HttpResponseBase]


def acting_of(request: HttpRequest) -> Any:
    """Who acts for whom (Acting), behind one of the doors below, which see to it that there is somebody."""
    return request.acting  # type: ignore[attr-defined]


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    where = request.get_full_path() if request.method == "GET" else "/home/"
    return redirect(f"/sign-in/?{urlencode({'next': where})}")


def _door(allows: Callable[[Acting], bool], action: str) -> Callable[[View], View]:
    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            acting: Acting | None = request.acting  # type: ignore[attr-defined]
            if acting is None or not allows(acting) or not permissions.membership_allows(acting.membership, action):
                raise permissions.NotAllowed(action)
            return view(request, *args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]
        return guarded

    return wrap


def staff_required(action: str) -> Callable[[View], View]:
    """For pages of the provider's staff."""
    return _door(lambda acting: acting.is_staff, action)


def customer_required(action: str) -> Callable[[View], View]:
    """For pages of a contractor, an end client or an agent, within their own organisation."""
    return _door(lambda acting: acting.organisation is not None, action)


def member_required(action: str) -> Callable[[View], View]:
    """For pages that staff and customers share; the view narrows what is shown to `request.acting`."""
    return _door(lambda acting: True, action)


def signed_in(view: View) -> View:
    """For pages about the person alone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded
