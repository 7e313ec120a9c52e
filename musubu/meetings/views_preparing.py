"""The page on which the organiser lays polls and documents ready before a meeting, and sees how they stand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from musubu.engines.office import libreoffice
from musubu.meetings.actions import preparing
from musubu.meetings.models import Meeting, Poll
from musubu.meetings.together import files, polls
from musubu.meetings.together_words import CONTEXT
from musubu.meetings.views_gate import at_meeting, may_change, person
from musubu.meetings.views_home import tabs
from musubu.parties.permissions import NotAllowed
from musubu.refusals import NotPossible

ACCEPT = ",".join(f".{one}" for one in sorted(libreoffice.EXTENSIONS | {"pdf"}))


class PollForm(forms.Form):
    """As a host writes one in the room, too."""

    question = forms.CharField(
        label=pgettext_lazy(CONTEXT, "Question"),
        max_length=polls.LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    options = forms.CharField(
        label=pgettext_lazy(CONTEXT, "Answers"),
        help_text=gettext_lazy("One a line, two to twelve."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    multiple = forms.BooleanField(label=pgettext_lazy(CONTEXT, "Several answers may be chosen"), required=False)
    anonymous = forms.BooleanField(
        label=pgettext_lazy(CONTEXT, "Anonymous: nobody sees who chose what"), required=False
    )
    shown = forms.BooleanField(label=pgettext_lazy(CONTEXT, "All see the result"), required=False, initial=True)

    def told(self) -> dict[str, Any]:
        return {**self.cleaned_data, "options": self.cleaned_data["options"].splitlines()}


def _initial(poll: Poll) -> dict[str, Any]:
    fields = ("question", "multiple", "anonymous", "shown")
    return {name: getattr(poll, name) for name in fields} | {"options": "\n".join(poll.options)}


@at_meeting
def material(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
    if not may_change(request, meeting):
        raise NotAllowed("meetings.manage")
    what = request.POST.get("what", "") if request.method == "POST" else ""
    if what in ACTS:
        return ACTS[what](request, meeting)
    editing = None
    if chosen := request.GET.get("poll", ""):
        editing = _poll(meeting, chosen)
    form = PollForm(request.POST if what == "poll" else None, initial=_initial(editing) if editing else None)
    if what == "poll" and form.is_valid():
        try:
            _keep_poll(request, meeting, editing, form.told())
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect("meetings-material", meeting.public_id)
    found = preparing.prepared_documents(meeting)
    context = tabs(request, meeting.contract) | {
        "meeting": meeting,
        "form": form,
        "editing": editing,
        "polls": preparing.prepared_polls(meeting),
        "documents": found,
        "working": any(one.state in ("waiting", "converting") for one in found),
        "accept": ACCEPT,
        "most": files.LARGEST // files.MEGABYTE,
        "is_host": meeting.host_id == person(request).pk,
    }
    return render(request, "meetings/material.html", context)


def _poll(meeting: Meeting, public_id: str) -> Poll:
    """Of this meeting, and not asked yet."""
    rows = meeting.polls.select_related("meeting__contract").filter(state=Poll.State.PREPARED)
    row: Poll = get_object_or_404(rows, public_id=_id(public_id))
    return row


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _keep_poll(request: HttpRequest, meeting: Meeting, editing: Poll | None, told: dict[str, Any]) -> None:
    if editing:
        preparing.change_poll(poll=editing, person=person(request), told=told)
    else:
        preparing.poll(meeting=meeting, person=person(request), told=told)
    messages.success(request, _("The poll is ready; hosts find it in the room."))


def _back(act: Callable[[HttpRequest, Meeting], None]) -> Callable[[HttpRequest, Meeting], HttpResponseBase]:
    """Do it, or say why not, and show the page again."""

    def answer(request: HttpRequest, meeting: Meeting) -> HttpResponseBase:
        try:
            act(request, meeting)
        except NotPossible as error:
            messages.error(request, str(error))
        return redirect("meetings-material", meeting.public_id)

    return answer


def _documents(request: HttpRequest, meeting: Meeting) -> None:
    """Each file by itself: those that can be taken are, and each that cannot says why."""
    brought: list[UploadedFile[bytes]] = request.FILES.getlist("document")
    if not brought:
        raise NotPossible(_("Choose a file first."))
    kept = 0
    for one in brought:
        try:
            preparing.document(
                meeting=meeting, person=person(request), name=one.name or "", size=one.size or 0, read=one.read
            )
            kept += 1
        except NotPossible as error:
            messages.error(request, f"{one.name}: {error}")
    if kept:
        said = ngettext("%(n)s document is being made ready.", "%(n)s documents are being made ready.", kept)
        messages.success(request, said % {"n": kept})


def _remove_document(request: HttpRequest, meeting: Meeting) -> None:
    rows = meeting.documents.select_related("meeting__contract").filter(sitting__isnull=True)
    row = get_object_or_404(rows, public_id=_id(request.POST.get("id", "")))
    preparing.remove_document(row=row, person=person(request))
    messages.success(request, _("The document is removed."))


def _remove_poll(request: HttpRequest, meeting: Meeting) -> None:
    preparing.remove_poll(poll=_poll(meeting, request.POST.get("id", "")), person=person(request))
    messages.success(request, _("The poll is removed."))


ACTS: dict[str, Callable[[HttpRequest, Meeting], HttpResponseBase]] = {
    "document": _back(_documents), "remove-document": _back(_remove_document), "remove-poll": _back(_remove_poll),
}  # fmt: skip
