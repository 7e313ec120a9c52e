from django.urls import path

from musubu.portal import views

urlpatterns = [
    path("home/", views.home, name="portal-home"),
    path("search/", views.find_anything, name="portal-search"),
    path("staff/clock/", views.clock_page, name="portal-clock"),
    path("staff/clock/<uuid:public_id>/", views.clock_run, name="portal-clock-run"),
    path("staff/clock/<uuid:public_id>/stop/", views.stop_clock_run, name="portal-clock-stop"),
]
