"""Dosegate from Python: the C interface (dosegate/dosegate.h) through ctypes, CPython 3.8 or later.

    from dosegate import Library
    with Library().session() as session:
        for case in session.read(["plan_folder"]):
            check = case.evaluate(protocols=["hcc-rt-ici"], context={"site": "hepatic"})
            print(check.verdict, check.verdict_reason)
            for rule in check.rules:
                print(rule.verdict, rule.id, rule.measured, rule.limit, rule.reason)

A case from arrays, numpy's or any that Python can look into, without files:

    new = session.new_case(fractions=5, prescription_gy=50.0, plan_label="Liver")
    new.dose(dose, Lattice(origin_mm, spacing_mm), unit="Gy", holds="course")
    new.mask(1, "Liver", mask, Lattice(origin_mm, spacing_mm))
    check = new.finish().evaluate()

What it leaves out of the C interface: the lists and texts of protocols, lint, import, doses and files of a
case, and the progress callback. One session is used by one thread at a time. What a call hands out is copied,
so nothing here outlives its memory; a Case ends with the next read() of its session, even one that fails, an
Evaluation and its JSON may be kept. Doses are in Gy, volumes in cc. Research and quality assurance only: a qualified
person decides.
"""

import ctypes
import ctypes.util
import operator
import os
from dataclasses import dataclass, field
from enum import IntEnum
from numbers import Real
from typing import Dict, List, Optional, Sequence

API_MAJOR = 1
LIBRARY_NAMES = ("libdosegate_plugin.so.1", "libdosegate_plugin.so")

_char_p, _int, _uint = ctypes.c_char_p, ctypes.c_int32, ctypes.c_uint32
_double, _size, _handle = ctypes.c_double, ctypes.c_size_t, ctypes.c_uint64
_texts = ctypes.POINTER(ctypes.c_char_p)


class Verdict(IntEnum):
    """Verdicts of rules and plans. UNKNOWN is never a pass."""

    PASS = 1
    VARIATION = 2
    FAIL = 3
    UNKNOWN = 4
    NOT_APPLICABLE = 5

    def __str__(self):
        return self.name


