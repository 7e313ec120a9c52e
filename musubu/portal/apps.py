from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "musubu.portal"
    label = "portal"
