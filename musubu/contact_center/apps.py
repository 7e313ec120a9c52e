from django.apps import AppConfig


class ContactCenterConfig(AppConfig):
    name = "musubu.contact_center"
    label = "contact_center"
