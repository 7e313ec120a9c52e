from django.urls import path

from musubu.contracts.views_contract import first_page

urlpatterns = [
    path("contact-center/<uuid:public_id>/", first_page, {"service": "simpleconnect"}, name="contact_center-first-page")
]
