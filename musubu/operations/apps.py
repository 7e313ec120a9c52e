from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "musubu.operations"
    label = "operations"