class DosegateError(Exception):
    """A call that failed: `status` is the code of the header, the text says what to do."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


# ---- the structs of the header, member by member; tests compare them with a C compiler ----------------------


class HeadroomStruct(ctypes.Structure):
    _fields_ = [("up", _double), ("down", _double), ("verdict_above", _int), ("verdict_below", _int),
                ("pass_from", _double), ("pass_to", _double)]


class CaseInfoStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("status", _int), ("refusal", _char_p), ("patient_id", _char_p),
                ("plan_label", _char_p), ("plan_uid", _char_p), ("fractions", _int), ("has_structures", _int),
                ("prescription_gy", _double), ("roi_count", _size), ("dose_count", _size),
                ("input_count", _size), ("finding_count", _size)]


class RoiInfoStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("number", _int), ("name", _char_p), ("interpreted_type", _char_p),
                ("contours", _size), ("closed_contours", _size), ("tg263", _char_p), ("tg263_how", _char_p)]


class FindingStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("severity", _int), ("code", _char_p), ("text", _char_p),
                ("where", _char_p)]


class OptionsStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("fractions", _int), ("prescription_gy", _double),
                ("fraction_dose", _int), ("end_caps", _int), ("workers", _uint), ("reserved", _uint),
                ("protocols", _texts), ("protocol_count", _size), ("map", _texts), ("map_count", _size),
                ("context", _texts), ("context_count", _size), ("interpolation", _int),
                ("dose_interpolation", _int), ("convention", _char_p), ("aliases", _char_p),
                ("add_cases", ctypes.POINTER(_size)), ("add_case_count", _size),
                ("deidentify_key", ctypes.c_void_p), ("deidentify_key_length", _size)]


class EvaluationInfoStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("verdict", _int), ("verdict_reason", _char_p),
                ("patient_id", _char_p), ("plan_label", _char_p), ("fractions", _int), ("reserved", _int),
                ("prescription_gy", _double), ("bed_gy", _double), ("eqd2_gy", _double),
                ("alpha_beta_gy", _double), ("protocols", _char_p), ("rule_count", _size),
                ("plan_check_count", _size), ("structure_count", _size), ("finding_count", _size),
                ("headroom", HeadroomStruct), ("headroom_text", _char_p)]


class RuleStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("verdict", _int), ("required", _int), ("borderline", _int),
                ("protocol", _char_p), ("id", _char_p), ("label", _char_p), ("text", _char_p),
                ("structure", _char_p), ("roi", _char_p), ("metric", _char_p), ("measured", _char_p),
                ("beside", _char_p), ("limit", _char_p), ("unit", _char_p), ("branch", _char_p),
                ("reason", _char_p), ("source", _char_p), ("note", _char_p), ("value", _double),
                ("low", _double), ("high", _double), ("goal", _double), ("variation", _double),
                ("present", _uint), ("reserved", _uint), ("headroom", HeadroomStruct),
                ("headroom_text", _char_p)]


class PlanCheckStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("verdict", _int), ("required", _int), ("reserved", _int),
                ("protocol", _char_p), ("id", _char_p), ("label", _char_p), ("text", _char_p),
                ("reason", _char_p), ("source", _char_p), ("note", _char_p)]


class DvhRequestStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("reserved", _uint), ("structures", _texts),
                ("structure_count", _size), ("metrics", _texts), ("metric_count", _size)]


class LatticeStruct(ctypes.Structure):
    _fields_ = [("size", _handle * 3), ("origin_mm", _double * 3), ("spacing_mm", _double * 3),
                ("direction", _double * 9)]


class LabelStruct(ctypes.Structure):
    _fields_ = [("name", _char_p), ("interpreted_type", _char_p)]


class NewCaseStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("fractions", _int), ("prescription_gy", _double),
                ("patient_id", _char_p), ("plan_label", _char_p), ("plan_uid", _char_p),
                ("frame_of_reference_uid", _char_p)]


class NewDoseStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("element", _int), ("lattice", LatticeStruct),
                ("values", ctypes.c_void_p), ("byte_count", _handle), ("stride_bytes", _handle * 3),
                ("scale", _double), ("offset", _double), ("unit", _int), ("holds", _int), ("type", _int),
                ("fractions", _int)]


class ContoursStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("number", _int), ("label", LabelStruct),
                ("points_mm", ctypes.POINTER(_double)), ("point_count", _size),
                ("contour_points", ctypes.POINTER(_size)), ("contour_count", _size)]


class MaskStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("number", _int), ("label", LabelStruct), ("lattice", LatticeStruct),
                ("voxels", ctypes.c_void_p), ("byte_count", _handle), ("stride_bytes", _handle * 3)]


class VoxelListStruct(ctypes.Structure):
    _fields_ = [("struct_size", _uint), ("number", _int), ("label", LabelStruct), ("lattice", LatticeStruct),
                ("indices", ctypes.c_void_p), ("index_count", _size), ("element", _int), ("first_index", _int)]


# Name in the header -> the struct here.
STRUCTS = {
    "dosegate_lattice": LatticeStruct,
    "dosegate_label": LabelStruct,
    "dosegate_new_case": NewCaseStruct,
    "dosegate_new_dose": NewDoseStruct,
    "dosegate_contours": ContoursStruct,
    "dosegate_mask": MaskStruct,
    "dosegate_voxel_list": VoxelListStruct,
    "dosegate_headroom": HeadroomStruct,
    "dosegate_case_info": CaseInfoStruct,
    "dosegate_roi_info": RoiInfoStruct,
    "dosegate_finding": FindingStruct,
    "dosegate_options": OptionsStruct,
    "dosegate_evaluation_info": EvaluationInfoStruct,
    "dosegate_rule": RuleStruct,
    "dosegate_plan_check": PlanCheckStruct,
    "dosegate_dvh_request": DvhRequestStruct,
}
_PRESENT = {"value": 1, "low": 2, "high": 4, "goal": 8, "variation": 16}
_END_CAPS = ("half", "none", "capped1.5", "rounded")
_INTERPOLATIONS = ("slab", "blend", "cubic")
_DOSE_INTERPOLATIONS = ("linear", "voxel")
_FRACTION_DOSE = ("auto", "total", "one")
_SEVERITIES = ("info", "warning", "error")
_JSON, _CSV, _METRICS_CSV, _HTML, _PDF, _JUNIT, _DICOM_PDF, _DICOM_SR = range(8)
_REPORTS = {"json": _JSON, "csv": _CSV, "html": _HTML, "pdf": _PDF, "junit": _JUNIT, "dicom-pdf": _DICOM_PDF,
            "dicom-sr": _DICOM_SR}
_UNITS = {"Gy": 1, "cGy": 2}
_HOLDS = {"course": 1, "fraction": 2}
_DOSE_TYPES = {"physical": 1, "effective": 2}
_ALONG_PATIENT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


# ---- what a caller sees --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something odd that did not stop the work."""

    severity: str  #: "info", "warning", "error"
    code: str  #: stable
    text: str
    where: str


