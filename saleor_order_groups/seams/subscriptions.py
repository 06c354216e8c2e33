"""Let two threads validate their first subscriptions at once."""

from collections.abc import Callable

from .seam import Seam


def _is_possible_type(original: Callable) -> Callable:
    """Let no thread see the set of a type's possible types before it is filled.

    The library would refuse a fragment on any event, and Saleor would drop the webhook's
    delivery.
    """

    def is_possible_type(self, abstract_type, possible_type):
        possible = self._possible_type_map
        if abstract_type.name not in possible:
            names = {each.name for each in self.get_possible_types(abstract_type)}
            if names:
                possible[abstract_type.name] = names
        return original(self, abstract_type, possible_type)

    return is_possible_type


SEAMS = (
    Seam(
        "graphql.type.typemap",
        "GraphQLTypeMap.is_possible_type",
        ("self", "abstract_type", "possible_type"),
        _is_possible_type,
    ),
)
