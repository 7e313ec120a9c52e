"""Addresses of the API's own pages."""

from django.urls import path

from musubu.api import views

urlpatterns = [
    path("developers/", views.reference, name="api-reference"),
    path("keys/", views.listing, name="api-keys"),
    path("keys/new/", views.create_key, name="api-create-key"),
    path("keys/<uuid:public_id>/revocation/", views.revoke_key, name="api-revoke-key"),
    path("webhooks/new/", views.create_webhook, name="api-create-webhook"),
    path("webhooks/<uuid:public_id>/", views.webhook, name="api-webhook"),
    path("webhooks/<uuid:public_id>/change/", views.change_webhook, name="api-change-webhook"),
]
