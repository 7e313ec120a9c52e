from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "musubu.contracts"
    label = "contracts"