@dataclass(frozen=True)
class Headroom:
    """How far dose and prescription could be scaled together before a verdict changes."""

    up: Optional[float]  #: None: no change up to 10, or the rule does not apply (then text is "")
    up_verdict: Optional[Verdict]
    down: Optional[float]  #: None: no change down to 0.1, or the rule does not apply
    down_verdict: Optional[Verdict]
    pass_from: Optional[float]  #: where the verdict is not PASS: the nearest factors at which it is
    pass_to: Optional[float]
    text: str


@dataclass(frozen=True)
class Rule:
    """One rule and what it came to. A number that is not known is None."""

    verdict: Verdict
    required: bool
    borderline: bool
    protocol: str
    id: str
    label: str
    text: str
    structure: str
    roi: str
    metric: str
    measured: str
    beside: str
    limit: str
    unit: str
    branch: str
    reason: str
    source: str
    note: str
    value: Optional[float]
    low: Optional[float]
    high: Optional[float]
    goal: Optional[float]
    variation: Optional[float]
    headroom: Headroom


@dataclass(frozen=True)
class PlanCheck:
    verdict: Verdict
    required: bool
    protocol: str
    id: str
    label: str
    text: str
    reason: str
    source: str
    note: str


@dataclass(frozen=True)
class Evaluation:
    verdict: Verdict
    verdict_reason: str
    patient_id: str
    plan_label: str
    fractions: Optional[int]
    prescription_gy: Optional[float]
    bed_gy: Optional[float]
    eqd2_gy: Optional[float]
    alpha_beta_gy: float
    protocols: str
    headroom: Headroom
    json: str = field(repr=False)  #: the bytes that `dosegate check --json` writes
    csv: str = field(repr=False)
    html: str = field(repr=False)  #: the report to read and sign, as `dosegate check --html` writes it
    junit: str = field(repr=False)
    rules: List[Rule] = field(repr=False, default_factory=list)
    plan_checks: List[PlanCheck] = field(repr=False, default_factory=list)
    findings: List[Finding] = field(repr=False, default_factory=list)


@dataclass(frozen=True)
class Dvhs:
    """Curves and metrics as `dosegate dvh` writes them."""

    json: str = field(repr=False)
    csv: str = field(repr=False)
    metrics_csv: str = field(repr=False)


@dataclass(frozen=True)
class Roi:
    number: int
    name: str
    interpreted_type: str
    contours: int
    closed_contours: int
    tg263: str
    tg263_how: str


def _text(value):
    return (value or b"").decode("utf-8")


def _utf8(text, encode=str.encode):
    """C would take what stands before a zero byte for the whole: another name."""
    encoded = encode(text)
    if b"\0" in encoded:
        raise ValueError(f"{text!r} holds a zero byte")
    return encoded


def _whole(value, what, lowest, highest):
    """A whole number, of whatever type; ctypes would cut off what does not fit."""
    try:
        number = operator.index(value)
    except TypeError:
        number = int(value) if isinstance(value, Real) and float(value).is_integer() else None
    if number is None or isinstance(value, bool):
        raise ValueError(f"{what} is {value!r}, which is no whole number")
    if not lowest <= number <= highest:
        raise ValueError(f"{what} is {value!r}, which is not from {lowest} to {highest}")
    return number


def _int32(value, what):
    return _whole(value, what, -2 ** 31, 2 ** 31 - 1)


def _array(texts, encode=str.encode):
    """A C array of texts and how many; the array must be kept until the call returns."""
    if isinstance(texts, (str, bytes, os.PathLike)):
        # Taken letter by letter, "..." would be three paths, and the plan of another folder.
        raise TypeError(f"give a list, [{texts!r}], not a single text")
    encoded = [_utf8(text, encode) for text in texts]
    return (ctypes.c_char_p * len(encoded))(*encoded), len(encoded)


def _headroom(struct, text):
    def verdict(number):
        return Verdict(number) if number else None

    return Headroom(struct.up if struct.verdict_above else None, verdict(struct.verdict_above),
                    struct.down if struct.verdict_below else None, verdict(struct.verdict_below),
                    struct.pass_from or None, struct.pass_to or None, _text(text))


