from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "musubu.parties"
    label = "parties"
