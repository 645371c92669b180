"""Results for other libraries: Arrow, pandas, polars, numpy. Each is imported when it is used."""
