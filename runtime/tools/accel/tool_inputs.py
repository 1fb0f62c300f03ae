# SPDX-License-Identifier: MIT
"""Files and programs that tests of the accel command give it: pictures, arrays and peers, whole ones and broken ones."""
import base64
import math
import struct
import zlib


def png(work, width, height, rows=8):
    """A black picture, of which so many rows are there."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = work / ("short.png" if rows < 8 else f"{width}.png")
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress((b"\0" + bytes(width)) * rows)) + chunk(b"IEND", b""))
    return path


def npy_zeros(work, shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (117 - len(header)) + b"\n"
    path = work / "zeros.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(4 * math.prod(shape)))
    return path


def empty_folder(work):
    (work / "empty").mkdir()
    return work / "empty"


def fake_peer(work, hello):
    """Says hello and ends at the first round."""
    path = work / "fake_peer"
    path.write_text(f"#!/bin/sh\necho '{hello}'\nread count\n")
    path.chmod(0o755)
    return path


def broken_npy(work):
    path = work / "broken.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00 no header at all")
    return path


# The picture docs/examples/digits/test/0003_label_3.png, as libjpeg-turbo stores it with quality 100.
THREE_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAIAAgBAREA/8QAFAABAAAAAA"
    "AAAAAAAAAAAAAACf/EABwQAAMAAwEBAQAAAAAAAAAAAAUGBwIECAMBCf/aAAgBAQAAPwAE0/fsvQP4b0GWuybjLZbAaEJ6RlV1IaU1ERGoD0TA1HyfPWr4DslrdT+kSzS8Mjvg1Yj36t9AffcGtumw"
    "BQVJJKe3/9k="
)
