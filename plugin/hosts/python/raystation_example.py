"""Dosegate inside RayStation: a beam set handed over from memory, as an example to copy (CPython 3.8 or later).

RayStation's conventions: dose in cGy, of one fraction for a beam set, held as [z][y][x]; coordinates are DICOM patient
coordinates in cm; a dose grid is told by its outer corner, not by its first centre. The library is told all of that
and converts it itself, but for cm. Tested with objects that stand in for RayStation's; not run inside RayStation.

    from connect import get_current
    from dosegate import Library
    with Library().session() as session:
        notes = []
        case = case_of(session, get_current("Patient"), get_current("Case"), get_current("BeamSet"), notes)
        print(case.evaluate(protocols=["hcc-rt-ici"]).verdict, notes)

Several beam sets are one course: make a case of each, then `first.evaluate(add=[second])`.
Research and quality assurance only: a qualified person decides.
"""

import re

from dosegate import DosegateError, Lattice

MM_PER_CM = 10.0


def _xyz(thing):
    """x, y, z of a point or a size, which RayStation gives with members or as a dictionary."""
    if isinstance(thing, dict):
        return tuple(float(thing[axis]) for axis in "xyz")
    return tuple(float(getattr(thing, axis)) for axis in "xyz")


def _mm(thing):
    return tuple(MM_PER_CM * value for value in _xyz(thing))


def _prescription_gy(beam_set):
    """0 is unknown."""
    prescription = getattr(beam_set, "Prescription", None)
    for name in ("PrimaryPrescriptionDoseReference", "PrimaryDosePrescription"):  # as of version 11, and before
        primary = getattr(prescription, name, None)
        if primary is not None:
            return float(primary.DoseValue) / 100.0
    return 0.0


def _dicom_type(roi):
    """RayStation's "TreatedVolume" is DICOM's TREATED_VOLUME."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(roi.Type)).upper()
    return "" if words in ("UNDEFINED", "UNKNOWN") else words


def _add_dose(new, beam_set, notes):
    dose = beam_set.FractionDose
    if dose is None or dose.DoseValues is None:
        raise DosegateError(0, "Beam set %s has no dose; compute it first." % beam_set.DicomPlanLabel)
    if not getattr(dose.DoseValues, "IsClinical", True):
        notes.append("The dose is not clinical: compute it with an engine that is commissioned.")
    voxel_mm, corner_mm = _mm(dose.InDoseGrid.VoxelSize), _mm(dose.InDoseGrid.Corner)
    nx, ny, nz = (int(n) for n in _xyz(dose.InDoseGrid.NrVoxels))
    values = dose.DoseValues.DoseData
    if tuple(values.shape) != (nz, ny, nx):
        raise DosegateError(0, "The dose has the shape %s; %s is expected." % (tuple(values.shape), (nz, ny, nx)))
    first_centre_mm = tuple(corner + size / 2 for corner, size in zip(corner_mm, voxel_mm))
    lattice = Lattice(first_centre_mm, voxel_mm[::-1], ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    # What is not photons or electrons is weighted for its biological effect.
    kind = "physical" if beam_set.Modality in ("Photons", "Electrons") else "effective"
    new.dose(values, lattice, unit="cGy", holds="fraction", dose_type=kind)


def _add_structures(new, structure_set, notes):
    for geometry in structure_set.RoiGeometries:
        roi = geometry.OfRoi
        if not geometry.HasContours():
            # Left out, it would not be missed: "Liver - GTV*" would do with the GTVs that were drawn.
            notes.append("%s has no contours; rules that need it are UNKNOWN." % roi.Name)
            new.contours(int(roi.RoiNumber), roi.Name, [], _dicom_type(roi))
            continue
        if not hasattr(geometry.PrimaryShape, "Contours"):
            # Left out, it would be missed; converted here, the clinic's own geometry would be changed.
            raise DosegateError(0, "%s is voxels or a mesh; give it contours first, with SetRepresentation("
                                   "Representation='Contours')." % roi.Name)
        contours = [[_mm(point) for point in contour] for contour in geometry.PrimaryShape.Contours if len(contour)]
        new.contours(int(roi.RoiNumber), roi.Name, contours, _dicom_type(roi))


def case_of(session, patient, case, beam_set, notes):
    """A case of the session. `notes`: a list that receives sentences on what was not drawn or is not clinical."""
    examination = beam_set.GetPlanningExamination()
    new = session.new_case(fractions=int(beam_set.FractionationPattern.NumberOfFractions),
                           prescription_gy=_prescription_gy(beam_set), patient_id=patient.PatientID,
                           plan_label=beam_set.DicomPlanLabel,
                           frame_of_reference_uid=examination.EquipmentInfo.FrameOfReference)
    try:
        _add_dose(new, beam_set, notes)
        _add_structures(new, case.PatientModel.StructureSets[examination.Name], notes)
        return new.finish()
    except Exception:
        new.discard()
        raise
