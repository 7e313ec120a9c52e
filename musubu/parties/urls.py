from django.urls import path

from musubu.parties import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="parties-sign-in"),
    path("sign-in/code/", views.code, name="parties-code"),
    path("sign-out/", views.sign_out, name="parties-sign-out"),
    path("second-factor/", views.second_factor, name="parties-second-factor"),
    path("language/", views.language, name="parties-language"),
    path("staff/audit/", views.audit, name="parties-audit"),
]
