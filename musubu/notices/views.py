"""The mailbox, the public notice board and its desk, and writing to the provider."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.notices import actions, attachments
from musubu.notices.forms import ContactForm, PostForm
from musubu.notices.models import Notice, Post
from musubu.parties import accounts
from musubu.parties.decorators import acting_of, member_required, staff_required
from musubu.parties.queries import site_provider
from musubu.parties.views import address_of
from musubu.tables import Column, Table


def visible(acting: Any) -> Any:
    """Staff: everything that left or waits. Customers: what was sent to their organisation; secrets to oneself alone."""
    rows = Notice.objects.filter(provider=acting.provider)
    if acting.is_staff:
        return rows if acting.provider.sandbox else rows.filter(secret=False)
    own = rows.filter(organisation=acting.organisation, sent_at__isnull=False)
    return own.filter(Q(secret=False) | Q(to_email=acting.person.email))


COLUMNS = [
    Column(
        gettext_lazy("Leaves"),
        lambda one: one.leave_at.astimezone(clock.TOKYO).isoformat(timespec="minutes"),
        "leave_at",
    ),
    Column(gettext_lazy("To"), lambda one: one.to_email, "to_email"),
    Column(gettext_lazy("Subject"), lambda one: one.subject, "subject"),
    Column(gettext_lazy("Clause"), lambda one: one.clause, "clause"),
    Column(gettext_lazy("State"), lambda one: _("sent") if one.sent_at else _("waiting"), "sent_at"),
]


@member_required("notices.read")
def mailbox(request: HttpRequest) -> HttpResponseBase:
    rows = visible(acting_of(request)).order_by("-leave_at", "-pk")
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(to_email__icontains=text) | Q(subject__icontains=text) | Q(body__icontains=text))
    table = Table(request, rows, COLUMNS, 40)
    if request.GET.get("format") == "csv":
        return table.csv("messages")
    return render(request, "notices/mailbox.html", {"table": table, "page": table.page, "q": text})


@member_required("notices.read")
def message(request: HttpRequest, public_id: object) -> HttpResponseBase:
    row = get_object_or_404(visible(acting_of(request)), public_id=public_id)
    return render(request, "notices/message.html", {"notice": row})


@member_required("notices.read")
def attachment(request: HttpRequest, public_id: object, n: int) -> HttpResponseBase:
    """The n-th file of a message, from 1."""
    row = get_object_or_404(visible(acting_of(request)), public_id=public_id)
    if not 1 <= n <= len(row.attachments):
        raise Http404
    found = attachments.read(row.attachments[n - 1])
    response = HttpResponse(found.content, content_type=found.type)
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    return response


def board(request: HttpRequest) -> HttpResponseBase:
    """Public notices, the newest first (SC-3)."""
    rows = Post.objects.filter(provider=site_provider(), withdrawn_at__isnull=True)
    return render(request, "notices/board.html", {"posts": rows.order_by("-published_at")[:50]})


@staff_required("posts.read")
def posts(request: HttpRequest) -> HttpResponseBase:
    """The board's desk: write a notice, take one off, put it back."""
    acting = acting_of(request)
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.publish(
            provider=acting.provider,
            person=acting.person,
            titles=form.texts("title"),
            bodies=form.texts("body"),
            clause=form.cleaned_data["clause"],
        )
        messages.success(request, _("The notice is on the board."))
        return redirect("notices-posts")
    rows = Post.objects.filter(provider=acting.provider).order_by("-published_at")[:100]
    return render(request, "notices/posts.html", {"posts": rows, "form": form})


@require_POST
@staff_required("posts.publish")
def withdrawal(request: HttpRequest, public_id: object) -> HttpResponseBase:
    acting = acting_of(request)
    post = get_object_or_404(Post, provider=acting.provider, public_id=public_id)
    actions.withdraw(post=post, person=acting.person)
    return redirect("notices-posts")


def contact(request: HttpRequest) -> HttpResponseBase:
    """Write to the provider; the message lands with its staff, and the writer gets a copy."""
    provider = site_provider()
    person: Any = request.user
    known = {"name": person.name, "email": person.email} if request.user.is_authenticated else {}
    form = ContactForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            accounts.count_request(email=data["email"], address=address_of(request))
        except accounts.SignInError as error:
            form.add_error(
                None, _("Too many messages. Wait %(minutes)s minutes and try again.") % {"minutes": error.wait}
            )
            return render(request, "notices/contact.html", {"form": form})
        if not data["website"]:
            body = f"{data['name']} ({data['company']}) <{data['email']}>\n\n{data['text']}"
            for address in (provider.email, data["email"]):
                actions.send(provider=provider, to_email=address, subject=data["subject"], body=body, kind="contact")
        return render(request, "notices/contact_sent.html")
    return render(request, "notices/contact.html", {"form": form})
