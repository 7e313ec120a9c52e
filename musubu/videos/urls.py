from django.urls import path

from musubu.contracts.views_contract import first_page

urlpatterns = [path("videos/<uuid:public_id>/", first_page, {"service": "videog"}, name="videos-first-page")]
