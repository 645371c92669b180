"""``python -m rs_driver_fakeserver``: a fake Redshift for whoever connects."""

from __future__ import annotations

import sys

from rs_driver_fakeserver.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
