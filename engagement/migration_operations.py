"""What migrations are made of beside Django's own operations."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Create several models at once.

    After each operation Django makes the classes of all models anew that are related to the changed one, and nearly
    all of ours are related to each other: one operation for each model took most of the time of a first migration.
    """

    category = OperationCategory.ADDITION

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to a state whose classes are made again when somebody asks for them."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the tables in the order in which the models stand."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the tables in the opposite order."""
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name: str, app_label: str) -> bool:
        """Tell whether any of the models is, or refers to, the named one."""
        return any(model.references_model(name, app_label) for model in self.models)

    def describe(self) -> str:
        """Return what ``migrate`` says of it."""
        return "Create models " + ", ".join(model.name for model in self.models)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what it was made with."""
        return type(self).__name__, [], {"models": self.models}
