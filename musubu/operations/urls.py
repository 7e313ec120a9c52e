from django.urls import path

from musubu.operations import views

urlpatterns = [
    path("health/live", views.live, name="operations-live"),
    path("health/ready", views.ready, name="operations-ready"),
    path("status/", views.status, name="operations-status"),
]
