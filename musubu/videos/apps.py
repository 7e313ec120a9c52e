from django.apps import AppConfig


class VideosConfig(AppConfig):
    name = "musubu.videos"
    label = "videos"
