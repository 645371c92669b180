"""The command line: ``python -m rs_driver_fakeserver``."""
