from tests.completion.conftest import (  # noqa: F401
    complete,
    get_seller,
    get_total,
    make_cart,
    make_variant,
    pay,
    use_voucher,
)
from tests.payments.conftest import report  # noqa: F401
