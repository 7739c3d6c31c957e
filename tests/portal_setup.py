"""Sets up Django for the tests of this process: an empty embedded database in a folder that goes away at the end."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from jifen.portal.serve import environment, prepare

_DATA = Path(tempfile.mkdtemp(prefix="jifen-portal-"))
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ.update(environment(_DATA))
# The browser of the tests runs an event loop in the thread that asks the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
prepare()
