from django.urls import path

from musubu.meetings import urls_recordings, views_check, views_room, views_together
from musubu.meetings import views_admin as admin
from musubu.meetings import views_home as home
from musubu.meetings import views_join as joining
from musubu.meetings import views_lists as lists
from musubu.meetings import views_planning as planning
from musubu.meetings import views_preparing as preparing

OF_CONTRACT = "meetings/<uuid:public_id>/"
OF_MEETING = "meetings/meeting/<uuid:public_id>/"

urlpatterns = [
    path("meetings/", home.home, name="meetings-home"),
    path("meetings/join/", joining.join, name="meetings-join"),
    path("meetings/check/", views_check.check, name="meetings-check"),
    path("meetings/check/report/", views_check.report, name="meetings-check-report"),
    path("meetings/feed/<str:token>.ics", home.feed, name="meetings-feed"),
    path(OF_CONTRACT, home.first_page, name="meetings-first-page"),
    path(OF_CONTRACT + "start/", home.start, name="meetings-start"),
    path(OF_CONTRACT + "feed/", home.renew_feed, name="meetings-renew-feed"),
    path(OF_CONTRACT + "list/", lists.listing, name="meetings-list"),
    path(OF_CONTRACT + "month/", lists.month, name="meetings-month"),
    path(OF_CONTRACT + "plan/", planning.plan, name="meetings-plan"),
    path(OF_CONTRACT + "room/", planning.personal, name="meetings-personal"),
    path(OF_CONTRACT + "people/", admin.people, name="meetings-people"),
    path(OF_CONTRACT + "people/licences/", admin.assign, name="meetings-assign"),
    path(OF_CONTRACT + "people/invitations/", admin.invite, name="meetings-invite"),
    path(OF_CONTRACT + "people/groups/", admin.new_group, name="meetings-new-group"),
    path(OF_CONTRACT + "settings/", admin.setup, name="meetings-settings"),
    path(OF_CONTRACT + "running/", admin.running, name="meetings-running"),
    path(OF_CONTRACT + "join/", joining.join, name="meetings-join-branded"),
    path(OF_CONTRACT + "logo/", admin.logo, name="meetings-logo"),
    path(OF_CONTRACT + "brand.css", admin.brand_css, name="meetings-brand-css"),
    path("meetings/licences/<uuid:public_id>/", admin.licence, name="meetings-licence"),
    path("meetings/groups/<uuid:public_id>/", admin.group, name="meetings-group"),
    path(OF_MEETING, planning.meeting, name="meetings-meeting"),
    path(OF_MEETING + "change/", planning.change, name="meetings-change"),
    path(OF_MEETING + "cancellation/", planning.cancel, name="meetings-cancel"),
    path(OF_MEETING + "return/", planning.bring_back, name="meetings-bring-back"),
    path(OF_MEETING + "copy/", planning.copy, name="meetings-copy"),
    path(OF_MEETING + "date/", planning.one_date, name="meetings-date"),
    path(OF_MEETING + "end/", planning.end, name="meetings-end"),
    path("meetings/material/<uuid:public_id>/", preparing.material, name="meetings-material"),
    path(OF_MEETING + "entry.ics", planning.download, name="meetings-download"),
    path("staff/meetings/", admin.all_running, name="meetings-staff"),
    path("embed/meeting.js", joining.embed_script, name="meetings-embed-script"),
    path("m/<str:slug>/", views_room.room, name="meetings-room"),
    path("m/<str:slug>/enter/", views_room.enter, name="meetings-enter"),
    path("meetings/files/", views_together.bring, name="meetings-bring"),
    path("meetings/links/", views_together.link, name="meetings-link"),
    path("meetings/files/<uuid:public_id>/", views_together.file, name="meetings-file"),
    path("meetings/files/<uuid:public_id>/preview/", views_together.preview, name="meetings-file-preview"),
    path("meetings/documents/<uuid:public_id>/", views_together.document, name="meetings-document"),
    path(
        "meetings/documents/<uuid:public_id>/source/", views_together.document_source, name="meetings-document-source"
    ),
    path("meetings/documents/<uuid:public_id>/notes/", views_together.document_notes, name="meetings-document-notes"),
    path("meetings/boards/<uuid:public_id>/", views_together.board, name="meetings-board"),
    path("meetings/boards/<uuid:public_id>/<str:kind>/", views_together.board_picture, name="meetings-board-picture"),
]
urlpatterns += urls_recordings.urlpatterns
