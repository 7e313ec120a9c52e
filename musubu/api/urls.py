from ninja import NinjaAPI

api = NinjaAPI(title="Musubu API", version="1")
