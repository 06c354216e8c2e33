"""Threads that validate subscriptions at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from graphql.type.typemap import GraphQLTypeMap
from saleor.graphql.api import schema


@pytest.fixture
def new_process():
    """Let no thread have validated a subscription."""
    type_map = schema.get_type_map()
    before = dict(type_map._possible_type_map)
    type_map._possible_type_map.clear()
    yield type_map
    type_map._possible_type_map.update(before)


@pytest.mark.parametrize("name", ["OrderGroupCreated", "OrderCreated"])
def test_two_threads_validate_their_first_subscriptions(name, new_process, monkeypatch):
    # given
    type_map, get_possible_types = new_process, GraphQLTypeMap.get_possible_types
    event, possible = schema.get_type("Event"), schema.get_type(name)
    answers = []

    def is_possible():
        return type_map.is_possible_type(event, possible)

    class Slow(list):
        """Possible types, in whose midst another thread validates."""

        def __iter__(self):
            if not answers:
                answers.append(None)
                answers.append(pool.submit(is_possible).result(timeout=60))
            return super().__iter__()

    def get(self, abstract_type):
        return Slow(get_possible_types(self, abstract_type))

    monkeypatch.setattr(GraphQLTypeMap, "get_possible_types", get)

    # when
    with ThreadPoolExecutor(1) as pool:
        own = is_possible()

    # then
    assert own
    assert answers == [None, True]
