"""Addresses of recordings, of what a sitting left behind, and of figures."""

from django.urls import path

from musubu.meetings import views_figures as figures
from musubu.meetings import views_recordings as recordings
from musubu.meetings import views_shared as shared
from musubu.meetings import views_sitting as sitting

ONE = "meetings/recordings/<uuid:public_id>/"
OF_CONTRACT = "meetings/<uuid:public_id>/"

urlpatterns = [
    path(OF_CONTRACT + "recordings/", recordings.listing, name="meetings-recordings"),
    path(ONE, recordings.recording, name="meetings-recording"),
    path(ONE + "film/", recordings.film, name="meetings-recording-film"),
    path(ONE + "poster/", recordings.poster, name="meetings-recording-poster"),
    path(ONE + "progress/", recordings.progress, name="meetings-recording-progress"),
    path(ONE + "try/", recordings.retry, name="meetings-recording-retry"),
    path(ONE + "stop/", recordings.cancel, name="meetings-recording-cancel"),
    path(ONE + "deletion/", recordings.delete, name="meetings-recording-delete"),
    path(ONE + "return/", recordings.bring_back, name="meetings-recording-bring-back"),
    path(ONE + "links/", recordings.share, name="meetings-recording-share"),
    path("meetings/links/<uuid:public_id>/end/", recordings.revoke, name="meetings-recording-revoke"),
    path("meetings/tracks/<uuid:public_id>/", recordings.track, name="meetings-recording-track"),
    path("meetings/shared/<str:token>/", shared.shared, name="meetings-shared"),
    path("meetings/shared/<str:token>/film/", shared.film, name="meetings-shared-film"),
    path("meetings/sittings/<uuid:public_id>/", sitting.summary, name="meetings-sitting"),
    path("meetings/sittings/<uuid:public_id>/attendance.csv", sitting.attendance, name="meetings-sitting-attendance"),
    path(OF_CONTRACT + "usage/", figures.usage, name="meetings-usage"),
    path(OF_CONTRACT + "quality/", figures.quality, name="meetings-quality"),
    path("meetings/sittings/<uuid:public_id>/quality/", figures.of_sitting, name="meetings-sitting-quality"),
    path("staff/meetings/usage/", figures.of_provider, name="staff-meeting-usage"),
]
