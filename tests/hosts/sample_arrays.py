"""A sample plan as the arrays that a planning system would have in memory, read from its files without Dosegate.

Reads what the sample generator writes: little endian, explicit or implicit VR, not compressed. No DICOM reader.
"""

import array
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

LONG_LENGTHS = {b"OB", b"OW", b"OF", b"SQ", b"UT", b"UN"}
# Implicit VR does not say which elements are sequences.
SEQUENCES = {(0x3006, 0x0010), (0x3006, 0x0012), (0x3006, 0x0014), (0x3006, 0x0016), (0x3006, 0x0020), (0x3006, 0x0039),
             (0x3006, 0x0040), (0x3006, 0x0080), (0x300A, 0x0010), (0x300A, 0x0070), (0x300C, 0x0002), (0x300C, 0x0060)}
ITEM, END_OF_ITEM, END_OF_SEQUENCE = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
UNDEFINED = 0xFFFFFFFF


class _Reader:
    def __init__(self, data):
        self.data, self.at, self.explicit = data, 132, True

    def element(self):
        tag = struct.unpack_from("<HH", self.data, self.at)
        explicit = (self.explicit or tag[0] == 2) and tag[0] != 0xFFFE
        if explicit:
            kind = self.data[self.at + 4:self.at + 6]
            if kind in LONG_LENGTHS:
                length, header = struct.unpack_from("<I", self.data, self.at + 8)[0], 12
            else:
                length, header = struct.unpack_from("<H", self.data, self.at + 6)[0], 8
            sequence = kind == b"SQ"
        else:
            length, header = struct.unpack_from("<I", self.data, self.at + 4)[0], 8
            sequence = tag in SEQUENCES
        self.at += header
        return tag, length, sequence

    def items(self, length):
        found, end = [], len(self.data) if length == UNDEFINED else self.at + length
        while self.at < end:
            tag, size, _ = self.element()
            if tag == END_OF_SEQUENCE:
                break
            assert tag == ITEM, tag
            found.append(self.elements(len(self.data) if size == UNDEFINED else self.at + size))
        return found

    def elements(self, end):
        found = {}
        while self.at < end:
            tag, length, sequence = self.element()
            if tag == END_OF_ITEM:
                break
            if sequence:
                found[tag] = self.items(length)
            else:
                found[tag] = self.data[self.at:self.at + length]
                self.at += length
            if tag == (0x0002, 0x0010):
                self.explicit = found[tag].rstrip(b"\0 ") != b"1.2.840.10008.1.2"
        return found


def read_file(path):
    """Tag -> bytes, or a list of such dictionaries."""
    data = Path(path).read_bytes()
    assert data[128:132] == b"DICM"
    return _Reader(data).elements(len(data))


def text(value):
    return value.decode("utf-8").strip("\0 ")


def numbers(value):
    return [float(word) for word in text(value).split("\\")]


@dataclass
class Structure:
    number: int
    name: str
    type: str
    contours: List[List[Tuple[float, float, float]]]  # points in mm


@dataclass
class Plan:
    """A plan. Dose: values[x + nx * (y + ny * z)] * scaling Gy of the course, x fastest, frames with z rising."""

    patient_id: str
    label: str
    uid: str
    fractions: int
    prescription_gy: float
    size: Tuple[int, int, int]
    origin_mm: Tuple[float, float, float]
    spacing_mm: Tuple[float, float, float]
    directions: Tuple[Tuple[float, float, float], ...]  # of the axes x, y, z of the array
    values: array.array  # uint32
    scaling: float
    structures: List[Structure]


def _dose(file, into: Dict):
    assert text(file[0x3004, 0x0002]) == "GY" and text(file[0x3004, 0x000A]) == "PLAN"
    ny, nx = (struct.unpack("<H", file[0x0028, tag])[0] for tag in (0x0010, 0x0011))
    nz = int(text(file[0x0028, 0x0008]))
    bits = struct.unpack("<H", file[0x0028, 0x0100])[0]
    stored = array.array("I", array.array({16: "H", 32: "I"}[bits], file[0x7FE0, 0x0010]))
    origin, offsets = numbers(file[0x0020, 0x0032]), numbers(file[0x3004, 0x000C])
    if offsets[0] != 0:  # PS3.3 C.8.8.3.2: then they are z coordinates
        offsets = [z - origin[2] for z in offsets]
    order = sorted(range(nz), key=lambda frame: offsets[frame])
    frame = nx * ny
    values = array.array("I")
    for number in order:
        values.extend(stored[number * frame:(number + 1) * frame])
    orientation, (row_mm, column_mm) = numbers(file[0x0020, 0x0037]), numbers(file[0x0028, 0x0030])
    into.update(size=(nx, ny, nz), origin_mm=(origin[0], origin[1], origin[2] + offsets[order[0]]),
                spacing_mm=(column_mm, row_mm, offsets[order[1]] - offsets[order[0]]),
                directions=(tuple(orientation[:3]), tuple(orientation[3:]), (0.0, 0.0, 1.0)), values=values,
                scaling=float(text(file[0x3004, 0x000E])))


def _structures(file):
    contours = {}
    for item in file[0x3006, 0x0039]:
        points = [numbers(contour[0x3006, 0x0050]) for contour in item.get((0x3006, 0x0040), [])]
        contours[int(text(item[0x3006, 0x0084]))] = [list(zip(row[0::3], row[1::3], row[2::3])) for row in points]
    types = {int(text(item[0x3006, 0x0084])): text(item[0x3006, 0x00A4]) for item in file[0x3006, 0x0080]}
    found = []
    for item in file[0x3006, 0x0020]:
        number = int(text(item[0x3006, 0x0022]))
        found.append(Structure(number, text(item[0x3006, 0x0026]), types.get(number, ""), contours.get(number, [])))
    return found


def read_plan(folder) -> Plan:
    folder = Path(folder)
    file, facts = read_file(folder / "RTPLAN.dcm"), {}
    facts.update(patient_id=text(file[0x0010, 0x0020]), label=text(file[0x300A, 0x0002]), uid=text(file[0x0008, 0x0018]),
                 fractions=int(text(file[0x300A, 0x0070][0][0x300A, 0x0078])),
                 prescription_gy=max(float(text(item[0x300A, 0x0026])) for item in file[0x300A, 0x0010]
                                     if (0x300A, 0x0026) in item))
    _dose(read_file(folder / "RTDOSE.dcm"), facts)
    return Plan(structures=_structures(read_file(folder / "RTSTRUCT.dcm")), **facts)