class Library:
    """The loaded module. `path`: the file; else DOSEGATE_LIBRARY, else wherever the loader finds it."""

    def __init__(self, path: Optional[str] = None):
        wanted = path or os.environ.get("DOSEGATE_LIBRARY")
        candidates = [wanted] if wanted else [*LIBRARY_NAMES, ctypes.util.find_library("dosegate_plugin")]
        problems = []
        for candidate in filter(None, candidates):
            try:
                # RTLD_LOCAL is the default: a host's own DCMTK and ITK stay undisturbed.
                self._dll = ctypes.CDLL(os.fspath(candidate))
                break
            except OSError as problem:
                problems.append(str(problem))
        else:
            raise DosegateError(0, "libdosegate_plugin.so cannot be loaded; set DOSEGATE_LIBRARY to its path. "
                                + "; ".join(problems))
        self._declare()
        if not self._dll.dosegate_get_api(API_MAJOR):
            raise DosegateError(0, f"The library does not have version {API_MAJOR} of the interface.")

    @property
    def version(self) -> str:
        return _text(self._dll.dosegate_version())

    def session(self) -> "Session":
        return Session(self)

    def _declare(self):
        pointer = ctypes.POINTER
        size_out, handle_out = pointer(_size), pointer(_handle)
        signatures = {
            "version": (_char_p, []),
            "get_api": (ctypes.c_void_p, [_uint]),
            "session_create": (_int, [ctypes.c_void_p, handle_out]),
            "session_destroy": (_int, [_handle]),
            "last_error": (_char_p, [_handle]),
            "cancel": (_int, [_handle]),
            "read": (_int, [_handle, _texts, _size, _int, size_out]),
            "read_finding_count": (_int, [_handle, size_out]),
            "read_finding": (_int, [_handle, _size, pointer(FindingStruct)]),
            "case_get": (_int, [_handle, _size, pointer(CaseInfoStruct)]),
            "case_roi": (_int, [_handle, _size, _size, pointer(RoiInfoStruct)]),
            "case_finding": (_int, [_handle, _size, _size, pointer(FindingStruct)]),
            "evaluate": (_int, [_handle, _size, pointer(OptionsStruct), handle_out]),
            "evaluation_get": (_int, [_handle, _handle, pointer(EvaluationInfoStruct)]),
            "evaluation_rule": (_int, [_handle, _handle, _size, pointer(RuleStruct)]),
            "evaluation_plan_check": (_int, [_handle, _handle, _size, pointer(PlanCheckStruct)]),
            "evaluation_finding": (_int, [_handle, _handle, _size, pointer(FindingStruct)]),
            "dvh": (_int, [_handle, _size, pointer(DvhRequestStruct), pointer(OptionsStruct), handle_out]),
            "render": (_int, [_handle, _handle, _int, pointer(_char_p), size_out]),
            "write": (_int, [_handle, _handle, _int, _char_p]),
            "result_release": (_int, [_handle, _handle]),
            "case_begin": (_int, [_handle, pointer(NewCaseStruct), handle_out]),
            "case_add_dose": (_int, [_handle, _handle, pointer(NewDoseStruct)]),
            "case_add_contours": (_int, [_handle, _handle, pointer(ContoursStruct)]),
            "case_add_mask": (_int, [_handle, _handle, pointer(MaskStruct)]),
            "case_add_voxels": (_int, [_handle, _handle, pointer(VoxelListStruct)]),
            "case_finish": (_int, [_handle, _handle, size_out]),
            "case_discard": (_int, [_handle, _handle]),
        }
        for name, (result, arguments) in signatures.items():
            function = getattr(self._dll, "dosegate_" + name)
            function.restype, function.argtypes = result, arguments


