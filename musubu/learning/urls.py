from django.urls import path

from musubu.contracts.views_contract import first_page

urlpatterns = [path("learning/<uuid:public_id>/", first_page, {"service": "learno"}, name="learning-first-page")]
