from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "musubu.notices"
    label = "notices"
