from django.urls import path

from musubu.contracts.views_contract import first_page

urlpatterns = [path("telephony/<uuid:public_id>/", first_page, {"service": "exaas"}, name="telephony-first-page")]
