from django.urls import path

from musubu.portal import views

urlpatterns = [
    path("home/", views.home, name="portal-home"),
    path("staff/clock/", views.clock_page, name="portal-clock"),
]
