"""How rows are found in a buffer and made into values: by the stdlib, or by numpy."""
