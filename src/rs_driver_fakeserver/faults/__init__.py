"""Faults: what goes wrong between a server and its client, on purpose and repeatably."""

from __future__ import annotations

from rs_driver_fakeserver.faults.bad_length import BadLength
from rs_driver_fakeserver.faults.coalesce import Coalesce
from rs_driver_fakeserver.faults.delay import Delay
from rs_driver_fakeserver.faults.drop import Drop
from rs_driver_fakeserver.faults.duplicate import Duplicate
from rs_driver_fakeserver.faults.error_mid_rows import ErrorMidRows
from rs_driver_fakeserver.faults.fatal import Fatal
from rs_driver_fakeserver.faults.fault import Fault
from rs_driver_fakeserver.faults.flip import Flip
from rs_driver_fakeserver.faults.garbage import Garbage
from rs_driver_fakeserver.faults.half_close import HalfClose
from rs_driver_fakeserver.faults.inject import Inject
from rs_driver_fakeserver.faults.place import Place, after, before, byte, inside, message, phase
from rs_driver_fakeserver.faults.plan import FaultPlan
from rs_driver_fakeserver.faults.reorder import Reorder
from rs_driver_fakeserver.faults.reset import Reset
from rs_driver_fakeserver.faults.slow_read import SlowRead
from rs_driver_fakeserver.faults.split import Split
from rs_driver_fakeserver.faults.stall import Stall
from rs_driver_fakeserver.faults.truncate import Truncate
from rs_driver_fakeserver.faults.unknown_message import UnknownMessage

__all__ = [
    "BadLength",
    "Coalesce",
    "Delay",
    "Drop",
    "Duplicate",
    "ErrorMidRows",
    "Fatal",
    "Fault",
    "FaultPlan",
    "Flip",
    "Garbage",
    "HalfClose",
    "Inject",
    "Place",
    "Reorder",
    "Reset",
    "SlowRead",
    "Split",
    "Stall",
    "Truncate",
    "UnknownMessage",
    "after",
    "before",
    "byte",
    "inside",
    "message",
    "phase",
]
