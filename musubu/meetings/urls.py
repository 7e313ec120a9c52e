from django.urls import path

from musubu.contracts.views_contract import first_page

urlpatterns = [path("meetings/<uuid:public_id>/", first_page, {"service": "liveon"}, name="meetings-first-page")]
