#!/usr/bin/env python3
"""The RayStation example, with objects that stand in for RayStation's: the verdict and the numbers of the files.

ctest says where things are, see host_support.
"""

import array
import ast
import json
import sys
import unittest
from types import SimpleNamespace

from host_support import SAMPLES, SOURCE, Results, check, main
from sample_arrays import read_plan

HOST = SOURCE / "plugin" / "hosts" / "python"
sys.path.insert(0, str(HOST))
from dosegate import DosegateError, Library, Verdict  # noqa: E402  pylint: disable=wrong-import-position
from raystation_example import case_of  # noqa: E402  pylint: disable=wrong-import-position

PASSING = SOURCE / "dicom_samples" / "hcc_25fx_pass"
# Interpreted types as RayStation writes them.
TYPES = {"EXTERNAL": "External", "ORGAN": "Organ", "GTV": "Gtv", "CTV": "Ctv", "PTV": "Ptv", "": "Undefined"}


def as_object(x, y, z):
    return SimpleNamespace(x=x, y=y, z=z)


def as_dictionary(x, y, z):
    return {"x": x, "y": y, "z": z}


def grid_of(plan):
    """Dose of one fraction in cGy as [z][y][x], and the first centre, with all axes running as the patient's do."""
    nx, ny, nz = plan.size
    per_voxel = plan.scaling * 100 / plan.fractions
    values = [value * per_voxel for value in plan.values]
    origin = list(plan.origin_mm)
    turned = [plan.directions[axis][axis] < 0 for axis in range(3)]
    for axis in range(3):
        if turned[axis]:
            origin[axis] -= (plan.size[axis] - 1) * plan.spacing_mm[axis]
    rows = [values[start:start + nx] for start in range(0, len(values), nx)]
    if turned[0]:
        rows = [row[::-1] for row in rows]
    planes = [rows[start:start + ny] for start in range(0, len(rows), ny)]
    if turned[1]:
        planes = [plane[::-1] for plane in planes]
    flat = array.array("d", (value for plane in planes for row in plane for value in row))
    return memoryview(flat).cast("B").cast("d", (nz, ny, nx)), origin


def stand_in(plan, point=as_object, modality="Photons"):
    """Patient, case and beam set; lengths in cm, doses in cGy."""
    dose, origin = grid_of(plan)
    grid = SimpleNamespace(
        Corner=point(*((c - s / 2) / 10 for c, s in zip(origin, plan.spacing_mm))),
        VoxelSize=point(*(s / 10 for s in plan.spacing_mm)), NrVoxels=point(*plan.size))
    geometries = [SimpleNamespace(
        OfRoi=SimpleNamespace(Name=structure.name, RoiNumber=structure.number, Type=TYPES[structure.type]),
        HasContours=lambda structure=structure: bool(structure.contours),
        PrimaryShape=SimpleNamespace(Contours=[[point(*(c / 10 for c in corner)) for corner in contour]
                                               for contour in structure.contours]))
                  for structure in plan.structures]
    examination = SimpleNamespace(Name="CT 1", EquipmentInfo=SimpleNamespace(FrameOfReference="1.2.3"))
    beam_set = SimpleNamespace(
        DicomPlanLabel=plan.label, Modality=modality, GetPlanningExamination=lambda: examination,
        FractionationPattern=SimpleNamespace(NumberOfFractions=plan.fractions),
        Prescription=SimpleNamespace(
            PrimaryPrescriptionDoseReference=SimpleNamespace(DoseValue=plan.prescription_gy * 100)),
        FractionDose=SimpleNamespace(InDoseGrid=grid, DoseValues=SimpleNamespace(DoseData=dose, IsClinical=True)))
    structure_sets = {"CT 1": SimpleNamespace(RoiGeometries=geometries)}
    return (SimpleNamespace(PatientID=plan.patient_id),
            SimpleNamespace(PatientModel=SimpleNamespace(StructureSets=structure_sets)), beam_set)


