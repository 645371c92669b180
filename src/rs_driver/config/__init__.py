"""What ``connect`` was told: one table of options, their sources, one frozen result."""
