"""The Protocols through which the core meets the world, one to a file.

A class satisfies a port by having its methods; nothing here is inherited from.
"""
