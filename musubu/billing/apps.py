from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "musubu.billing"
    label = "billing"