class Session:
    """One session of the library; a context manager. read() replaces the cases of the one before."""

    def __init__(self, library: Library):
        self._library, self._dll = library, library._dll
        handle = _handle()
        status = self._dll.dosegate_session_create(None, ctypes.byref(handle))
        if status:
            raise DosegateError(status, f"No session could be created (status {status}).")
        self._handle = handle.value
        self._reads = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._handle:
            self._dll.dosegate_session_destroy(self._handle)
            self._handle = 0

    def cancel(self):
        """Asks the running call to stop; from any thread."""
        self._dll.dosegate_cancel(self._handle)

    def read(self, paths: Sequence[str], anything: bool = False) -> List["Case"]:
        """Reads files and folders. A plan that was refused, or a file that may hold one and cannot be read, raises: a
        verdict on the others could be taken for all of them. `anything`: to look at whatever is there, cases without
        structures or dose too; then Case.refusal and read_findings() tell what is wrong."""
        array, count = _array(paths, os.fsencode)
        cases = _size()
        # Before the call: one that fails leaves the session without the cases that it had.
        self._reads += 1
        self.call("read", array, count, 1 if anything else 0, ctypes.byref(cases))
        if not anything:
            self._refuse_what_is_not_whole(cases.value)
        return [Case(self, index, self._reads) for index in range(cases.value)]

    def _refuse_what_is_not_whole(self, case_count):
        for index in range(case_count):
            info = self.get(CaseInfoStruct, "case_get", index)
            if info.status:
                raise DosegateError(info.status, _text(info.refusal))
        for finding in self.read_findings():
            if finding.severity == "error":
                raise DosegateError(0, f"{finding.where}: {finding.text}")

    def new_case(self, fractions: int = 0, prescription_gy: float = 0.0, patient_id: str = "", plan_label: str = "",
                 plan_uid: str = "", frame_of_reference_uid: str = "") -> "NewCase":
        """Begins a case from arrays; 0 and "" are unknown. It comes after the cases that there are."""
        struct = NewCaseStruct(ctypes.sizeof(NewCaseStruct), _int32(fractions, "fractions"), prescription_gy,
                               *map(_utf8, (patient_id, plan_label, plan_uid, frame_of_reference_uid)))
        builder = _handle()
        self.call("case_begin", ctypes.byref(struct), ctypes.byref(builder))
        return NewCase(self, builder.value)

    def read_findings(self) -> List[Finding]:
        """What was noticed while reading and belongs to no single case."""
        count = _size()
        self.call("read_finding_count", ctypes.byref(count))
        return [self.finding("read_finding", index) for index in range(count.value)]

    def call(self, name, *arguments):
        """Calls dosegate_NAME with the session; raises DosegateError unless it returns OK."""
        status = getattr(self._dll, "dosegate_" + name)(self._handle, *arguments)
        if status:
            raise DosegateError(status, _text(self._dll.dosegate_last_error(self._handle)))

    def get(self, struct_type, name, *arguments):
        """A struct that dosegate_NAME fills in."""
        struct = struct_type()
        struct.struct_size = ctypes.sizeof(struct_type)
        self.call(name, *arguments, ctypes.byref(struct))
        return struct

    def finding(self, name, *arguments) -> Finding:
        struct = self.get(FindingStruct, name, *arguments)
        return Finding(_SEVERITIES[struct.severity], _text(struct.code), _text(struct.text), _text(struct.where))

    def render(self, result, form) -> str:
        text, length = _char_p(), _size()
        self.call("render", result, form, ctypes.byref(text), ctypes.byref(length))
        return ctypes.string_at(text, length.value).decode("utf-8")


class _Buffer(ctypes.Structure):
    """Py_buffer: where an array of Python's lies, and how."""

    _fields_ = [("buf", ctypes.c_void_p), ("obj", ctypes.py_object), ("len", ctypes.c_ssize_t),
                ("itemsize", ctypes.c_ssize_t), ("readonly", ctypes.c_int), ("ndim", ctypes.c_int),
                ("format", ctypes.c_char_p), ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
                ("strides", ctypes.POINTER(ctypes.c_ssize_t)), ("suboffsets", ctypes.c_void_p),
                ("internal", ctypes.c_void_p)]


class _Array:
    """A look into an array while it is handed over: address, element, shape and strides."""

    _RECORDS_RO = 0x0018 | 0x0004  # PyBUF_STRIDES | PyBUF_FORMAT

    def __init__(self, array):
        self._buffer = _Buffer()
        ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(array), ctypes.byref(self._buffer), self._RECORDS_RO)
        self.address = self._buffer.buf
        self.format = (self._buffer.format or b"B").decode().lstrip("@=<")
        self.item = self._buffer.itemsize
        self.shape = [self._buffer.shape[axis] for axis in range(self._buffer.ndim)]
        self.strides = [self._buffer.strides[axis] for axis in range(self._buffer.ndim)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(self._buffer))

    def element(self):
        """The header's name of the element: floats and unsigned numbers by their bytes."""
        kind = "F" if self.format in "fd" else "U" if self.format in "HILQ" else "?"
        return {"F4": 1, "F8": 2, "U2": 3, "U4": 4, "U8": 5}.get(f"{kind}{self.item}", 0)

    def fill(self, struct, lattice):
        """Lattice, strides and bytes of three-dimensional voxels; axis a of the array is axis a of the lattice."""
        if len(self.shape) != 3:
            raise ValueError(f"voxels have three axes, not {len(self.shape)}")
        if any(stride < 0 for stride in self.strides):
            raise ValueError("an axis runs backwards in memory; copy the array or turn the lattice's direction round")
        struct.lattice = lattice.struct(self.shape)
        struct.stride_bytes = (_handle * 3)(*self.strides)
        struct.byte_count = sum((n - 1) * stride for n, stride in zip(self.shape, self.strides)) + self.item


