"""The Django application of the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "jifen.portal"
    label = "portal"
