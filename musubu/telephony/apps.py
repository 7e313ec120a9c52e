from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    name = "musubu.telephony"
    label = "telephony"
