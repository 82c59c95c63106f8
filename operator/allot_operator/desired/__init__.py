"""The objects that Allot makes, built from settings. Pure: no I/O, no clock."""
