"""An account or an app is deleted while somebody gives it rights on a seller's orders."""

import threading
from concurrent.futures import ThreadPoolExecutor

import graphene
import pytest
from django.db import connection, connections
from saleor.account.models import User
from saleor.app.models import App
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.models import SellerApp, SellerMember

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("replica_of_threads"),
]

SAVE_MEMBER = """
    mutation Save($seller: ID!, $id: ID!) {
      answer: sellerMemberSave(sellerId: $seller, userId: $id, rights: [DECIDE]) {
        errors { field code }
      }
    }
"""
SAVE_APP = """
    mutation Save($seller: ID!, $id: ID!) {
      answer: sellerAppSave(sellerId: $seller, appId: $id, rights: [DECIDE]) {
        errors { field code }
      }
    }
"""
KINDS = [
    (User, SellerMember, "user", SAVE_MEMBER),
    (App, SellerApp, "app", SAVE_APP),
]
# The time for the other side to come to its lock, in seconds.
MOMENT = 2


def run(function, statements=(), pause=None):
    """Run a function in a thread of its own; pause before the last of statements."""
    expected = list(statements)

    def watch(execute, sql, *args):
        if expected and expected[0](sql):
            expected.pop(0)
            if not expected:
                pause()
        return execute(sql, *args)

    try:
        with connection.execute_wrapper(watch):
            return function()
    finally:
        connections.close_all()


@pytest.mark.parametrize("is_linked_first", [True, False])
@pytest.mark.parametrize(
    ("model", "link_model", "field", "query"), KINDS, ids=["account", "app"]
)
def test_deletion_while_rights_are_saved(
    model, link_model, field, query, is_linked_first, seller, customer_user, caller
):
    # given
    if model is User:
        deleted = customer_user
        client = caller("app", "MANAGE_ORDERS", "MANAGE_USERS")
    else:
        deleted = App.objects.create(name="ERP", is_active=True)
        client = caller("staff", "MANAGE_ORDERS", "MANAGE_APPS")
    if is_linked_first:
        link_model.objects.create(seller=seller, rights=[], **{field: deleted})
    ids = {
        "seller": graphene.Node.to_global_id("Seller", seller.pk),
        "id": graphene.Node.to_global_id(model.__name__, deleted.pk),
    }
    at_deletion, saving, is_deleted = (threading.Event() for _ in range(3))

    def save():
        content = get_graphql_content(client.post_graphql(query, ids))
        return content["data"]["answer"]["errors"]

    def wait_for_the_save():
        at_deletion.set()
        saving.wait(MOMENT)

    def wait_for_the_deletion():
        saving.set()
        is_deleted.wait(MOMENT)

    def delete():
        model.objects.get(pk=deleted.pk).delete()
        is_deleted.set()

    def is_deletion(sql):
        return sql.startswith(f'DELETE FROM "{model._meta.db_table}"')

    def is_lock(sql):
        tables = [model._meta.db_table, link_model._meta.db_table]
        return "UPDATE" in sql and any(f'FROM "{table}"' in sql for table in tables)

    # when: the links that were there are deleted already, and the save holds one lock
    with ThreadPoolExecutor(2) as pool:
        deletion = pool.submit(run, delete, [is_deletion], wait_for_the_save)
        assert at_deletion.wait(timeout=60)
        if not is_linked_first:
            assert pool.submit(run, save).result() == []
        answer = pool.submit(run, save, [is_lock, is_lock], wait_for_the_deletion)

    # then: the save came first, or found nobody
    deletion.result()
    assert [error["code"] for error in answer.result()] in ([], ["NOT_FOUND"])
    assert not model.objects.filter(pk=deleted.pk).exists()
    assert not link_model.objects.exists()
    connection.check_constraints()
