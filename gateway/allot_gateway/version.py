"""The version of Elasticsearch whose calls are served here.

Clients of 8.x and 9.x alike only read it: both compare the product header, and their media type
asks for the form of their own major. 9.1 is the first release whose put, get, update and delete
all take the parameters that are served here; `build_hash` says that no build of Elasticsearch is.
"""

VERSION = "9.1.0"
BUILD_HASH = "allot"