class Samples(Results):
    def test_every_sample_gives_the_verdict_and_the_numbers_of_its_files(self):
        for number, sample in enumerate(SAMPLES):
            with self.subTest(sample.name), Library().session() as session:
                notes = []
                patient, case, beam_set = stand_in(read_plan(sample), (as_object, as_dictionary)[number % 2])
                told = case_of(session, patient, case, beam_set, notes).evaluate().json
                theirs = json.loads(check(sample))
                self.assertEqual(notes, [])
                ours = self.same_verdict_and_numbers(told, theirs)
                for key in ("patient_id", "plan_label", "fractions", "prescription_gy"):
                    self.assertEqual(ours["plan"][key], theirs["plan"][key])
                self.assertEqual([(s["roi_number"], s["interpreted_type"]) for s in ours["structures"]],
                                 [(s["roi_number"], s["interpreted_type"]) for s in theirs["structures"]])


class Conventions(Results):
    def setUp(self):
        self.session = Library().session()
        self.addCleanup(self.session.close)
        self.patient, self.case, self.beam_set = stand_in(read_plan(PASSING))
        self.geometries = self.case.PatientModel.StructureSets["CT 1"].RoiGeometries

    def made(self, notes=None):
        return case_of(self.session, self.patient, self.case, self.beam_set, [] if notes is None else notes)

    def test_what_is_not_drawn_and_what_is_not_clinical_is_noted(self):
        self.geometries[0].HasContours = lambda: False
        self.beam_set.FractionDose.DoseValues.IsClinical = False
        notes = []
        contours = {roi.name: roi.contours for roi in self.made(notes).rois()}
        self.assertEqual((contours["Body"], contours["Liver"] > 0), (0, True))
        self.assertEqual(notes, ["The dose is not clinical: compute it with an engine that is commissioned.",
                                 "Body has no contours; rules that need it are UNKNOWN."])

    def test_what_needs_a_structure_that_was_not_drawn_is_unknown(self):
        def liver():
            return next(rule for rule in self.made().evaluate().rules if rule.id == "liver")

        self.assertEqual(liver().verdict, Verdict.PASS)
        drawn = next(geometry for geometry in self.geometries if geometry.OfRoi.Name.startswith("GTV"))
        self.geometries.append(SimpleNamespace(OfRoi=SimpleNamespace(Name="GTV_2", RoiNumber=99, Type="Gtv"),
                                               HasContours=lambda: False, PrimaryShape=drawn.PrimaryShape))
        self.assertEqual((liver().structure, liver().verdict), ("Liver - GTV*", Verdict.UNKNOWN))

    def test_two_beam_sets_are_one_course(self):
        first, second = self.made(), self.made()
        once, both = (json.loads(text)["structures"] for text in (first.evaluate().json, first.evaluate(add=[second]).json))
        for one, two in zip(once, both):
            self.close(two["mean_gy"], 2 * one["mean_gy"], one["name"])

    def test_an_older_prescription_and_none(self):
        reference = self.beam_set.Prescription.PrimaryPrescriptionDoseReference
        self.beam_set.Prescription = SimpleNamespace(PrimaryDosePrescription=reference)
        self.assertEqual(self.made().evaluate().prescription_gy, 50.0)
        self.beam_set.Prescription = None
        self.assertIsNone(self.made().evaluate().prescription_gy)

    def test_a_dose_of_protons_is_weighted_already(self):
        self.assertNotIn("EFFECTIVE", self.made().evaluate().json)
        self.beam_set.Modality = "Protons"
        self.assertIn("EFFECTIVE", self.made().evaluate().json)

    def test_types_of_two_words(self):
        self.geometries[0].OfRoi.Type = "TreatedVolume"
        self.assertEqual(self.made().rois()[0].interpreted_type, "TREATED_VOLUME")

    def test_what_cannot_be_taken_is_refused(self):
        self.geometries[1].PrimaryShape = SimpleNamespace(Vertices=[])
        with self.assertRaisesRegex(DosegateError, "^Liver is voxels or a mesh.*SetRepresentation"):
            self.made()
        self.beam_set.FractionDose.InDoseGrid.NrVoxels = as_object(70, 103, 57)
        with self.assertRaisesRegex(DosegateError, r"shape \(57, 70, 103\); \(57, 103, 70\) is expected"):
            self.made()
        self.beam_set.FractionDose.DoseValues = None
        with self.assertRaisesRegex(DosegateError, "^Beam set HCC 25fx pass has no dose"):
            self.made()


class Language(unittest.TestCase):
    def test_both_files_are_python_3_8(self):
        for name in ("dosegate.py", "raystation_example.py"):
            with self.subTest(name):
                ast.parse((HOST / name).read_text(), feature_version=(3, 8))


if __name__ == "__main__":
    main()
