from django.urls import path

from musubu.operations import views

urlpatterns = [
    path("health/live", views.live, name="operations-live"),
    path("health/ready", views.ready, name="operations-ready"),
    path("status/", views.status, name="operations-status"),
    path("staff/reports/", views.reports, name="operations-reports"),
    path("staff/reports/<uuid:public_id>/", views.report, name="operations-report"),
    path("staff/reports/<uuid:public_id>/updates/", views.update, name="operations-update"),
]
