from django.urls import path

from musubu.contracts.views_contract import first_page
from musubu.meetings import views_room, views_together

urlpatterns = [
    path("meetings/<uuid:public_id>/", first_page, {"service": "liveon"}, name="meetings-first-page"),
    path("m/<str:slug>/", views_room.room, name="meetings-room"),
    path("m/<str:slug>/enter/", views_room.enter, name="meetings-enter"),
    path("meetings/files/", views_together.bring, name="meetings-bring"),
    path("meetings/links/", views_together.link, name="meetings-link"),
    path("meetings/files/<uuid:public_id>/", views_together.file, name="meetings-file"),
    path("meetings/files/<uuid:public_id>/preview/", views_together.preview, name="meetings-file-preview"),
    path("meetings/documents/<uuid:public_id>/", views_together.document, name="meetings-document"),
    path("meetings/documents/<uuid:public_id>/source/", views_together.document_source, name="meetings-document-source"),
    path("meetings/documents/<uuid:public_id>/notes/", views_together.document_notes, name="meetings-document-notes"),
    path("meetings/boards/<uuid:public_id>/", views_together.board, name="meetings-board"),
]
