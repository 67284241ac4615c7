"""
Keeps what a person's sign-in gave, so that it lasts over nights: one file for each app and tenant.

Only tokens that take a person to be had again are written to disk. A file is for its owner alone and replaced whole. It
is read, used and written under one lock, so that of several processes only one renews a token and the others find it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import platformdirs
from filelock import FileLock, Timeout

VARIABLE: Final = "GRAPHCANCEL_TOKEN_CACHE"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_PATIENCE_S: Final = 60.0


def default_folder() -> Path:
    """Where token caches lie unless told otherwise; a variable names another folder."""
    given = os.environ.get(VARIABLE, "").strip()
    return Path(given) if given else platformdirs.user_cache_path("graphcancel", appauthor=False) / "tokens"


class TokenFile:
    """
    One token cache on disk.

    Args:
        names: What the tokens are for, such as authority, tenant and client; none can be read off the file's name.
        notes: Receives a line for each thing a person should know.

    Attributes:
        usable: False where the folder cannot be used; then tokens live as long as the process.
    """

    def __init__(self, folder: Path, names: tuple[str, ...], notes: list[str]) -> None:
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]
        self._path = folder / f"{digest}.json"
        self._notes = notes
        self.usable = self._made(folder)

    def _made(self, folder: Path) -> bool:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.stat()
            if os.name == "posix" and found.st_uid != os.geteuid():
                self._note(f"token cache: {folder} belongs to somebody else; name another folder in {VARIABLE}")
                return False
            if os.name == "posix" and found.st_mode & _OTHERS:
                folder.chmod(0o700)
            self._path.with_suffix(".lock").touch(mode=0o600)
        except OSError as error:
            self._note(f"token cache: {folder} cannot be used ({error.strerror}), so a sign-in lasts for this run only")
            return False
        return True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from the file; one that holds it for a minute is not waited for any longer."""
        if not self.usable:
            yield
            return
        lock = FileLock(self._path.with_suffix(".lock"), timeout=_PATIENCE_S, mode=0o600)
        with suppress(Timeout, OSError):
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def read(self) -> str | None:
        """What is kept, None where there is nothing or it is damaged; a damaged file is put aside."""
        try:
            if os.name == "posix" and self._path.stat().st_mode & _OTHERS:
                self._path.chmod(0o600)
                self._note(
                    "token cache: others could read it; that is mended, and if others use this machine, sign out"
                )
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            self.set_aside()
            return None
        if not _is_cache(text):
            self.set_aside()
            return None
        return text

    def write(self, text: str) -> None:
        """Replace what is kept; nobody ever sees half of it."""
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")  # mode 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            self.usable = False
            self._note(f"token cache: not written ({error.strerror}), so the sign-in lasts for this run only")

    def set_aside(self) -> None:
        """Rename a file that cannot be used, so that it is in nobody's way and can still be looked at."""
        with suppress(OSError):
            self._path.replace(self._path.with_suffix(".damaged"))
            self._note("token cache: it was damaged and is put aside; sign in again: graphcancel doctor TARGET")

    def _note(self, line: str) -> None:
        if line not in self._notes:
            self._notes.append(line)


def _is_cache(text: str) -> bool:
    """Whether *text* has the shape of a cache: kinds of tables of entries."""
    try:
        tables = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(tables, dict) and all(
        isinstance(table, dict) and all(isinstance(entry, dict) for entry in table.values())
        for table in tables.values()
    )
