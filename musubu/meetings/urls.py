from django.urls import path

from musubu.contracts.views_contract import first_page
from musubu.meetings import views_room

urlpatterns = [
    path("meetings/<uuid:public_id>/", first_page, {"service": "liveon"}, name="meetings-first-page"),
    path("m/<str:slug>/", views_room.room, name="meetings-room"),
    path("m/<str:slug>/enter/", views_room.enter, name="meetings-enter"),
]
