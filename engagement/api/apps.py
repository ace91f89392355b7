"""The API's base: sign-in, pages, problems, schema."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "engagement.api"
    label = "api"

    def ready(self) -> None:
        """A person's tokens end with their access."""
        from engagement.api.actions import revoke_all_tokens
        from engagement.village import endings

        endings.register("api_tokens", revoke_all_tokens)
