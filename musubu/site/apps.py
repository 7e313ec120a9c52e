from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "musubu.site"
    label = "house"

    def ready(self) -> None:
        from musubu.site import wiring

        wiring.connect()
