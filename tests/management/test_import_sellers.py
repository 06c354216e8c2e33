"""`import_sellers`: assignments made of what the products' data say."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.attribute.models import AttributeValue
from saleor.attribute.utils import associate_attribute_values_to_instance
from saleor.product.models import Product

from saleor_order_groups.config import SellerSource, SellerSourceType
from saleor_order_groups.models import ProductSeller, Seller
from saleor_order_groups.sellers.assignment_import import import_sellers

METADATA = SellerSource(SellerSourceType.METADATA, "vendor")


def run(*args, **options):
    stdout, stderr = StringIO(), StringIO()
    call_command("import_sellers", *args, stdout=stdout, stderr=stderr, **options)
    return stdout.getvalue().splitlines(), stderr.getvalue().splitlines()


@pytest.fixture
def make_products(product_type, category):
    """Return a function that makes products with these vendors in their metadata."""

    def _make(*vendors):
        first = Product.objects.count()
        return [
            Product.objects.create(
                name=f"Product {number}",
                slug=f"product-{number}",
                product_type=product_type,
                category=category,
                metadata={"vendor": vendor} if vendor else {},
            )
            for number, vendor in enumerate(vendors, start=first)
        ]

    return _make


def read_assignments():
    rows = ProductSeller.objects.values_list("product__slug", "seller__slug")
    return dict(rows)


def test_products_are_assigned_to_whom_their_metadata_name(make_products):
    # given
    Seller.objects.create(name="Beta", slug="b", external_reference="erp-2")
    products = make_products("Alpha", "erp-2", None, "alpha", "b")
    kept, moved = products[3], products[4]
    gamma = Seller.objects.create(name="Gamma", slug="gamma")
    ProductSeller.objects.create(product=kept, seller=gamma)
    ProductSeller.objects.create(
        product=moved, seller=Seller.objects.get(external_reference="erp-2")
    )

    # when
    stdout, stderr = run("METADATA:vendor", batch_size=2)

    # then
    assert stdout == [
        "New seller alpha: Alpha",
        "Product product-3: assigned to gamma, named alpha",
        "2 assigned",
        "0 moved to another seller",
        "1 assigned already",
        "1 kept by another seller",
        "1 without a seller in its data",
        "1 new sellers",
    ]
    assert stderr == ["2 products read", "4 products read", "5 products read"]
    assert read_assignments() == {
        "product-0": "alpha",
        "product-1": "b",
        "product-3": "gamma",
        "product-4": "b",
    }

    # when
    again, _ = run("METADATA:vendor")

    # then
    assert again[1:] == [
        "0 assigned",
        "0 moved to another seller",
        "3 assigned already",
        "1 kept by another seller",
        "1 without a seller in its data",
        "0 new sellers",
    ]


def test_overwriting_moves_products(make_products):
    # given
    make_products("alpha")
    gamma = Seller.objects.create(name="Gamma", slug="gamma")
    ProductSeller.objects.create(product=Product.objects.get(), seller=gamma)

    # when
    stdout, _ = run("METADATA:vendor", "--overwrite")

    # then
    assert "1 moved to another seller" in stdout
    assert "0 kept by another seller" in stdout
    assert read_assignments() == {"product-0": "alpha"}


@pytest.mark.parametrize("_case_overwrite", [True, False])
def test_a_dry_run_reports_the_same_and_writes_nothing(_case_overwrite, make_products):
    # given
    products = make_products("alpha", "beta", None, "alpha", "beta")
    gamma = Seller.objects.create(name="Gamma", slug="gamma")
    ProductSeller.objects.create(product=products[0], seller=gamma)
    options = {"overwrite": _case_overwrite, "batch_size": 1}

    # when
    shown, _ = run("METADATA:vendor", dry_run=True, **options)

    # then
    assert Seller.objects.get() == gamma
    assert read_assignments() == {"product-0": "gamma"}
    assert shown.pop() == "Dry run: nothing was written."
    done, _ = run("METADATA:vendor", **options)
    assert shown == done
    assert done[-1] == "2 new sellers"


def test_pages_that_an_attribute_refers_to_become_sellers(
    make_products, product_type, product_type_page_reference_attribute, page
):
    # given
    attribute = product_type_page_reference_attribute
    attribute.product_types.add(product_type)
    first, _ = make_products(None, None)
    value = AttributeValue.objects.create(
        attribute=attribute, name=page.title, slug="value", reference_page=page
    )
    associate_attribute_values_to_instance(first, {attribute.pk: [value]})

    # when
    run(f"ATTRIBUTE:{attribute.slug}")

    # then
    assert read_assignments() == {first.slug: page.slug}


@pytest.mark.parametrize(
    ("_case", "source", "message"),
    [
        ("assignment", "ASSIGNMENT", "must be METADATA:key or ATTRIBUTE:slug."),
        ("unknown", "PAGE:x", "'PAGE:x' is none of ASSIGNMENT, METADATA:key"),
        ("no attribute", "ATTRIBUTE:x", "there is no product attribute x."),
    ],
)
def test_sources_that_are_refused(_case, source, message, db):
    # when
    with pytest.raises(CommandError) as error:
        run(source)

    # then
    assert message in str(error.value)


def test_many_products_cost_as_many_statements_as_few(make_products):
    # given
    def measure(*vendors):
        make_products(*vendors)
        with CaptureQueriesContext(connection) as queries:
            list(import_sellers(METADATA, 1000, overwrite=False, dry_run=False))
        return len(queries)

    # when
    few = measure("a 0", "a 1")
    many = measure(*[f"b {number}" for number in range(30)])

    # then
    assert many == few
    assert ProductSeller.objects.count() == 32
