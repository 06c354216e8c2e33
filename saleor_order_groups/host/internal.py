"""Declare a function of Saleor's that is called below its public names."""

import importlib
import inspect
from collections.abc import Callable
from functools import reduce
from typing import Any


class Internal[**Parameters]:
    """A function of Saleor's, declared with the parameters that it is called with.

    The function is looked up at each call, because a seam may replace it after this
    module is imported. A Saleor without the function can therefore be imported:
    start-up refuses it and names the function.
    """

    def __init__(self, module: str, name: str, declaration: Callable[Parameters, Any]):
        self.module, self.name, self.declaration = module, name, declaration
        self.__doc__ = declaration.__doc__

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:
        return self.find()(*args, **kwargs)

    @property
    def path(self) -> str:
        """The dotted name, as Saleor's source has it."""
        return f"{self.module}.{self.name}"

    def find(self) -> Callable:
        """Return the function that Saleor has under this name now.

        :raises ImportError: Saleor lacks the module.
        :raises AttributeError: the module lacks the name.
        """
        owner: Any = importlib.import_module(self.module)
        return reduce(getattr, self.name.split("."), owner)

    def mismatch(self) -> str | None:
        """Return what is wrong with the function in this Saleor, None if nothing is.

        The function may have parameters that the declaration lacks, if they are
        optional.
        """
        try:
            function = self.find()
        except (ImportError, AttributeError):
            return f"{self.path} is missing"
        signature = inspect.signature(function)
        declared = inspect.signature(self.declaration).parameters.values()
        # Each argument is the name of the parameter that it must arrive at.
        by_place = [each.name for each in declared if each.kind in _BY_PLACE]
        by_name = {
            each.name: each.name for each in declared if each.kind is each.KEYWORD_ONLY
        }
        if not _reach(signature, by_place, by_name):
            return (
                f"{self.path} takes ({', '.join(signature.parameters)})"
                f" instead of ({', '.join(each.name for each in declared)})"
            )
        return None


def _reach(
    signature: inspect.Signature, by_place: list[str], by_name: dict[str, str]
) -> bool:
    try:
        reached = signature.bind(*by_place, **by_name).arguments
    except TypeError:
        return False
    return all(reached.get(name) == name for name in (*by_place, *by_name))


_BY_PLACE = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


def internal[**Parameters](
    module: str, name: str
) -> Callable[[Callable[Parameters, Any]], Internal[Parameters]]:
    """Turn a declaration into the function of Saleor's that it declares.

    The docstring of the declaration says what the function is needed for.

    :param module: the dotted path of the module.
    :param name: the function's name there; `Class.method` for a method.
    """

    def declare(declaration: Callable[Parameters, Any]) -> Internal[Parameters]:
        return Internal(module, name, declaration)

    return declare
