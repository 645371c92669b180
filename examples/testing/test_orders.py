import pytest
from orders import COPY, load

import rs_driver


def test_the_orders_are_loaded(redshift):
    assert load(redshift.connect_kwargs()) == 3


def test_in_one_transaction_and_in_this_order(redshift):
    with redshift.sequence() as steps:
        steps.expect("begin")
        steps.expect("delete from orders where day = $1", params=["2026-11-21"])
        steps.expect(COPY)
        steps.expect("commit")
    load(redshift.connect_kwargs())


def test_a_load_that_fails_is_not_tried_again(redshift):
    fails = redshift.when(COPY).raises("XX000", "S3ServiceException: Access Denied").once()
    with pytest.raises(rs_driver.InternalError, match="Access Denied"):
        load(redshift.connect_kwargs())
    assert fails.calls[0].sql == COPY
