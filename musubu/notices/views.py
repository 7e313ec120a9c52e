"""The mailbox and the public notice board."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from musubu.notices.models import Notice, Post
from musubu.parties.decorators import member_required
from musubu.parties.queries import site_provider


def _visible(acting: Any) -> Any:
    rows = Notice.objects.filter(provider=acting.provider)
    return rows if acting.is_staff else rows.filter(organisation=acting.organisation, sent_at__isnull=False)


@member_required("notices.read")
def mailbox(request: HttpRequest) -> HttpResponseBase:
    """Staff: everything that left or waits. Customers: what was sent to their organisation."""
    rows = _visible(request.acting).order_by("-leave_at", "-pk")  # type: ignore[attr-defined]
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(to_email__icontains=text) | rows.filter(subject__icontains=text)
    page = Paginator(rows, 40).get_page(request.GET.get("page"))
    return render(request, "notices/mailbox.html", {"page": page, "q": text})


@member_required("notices.read")
def message(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = get_object_or_404(_visible(request.acting), public_id=public_id)  # type: ignore[attr-defined]
    return render(request, "notices/message.html", {"notice": row})


def board(request: HttpRequest) -> HttpResponseBase:
    """Public notices, the newest first (SC-3)."""
    posts = Post.objects.filter(provider=site_provider()).order_by("-published_at")[:50]
    return render(request, "notices/board.html", {"posts": posts})