@dataclass(frozen=True)
class Lattice:
    """Where voxels are: the centre of voxel (0, 0, 0), the distance of centres, and each axis's direction in the
    patient (DICOM, mm). For an array `dose[z, y, x]` the first axis is z: spacing (sz, sy, sx) and direction
    ((0, 0, 1), (0, 1, 0), (1, 0, 0)); the origin is always x, y, z."""

    origin_mm: Sequence[float]
    spacing_mm: Sequence[float]
    direction: Sequence[Sequence[float]] = _ALONG_PATIENT

    def struct(self, size):
        return LatticeStruct((_handle * 3)(*size), (_double * 3)(*self.origin_mm), (_double * 3)(*self.spacing_mm),
                             (_double * 9)(*(value for axis in self.direction for value in axis)))


def _label(number, name, interpreted_type):
    return {"number": _int32(number, "The number of " + name),
            "label": LabelStruct(_utf8(name), _utf8(interpreted_type))}


class NewCase:
    """A case that is put together from arrays: add dose() and structures, then finish()."""

    def __init__(self, session: Session, builder: int):
        self._session, self._builder = session, builder

    def _add(self, name, struct):
        struct.struct_size = ctypes.sizeof(struct)
        self._session.call(name, self._builder, ctypes.byref(struct))

    def dose(self, values, lattice: Lattice, unit: str, holds: str, dose_type: str = "physical", scale: float = 1.0,
             offset: float = 0.0, fractions: int = 0):
        """A dose, value * scale + offset in `unit` ("Gy", "cGy"), of the "course" or of one "fraction".
        `values`: three axes of float32, float64, uint16 or uint32, in any order in memory. Of a case with several
        doses each is converted with its own number of `fractions` (0: the case's), then they are added."""
        struct = NewDoseStruct(scale=scale, offset=offset, unit=_UNITS[unit], holds=_HOLDS[holds],
                               type=_DOSE_TYPES[dose_type], fractions=_int32(fractions, "fractions"))
        with _Array(values) as array:
            array.fill(struct, lattice)
            struct.values, struct.element = array.address, array.element()
            self._add("case_add_dose", struct)

    def mask(self, number: int, name: str, voxels, lattice: Lattice, interpreted_type: str = ""):
        """A structure as voxels: three axes of bytes or bool, not 0 = inside."""
        struct = MaskStruct(**_label(number, name, interpreted_type))
        with _Array(voxels) as array:
            if array.item != 1:
                raise ValueError("a mask has one byte a voxel")
            array.fill(struct, lattice)
            struct.voxels = array.address
            self._add("case_add_mask", struct)

    def voxels(self, number: int, name: str, indices: Sequence[int], size: Sequence[int], lattice: Lattice,
               first_index: int, interpreted_type: str = ""):
        """A structure as numbers of voxels, the lattice's first axis fastest, from `first_index` (0 or 1) on."""
        # Which of them are the lattice's, the library looks itself.
        whole = (_whole(index, "A voxel of " + name, 0, 2 ** 64 - 1) for index in indices)
        array = (_handle * len(indices))(*whole)
        self._add("case_add_voxels",
                  VoxelListStruct(**_label(number, name, interpreted_type), lattice=lattice.struct(size),
                                  indices=ctypes.addressof(array), index_count=len(indices), element=5,
                                  first_index=_int32(first_index, "first_index")))

    def contours(self, number: int, name: str, contours: Sequence[Sequence[Sequence[float]]],
                 interpreted_type: str = ""):
        """A structure as closed contours, each a list of points (x, y, z). [] is a structure that was not drawn: rules
        that need it are UNKNOWN, as from files. Left out, it would not be missed."""
        flat = [value for contour in contours for point in contour for value in point]
        points, counts = (_double * len(flat))(*flat), (_size * len(contours))(*map(len, contours))
        self._add("case_add_contours",
                  ContoursStruct(**_label(number, name, interpreted_type), points_mm=points,
                                 point_count=len(flat) // 3, contour_points=counts, contour_count=len(contours)))

    def finish(self) -> "Case":
        index = _size()
        self._session.call("case_finish", self._builder, ctypes.byref(index))
        return Case(self._session, index.value, self._session._reads)

    def discard(self):
        """Throws away what was begun; else it is kept until the session ends."""
        self._session.call("case_discard", self._builder)


class Case:
    """One plan with its structures and dose. Not usable after the next read() of its session."""

    def __init__(self, session: Session, index: int, read: int):
        self._session, self._index, self._read = session, index, read

    def _require(self):
        if self._read != self._session._reads:
            raise DosegateError(0, "The session has read other files since; this case is gone.")

    def _require_addable(self, cases):
        """The library is told numbers of cases only: those of another session or an earlier read are other plans'."""
        self._require()
        taken = {self._index}
        for case in cases:
            if case._session is not self._session:
                raise DosegateError(0, "A case of another session cannot be added; read both in one session.")
            case._require()
            if case._index in taken:
                raise DosegateError(0, "A case is added to itself or twice; name each plan of the course once.")
            taken.add(case._index)

    def _info(self):
        self._require()
        return self._session.get(CaseInfoStruct, "case_get", self._index)

    @property
    def refusal(self) -> str:
        """Why the case cannot be used; "" if it can."""
        return _text(self._info().refusal)

    @property
    def patient_id(self) -> str:
        return _text(self._info().patient_id)

    @property
    def plan_label(self) -> str:
        return _text(self._info().plan_label)

    @property
    def plan_uid(self) -> str:
        return _text(self._info().plan_uid)

    def rois(self) -> List[Roi]:
        rois = []
        for index in range(self._info().roi_count):
            roi = self._session.get(RoiInfoStruct, "case_roi", self._index, index)
            rois.append(Roi(roi.number, _text(roi.name), _text(roi.interpreted_type), roi.contours,
                            roi.closed_contours, _text(roi.tg263), _text(roi.tg263_how)))
        return rois

    def findings(self) -> List[Finding]:
        return [self._session.finding("case_finding", self._index, index)
                for index in range(self._info().finding_count)]

    def evaluate(self, protocols: Sequence[str] = (), context: Optional[Dict[str, str]] = None,
                 write: Optional[Dict[str, str]] = None, **options) -> Evaluation:
        """Holds the plan against protocols (built-in ids or files; none: the default).

        `context`: key -> value. `write`: files to write, by format: "json", "csv", "html", "pdf", "junit", "dicom-pdf",
        "dicom-sr" -> path. `options`: fractions, prescription_gy, fraction_dose ("auto", "total",
        "one"), end_caps, interpolation, convention, map (rule name -> ROI name, or a list of them for a glob such as "GTV*"), aliases (file), workers,
        add (other cases of the session whose doses are added: several plans as one course), deidentify_key
        (bytes, 16 or more: identities are replaced by pseudonyms under this key).
        """
        self._require_addable(options.get("add", ()))
        files = [(_REPORTS[form], _utf8(path, os.fsencode)) for form, path in (write or {}).items()]
        struct, kept = _options(protocols, context or {}, **options)
        result = _handle()
        self._session.call("evaluate", self._index, ctypes.byref(struct), ctypes.byref(result))
        del kept
        try:
            for form, path in files:
                self._session.call("write", result.value, form, path)
            return self._evaluation(result.value)
        finally:
            self._session.call("result_release", result.value)

    def dvh(self, structures: Sequence[str] = (), metrics: Sequence[str] = (), **options) -> Dvhs:
        """Curves and metrics of structure expressions (none: every ROI); `options` as in evaluate()."""
        self._require_addable(options.get("add", ()))
        struct, kept = _options((), {}, **options)
        request = DvhRequestStruct()
        request.struct_size = ctypes.sizeof(request)
        structure_array, request.structure_count = _array(structures)
        metric_array, request.metric_count = _array(metrics)
        request.structures = ctypes.cast(structure_array, _texts)
        request.metrics = ctypes.cast(metric_array, _texts)
        result = _handle()
        self._session.call("dvh", self._index, ctypes.byref(request), ctypes.byref(struct), ctypes.byref(result))
        del kept
        try:
            return Dvhs(*(self._session.render(result.value, form) for form in (_JSON, _CSV, _METRICS_CSV)))
        finally:
            self._session.call("result_release", result.value)

    def _evaluation(self, result) -> Evaluation:
        session = self._session
        info = session.get(EvaluationInfoStruct, "evaluation_get", result)
        return Evaluation(
            verdict=Verdict(info.verdict), verdict_reason=_text(info.verdict_reason),
            patient_id=_text(info.patient_id), plan_label=_text(info.plan_label),
            fractions=info.fractions or None, prescription_gy=info.prescription_gy or None,
            bed_gy=info.bed_gy or None, eqd2_gy=info.eqd2_gy or None, alpha_beta_gy=info.alpha_beta_gy,
            protocols=_text(info.protocols), headroom=_headroom(info.headroom, info.headroom_text),
            json=session.render(result, _JSON), csv=session.render(result, _CSV),
            html=session.render(result, _HTML), junit=session.render(result, _JUNIT),
            rules=[self._rule(session.get(RuleStruct, "evaluation_rule", result, i))
                   for i in range(info.rule_count)],
            plan_checks=[self._check(session.get(PlanCheckStruct, "evaluation_plan_check", result, i))
                         for i in range(info.plan_check_count)],
            findings=[session.finding("evaluation_finding", result, i) for i in range(info.finding_count)])

    @staticmethod
    def _rule(struct) -> Rule:
        texts = {name: _text(getattr(struct, name)) for name, kind in struct._fields_
                 if kind is _char_p and name != "headroom_text"}
        numbers = {name: getattr(struct, name) if struct.present & bit else None
                   for name, bit in _PRESENT.items()}
        return Rule(verdict=Verdict(struct.verdict), required=bool(struct.required),
                    borderline=bool(struct.borderline),
                    headroom=_headroom(struct.headroom, struct.headroom_text), **texts, **numbers)

    @staticmethod
    def _check(struct) -> PlanCheck:
        texts = {name: _text(getattr(struct, name)) for name, kind in struct._fields_ if kind is _char_p}
        return PlanCheck(verdict=Verdict(struct.verdict), required=bool(struct.required), **texts)


def _options(protocols, context, fractions=0, prescription_gy=0.0, fraction_dose="auto", end_caps="half",
             interpolation="slab", convention="", aliases="", workers=0, map=None, add=(),
             dose_interpolation="linear", deidentify_key=None):
    """The C options, and what must be kept alive while they are used."""
    struct = OptionsStruct()
    struct.struct_size = ctypes.sizeof(struct)
    struct.fractions, struct.prescription_gy = _int32(fractions, "fractions"), prescription_gy
    struct.workers = _whole(workers, "workers", 0, 2 ** 32 - 1)
    struct.fraction_dose = _FRACTION_DOSE.index(fraction_dose)
    struct.end_caps = _END_CAPS.index(end_caps)
    struct.interpolation = _INTERPOLATIONS.index(interpolation)
    struct.dose_interpolation = _DOSE_INTERPOLATIONS.index(dose_interpolation)
    struct.convention = _utf8(convention)
    struct.aliases = _utf8(aliases, os.fsencode)
    added = (_size * max(len(add), 1))(*(case._index for case in add))
    struct.add_cases, struct.add_case_count = ctypes.cast(added, ctypes.POINTER(_size)), len(add)
    kept = [added]
    if deidentify_key is not None:
        key = ctypes.create_string_buffer(bytes(deidentify_key), max(len(deidentify_key), 1))
        kept.append(key)
        struct.deidentify_key = ctypes.cast(key, ctypes.c_void_p)
        struct.deidentify_key_length = len(deidentify_key)
    pairs = [f"{key}={roi}" for key, rois in (map or {}).items()
             for roi in ([rois] if isinstance(rois, str) else rois)]
    facts = [f"{key}={value}" for key, value in context.items()]
    for name, count, texts, encode in (("protocols", "protocol_count", protocols, os.fsencode),
                                       ("map", "map_count", pairs, str.encode),
                                       ("context", "context_count", facts, str.encode)):
        array, length = _array(texts, encode)
        kept.append(array)
        setattr(struct, name, ctypes.cast(array, _texts))
        setattr(struct, count, length)
    return struct, kept
