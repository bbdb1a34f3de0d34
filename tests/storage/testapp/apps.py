from django.apps import AppConfig


class StorageTestConfig(AppConfig):
    name = "storage.testapp"
    label = "storage_testapp"
    default_auto_field = "django.db.models.BigAutoField"
