"""A job as data engineers have many: load a day's orders, and say how many there are."""

import rs_driver

COPY = "copy orders from 's3://lake/orders/2026-11-21/' iam_role default format as parquet"


def load(where, attempts=2):
    """Load the orders, again where the connection was lost; how many there are now."""
    for attempt in range(1, attempts + 1):
        try:
            return load_once(where)
        except rs_driver.Error as error:
            if not error.is_disconnect or attempt == attempts:
                raise


def load_once(where):
    with rs_driver.connect(**where) as connection:
        cursor = connection.cursor()
        cursor.execute("delete from orders where day = %s", ("2026-11-21",))
        cursor.execute(COPY)
        cursor.execute("select count(*) from orders")
        return cursor.fetchone()[0]
