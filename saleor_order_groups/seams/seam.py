"""A name of Saleor's that is replaced."""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Seam:
    """A name of Saleor's that is replaced, and the parameters it must have.

    `replace` takes the original function and returns its replacement.
    """

    module: str
    name: str
    parameters: tuple[str, ...]
    replace: Callable[[Callable], Callable]

    @property
    def path(self) -> str:
        """The dotted name, as Saleor's source has it."""
        return f"{self.module}.{self.name}"

    def find(self) -> tuple[Any, str, Callable | None]:
        """Return the owner, the attribute's name and its value, None if it is missing.

        :raises ImportError: Saleor lacks the module.
        """
        owner: Any = importlib.import_module(self.module)
        *outer, attribute = self.name.split(".")
        for part in outer:
            owner = getattr(owner, part, None)
        return owner, attribute, getattr(owner, attribute, None)

    def mismatch(self) -> str | None:
        """Return what is wrong with the seam in this Saleor, None if nothing is."""
        try:
            _, _, function = self.find()
        except ImportError:
            function = None
        if function is None:
            return f"{self.path} is missing"
        parameters = tuple(inspect.signature(function).parameters)
        if parameters != self.parameters:
            return (
                f"{self.path} takes ({', '.join(parameters)})"
                f" instead of ({', '.join(self.parameters)})"
            )
        return None
