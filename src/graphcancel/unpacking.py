"""
What is packed in bytes, and what text bytes are: gzip, zlib, bzip2 and xz wherever they begin, members of zip and tar.

Nothing is unpacked beyond what is asked for, so a small file that unpacks to a huge one costs no more than others.
"""

from __future__ import annotations

import bz2
import codecs
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_STREAM: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|BZh[1-9]1AY&SY|\xfd7zXZ\x00", re.DOTALL)
_UNREADABLE: Final = {b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!\x1a\x07": "RAR"}
_TRIES: Final = 20_000
"""Streams tried in one text: random data has one beginning of zlib in 16 KiB, and nearly all end at once."""
_MEMBERS: Final = 20_000
_LEAST: Final = 8
_FIRST: Final = 256
_NEXT: Final = 1 << 16
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError, OverflowError,
    RuntimeError, NotImplementedError, KeyError, IndexError, MemoryError,
)  # fmt: skip
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", None),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_WIDE: Final = re.compile(rb"(?P<little>(?:[\x20-\x7e\t\r\n]\0){8,}+)|(?P<big>(?:\0[\x20-\x7e\t\r\n]){8,}+)")
# Private keys without PEM's lines around them (PKCS #8 for RSA and elliptic curves, PKCS #1, SEC 1), and a whole file
# of PKCS #12.
_BARE_KEY: Final = re.compile(
    rb"\x30\x82..\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04"
    rb"|\x30\x81.\x02\x01\x00\x30[\x10-\x14]\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
    rb"|\x30\x82..\x02\x01\x00\x02\x82\x01[\x00\x01]|\x30\x77\x02\x01\x01\x04\x20"
    rb"|\A\x30\x82..\x02\x01\x03\x30\x82..\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Part:
    """
    Something packed that was unpacked.

    Attributes:
        how: In words: ``gzip``, ``zip``.
        name: Of a member of an archive, else empty.
        at: Where it begins in the bytes.
        stored: How many bytes from *at* hold it as it is, not to be read twice.
    """

    how: str
    name: str
    data: bytes
    at: int
    stored: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What could not be unpacked, and why."""

    text: str


def parts(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    """Everything packed in *data*, of which no part is larger than *limit* bytes; what is beyond is told."""
    for magic, name in _UNREADABLE.items():
        if data.startswith(magic):
            yield Trouble(f"packed with {name}")
    if data.startswith(b"PK\x03\x04") or b"PK\x05\x06" in data[-70_000:]:
        yield from _zip(data, limit)
    elif data[257:262] == b"ustar":
        yield from _tar(data, limit)
    else:
        yield from _streams(data, limit)


def _streams(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    at = tries = 0
    while found := _STREAM.search(data, at):
        tries += 1
        if tries > _TRIES:
            yield Trouble("too many packed pieces")
            return
        how, unpacked, used, whole = _unpack(data, found.start(), limit)
        if len(unpacked) > limit:
            yield Trouble("unpacks to more than is looked through")
        elif not whole and found.start() == 0 and how != "zlib":
            yield Trouble(f"damaged {how}")
        if len(unpacked) >= _LEAST:
            yield Part(how, "", unpacked[:limit], found.start())
        at = found.start() + (used if whole else 2)


def _unpack(data: bytes, at: int, limit: int) -> tuple[str, bytes, int, bool]:
    """How *data* is packed from *at*, what it holds, how many bytes that took, and whether it came to its end."""
    head = data[at : at + 2]
    how = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz"}.get(head, "zlib")
    maker: Any = {
        "gzip": lambda: zlib.decompressobj(31),
        "zlib": zlib.decompressobj,
        "bzip2": bz2.BZ2Decompressor,
        "xz": lambda: lzma.LZMADecompressor(memlimit=1 << 28),
    }[how]
    decompressor = maker()
    pieces: list[bytes] = []
    size, fed = 0, at
    try:
        while not decompressor.eof and size <= limit:
            chunk = getattr(decompressor, "unconsumed_tail", b"")
            if not chunk and getattr(decompressor, "needs_input", True):
                # The first piece is small: what only looks packed ends within it.
                chunk = data[fed : fed + (_FIRST if fed == at else _NEXT)]
                fed += len(chunk)
                if not chunk:
                    break
            piece = decompressor.decompress(chunk, limit + 1 - size)
            pieces.append(piece)
            size += len(piece)
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
        return how, b"".join(pieces), 2, False
    return how, b"".join(pieces), fed - at - len(decompressor.unused_data), decompressor.eof


def _zip(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS:
                yield Trouble(f"more than {_MEMBERS} members")
            left = limit
            for number, member in enumerate(members[:_MEMBERS], 1):
                if member.flag_bits & 1:
                    yield Trouble(f"member {number} is encrypted")
                    continue
                try:
                    with archive.open(member) as opened:
                        held = opened.read(left + 1)
                except _DAMAGED:
                    yield Trouble(f"member {number} is damaged or packed in an unknown way")
                    continue
                if len(held) > left:
                    yield Trouble("unpacks to more than is looked through")
                    return
                left -= len(held)
                stored = member.compress_size if member.compress_type == zipfile.ZIP_STORED else 0
                yield Part("zip", member.filename, held, _local(data, member), stored)
    except _DAMAGED:
        if data.startswith(b"PK\x03\x04"):
            yield Trouble("damaged zip")


def _local(data: bytes, member: zipfile.ZipInfo) -> int:
    """Where the bytes of *member* begin in *data*."""
    name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
    return int(member.header_offset + 30 + name + extra)


def _tar(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            left = limit
            for number, member in enumerate(archive, 1):
                if number > _MEMBERS:
                    yield Trouble(f"more than {_MEMBERS} members")
                    return
                opened = archive.extractfile(member) if member.isreg() else None
                if opened is None:
                    continue
                held = opened.read(left + 1)
                if len(held) > left:
                    yield Trouble("unpacks to more than is looked through")
                    return
                left -= len(held)
                yield Part("tar", member.name, held, member.offset_data, len(held))
    except (*_DAMAGED, tarfile.TarError):
        yield Trouble("damaged tar")


def blanked(data: bytes, stored: list[Part]) -> bytes:
    """*data* with what *stored* holds replaced by blanks."""
    changed = bytearray(data)
    for part in stored:
        changed[part.at : part.at + part.stored] = b" " * len(changed[part.at : part.at + part.stored])
    return bytes(changed)


def decoded(data: bytes) -> tuple[str, str | None]:
    """The text of *data*, whatever it is, and the name of its encoding where that is not UTF-8."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "surrogateescape" if codec == "utf-8" else "replace"), name
    if len(data) > _LEAST and b"\0" in data:
        half = len(data) // 2
        for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
            if data[first::2].count(0) > half * 0.6 and data[1 - first :: 2].count(0) < half * 0.1:
                return data.decode(codec, "replace"), "UTF-16"
    return data.decode("utf-8", "surrogateescape"), None


def wide_runs(data: bytes) -> Iterator[Part]:
    """Text of two bytes a character amid other bytes."""
    if b"\0" in data:
        for found in _WIDE.finditer(data):
            codec = "utf-16-le" if found["little"] else "utf-16-be"
            yield Part("UTF-16", "", found[0].decode(codec).encode(), found.start())


def bare_keys(data: bytes) -> Iterator[tuple[int, int]]:
    """Where private keys in DER stand."""
    for found in _BARE_KEY.finditer(data):
        yield found.span()
