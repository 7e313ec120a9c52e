from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "musubu.meetings"
    label = "meetings"
