from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "musubu.api"
    label = "api"
