from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "musubu.learning"
    label = "learning"
