"""Starts the service, as a module or as a directory."""

import sys
from pathlib import Path

# A directory that is run sees only itself; the package lies one above.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from other_service.serving import main

sys.exit(main())
