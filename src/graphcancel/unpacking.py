"""
What is packed in bytes, and what text bytes are: gzip, zlib, bzip2 and xz wherever they begin, members of zip and tar.

Several of them may stand in one file, beside each other and beside a text: a recorded answer has its head before what
is packed. What has been opened is not searched again; what begins there is part of it.

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
# What begins a file is what it says it is. Amid other bytes a few of them mean little: random data has them, and so has
# a compiled program that knows them. There the whole head must be one that a packer writes.
_HEADS: Final = {
    # Flags in use; a time, none or since 1980; speed; system.
    "gzip": re.compile(
        rb"\x1f\x8b\x08[\x00\x01\x04\x05\x08\x09\x0c\x0d\x10-\x1f](?:[\x00\x01]\x00\x00\x00|...[\x12-\xff])[\x00\x02\x04][\x00-\x0d\xff]",
        re.DOTALL,
    ),
    # The checksum of a block; where its text begins, which is before 900 000.
    "bzip2": re.compile(rb"BZh[1-9]1AY&SY.{4}[\x00-\x06].{2}", re.DOTALL),
    # What checksum is used; the checksum of these two bytes.
    "xz": re.compile(
        rb"\xfd7zXZ\x00\x00(?:\x00\xff\x12\xd9\x41|\x01\x69\x22\xde\x36|\x04\xe6\xd6\xb4\x46|\x0a\xe1\xfb\x0c\xa1)"
    ),
    "7-Zip": re.compile(rb"7z\xbc\xaf\x27\x1c\x00[\x02-\x04]"),
    # The head of the archive: its checksum, its size in the newer form, its kind.
    "RAR": re.compile(rb"Rar!\x1a\x07(?:\x00..\x73|\x01\x00.{4}[\x03-\x7f][\x01\x04])", re.DOTALL),
}
# A member of a zip: version, flags, a way of packing that has a number, sizes, a name of some length and what is extra.
_MEMBER: Final = re.compile(
    rb"PK\x03\x04[\x00-\x3f][\x00-\x13]..[\x00-\x14\x5d-\x63]\x00.{16}(?!\x00\x00).[\x00-\x0f].[\x00-\x0f]", re.DOTALL
)
# The end of a zip: on one disk, as many members on it as in all, and some; the length of the remark.
_END: Final = re.compile(rb"PK\x05\x06(?:\x00\x00|\xff\xff){2}(?!\x00\x00)(..)\1.{8}(..)", re.DOTALL)
_ARCHIVES: Final = 64
"""Zips opened in one file: each may claim a list of members that is the whole file."""
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
        size: How many bytes from *at* hold it; 0 where that is not known.
        stored: They hold it as it is, not to be read twice.
    """

    how: str
    name: str
    data: bytes
    at: int
    size: int = 0
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """What could not be unpacked, and why."""

    text: str


def parts(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    """Everything packed in *data*, of which no part is larger than *limit* bytes; what is beyond is told."""
    for magic, name in _UNREADABLE.items():
        if data.startswith(magic) or _begins_amid(data, magic, name):
            yield Trouble(f"packed with {name}")
    opened: list[Part] = []
    for part in _members(data, limit):
        yield part
        if isinstance(part, Part):
            opened.append(part)
    # What a member holds is looked through by itself, and a stream in it would be cut by the blocks it is packed in.
    yield from _streams(blanked(data, opened) if opened else data, limit)


def _begins_amid(data: bytes, magic: bytes, name: str) -> bool:
    at = data.find(magic)
    while at >= 0 and not _has_head(name, data, at):
        at = data.find(magic, at + 1)
    return at >= 0


def _has_head(how: str, data: bytes, at: int) -> bool:
    """Whether what begins at *at* is packed by *how*, and does not only look so."""
    if how in _HEADS:
        return _HEADS[how].match(data, at) is not None
    if how != "zstd":
        return False
    head = data[at + 4 : at + 5]
    if not head or head[0] & 8:
        return False
    whole, known = bool(head[0] & 0x20), head[0] >> 6
    block = at + 5 + (not whole) + (0, 1, 2, 4)[head[0] & 3] + (int(whole), 2, 4, 8)[known]
    first = int.from_bytes(data[block : block + 3], "little")
    # Of a kind that there is, of at most 128 KiB; one that holds nothing is the last.
    return block + 3 <= len(data) and first >> 1 & 3 < 3 and 0 < first < (1 << 20) + 8  # noqa: PLR2004


def _members(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    if data[257:262] == b"ustar":
        yield from _tar(data, limit)
    elif b"PK" in data:
        yield from _zips(data, limit)


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
        elif not whole and (_has_head(how, data, found.start()) or (found.start() == 0 and how != "zlib")):
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


def _zips(data: bytes, limit: int) -> Iterator[Part | Trouble]:
    """The members of every zip in *data*, from the last one; that there is more of one than can be opened."""
    left, begin, tries = limit, len(data), 0
    spans: list[tuple[int, int]] = []
    damaged = False
    for end in reversed(list(_END.finditer(data))):
        if end.start() >= begin:
            continue  # within a member of the one behind it
        tries += 1
        if tries > _ARCHIVES:
            yield Trouble("too many packed pieces")
            return
        stop = end.end() + int.from_bytes(end[2], "little")
        try:
            archive = zipfile.ZipFile(io.BytesIO(data[:stop]))
        except _DAMAGED:
            damaged = True
            continue
        with archive:
            begin = max(0, min([archive.start_dir, *(member.header_offset for member in archive.infolist())]))
            spans.append((begin, stop))
            for part in _zip(archive, data, left):
                left -= len(part.data) if isinstance(part, Part) else 0
                yield part
    at = 0
    for begin, stop in [*sorted(spans), (len(data), len(data))]:
        damaged |= _MEMBER.search(data, at, begin) is not None or (at == 0 < begin and data.startswith(b"PK\x03\x04"))
        at = stop
    if damaged:
        yield Trouble("damaged zip")


def _zip(archive: zipfile.ZipFile, data: bytes, limit: int) -> Iterator[Part | Trouble]:
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
            at = _local(data, member)
        except _DAMAGED:
            yield Trouble(f"member {number} is damaged or packed in an unknown way")
            continue
        if len(held) > left:
            yield Trouble("unpacks to more than is looked through")
            return
        left -= len(held)
        stored = member.compress_type == zipfile.ZIP_STORED
        yield Part("zip", member.filename, held, at, len(held) if stored else member.compress_size, stored)


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
                yield Part("tar", member.name, held, member.offset_data, len(held), stored=True)
    except (*_DAMAGED, tarfile.TarError):
        yield Trouble("damaged tar")


def blanked(data: bytes, parts: list[Part]) -> bytes:
    """*data* with what holds *parts* replaced by blanks."""
    changed = bytearray(data)
    for part in parts:
        changed[part.at : part.at + part.size] = b" " * len(changed[part.at : part.at + part.size])
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
