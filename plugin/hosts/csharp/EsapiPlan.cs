// A plan of Eclipse handed to Dosegate from memory. What is needed of ESAPI stands in four thin interfaces, so that
// this compiles and is tested without Varian's assemblies; EsapiAdapter.cs puts ESAPI's own classes behind them.
//
// Eclipse's conventions: DICOM patient coordinates in mm; voxels are whole numbers on a line that VoxelToDoseValue()
// tells, in cGy or Gy as the site is configured; contours are those of the image's planes.
using System;
using System.Collections.Generic;

namespace Dosegate
{
    public enum EsapiDoseUnit { Unknown, Gy, CGy, Percent }

    public struct EsapiDoseValue
    {
        public double Dose;
        public EsapiDoseUnit Unit;

        public EsapiDoseValue(double dose, EsapiDoseUnit unit)
        {
            Dose = dose;
            Unit = unit;
        }
    }

    public interface IPlanSetup
    {
        string Id { get; }
        string Uid { get; }
        string PatientId { get; }
        string FrameOfReferenceUid { get; }
        int? NumberOfFractions { get; }
        EsapiDoseValue TotalDose { get; } // prescribed
        IPlanDose Dose { get; } // null where none is calculated
        DoseType DoseType { get; } // Effective: weighted for its biological effect already, as of protons
        IPlanStructures Structures { get; }
    }

    public interface IPlanDose
    {
        int XSize { get; }
        int YSize { get; }
        int ZSize { get; }
        double XRes { get; }
        double YRes { get; }
        double ZRes { get; }
        double[] Origin { get; } // centre of the first voxel
        double[] XDirection { get; }
        double[] YDirection { get; }
        double[] ZDirection { get; }
        void GetVoxels(int planeIndex, int[,] buffer); // [x, y]
        EsapiDoseValue VoxelToDoseValue(int voxel);
    }

    public interface IPlanStructures
    {
        int ImageZSize { get; }
        IEnumerable<IPlanStructure> All { get; }
    }

    public interface IPlanStructure
    {
        string Id { get; }
        string DicomType { get; }
        double[][] GetContoursOnImagePlane(int z); // each x, y, z of its points one after the other
    }

    public static class EsapiPlan
    {
        /// <summary>Makes a case of a plan. `notDrawn` receives the names of structures without contours; rules that need one
        /// are Unknown, as from files.</summary>
        public static Case ToCase(Session session, IPlanSetup plan, ICollection<string> notDrawn)
        {
            if (plan.Dose == null) throw new DosegateException(0, "Plan " + plan.Id + " has no dose; calculate it first.");
            var facts = new CaseFacts
            {
                Fractions = plan.NumberOfFractions ?? 0, PrescriptionGy = PrescriptionGy(plan.TotalDose), PatientId = plan.PatientId,
                PlanLabel = plan.Id, PlanUid = plan.Uid, FrameOfReferenceUid = plan.FrameOfReferenceUid
            };
            NewCase made = session.NewCase(facts);
            try
            {
                AddDose(made, plan.Dose, plan.DoseType);
                AddStructures(made, plan.Structures, notDrawn);
                return made.Finish();
            }
            catch
            {
                made.Discard();
                throw;
            }
        }

        // 0 is unknown: Eclipse says NaN for a plan without prescription, and a relative one is none.
        private static double PrescriptionGy(EsapiDoseValue total)
        {
            if (double.IsNaN(total.Dose)) return 0;
            return total.Unit == EsapiDoseUnit.Gy ? total.Dose : total.Unit == EsapiDoseUnit.CGy ? total.Dose / 100 : 0;
        }

        private static void AddDose(NewCase made, IPlanDose dose, DoseType type)
        {
            int nx = dose.XSize, ny = dose.YSize, nz = dose.ZSize, smallest = int.MaxValue, largest = int.MinValue;
            var values = new double[checked(nx * ny * nz)];
            var plane = new int[nx, ny];
            for (int z = 0; z < nz; ++z)
            {
                dose.GetVoxels(z, plane);
                for (int y = 0; y < ny; ++y)
                {
                    for (int x = 0; x < nx; ++x)
                    {
                        values[x + nx * (y + ny * z)] = plane[x, y];
                        smallest = Math.Min(smallest, plane[x, y]);
                        largest = Math.Max(largest, plane[x, y]);
                    }
                }
            }
            // The line through the ends: the slope of one step would carry the rounding of two doses.
            EsapiDoseValue first = dose.VoxelToDoseValue(smallest), last = dose.VoxelToDoseValue(largest);
            double slope = largest > smallest ? (last.Dose - first.Dose) / ((double)largest - smallest) : 1;
            if (first.Unit != last.Unit || (last.Unit != EsapiDoseUnit.Gy && last.Unit != EsapiDoseUnit.CGy))
                throw new DosegateException(207, "The dose is told in " + last.Unit + "; show the plan's dose as absolute dose.");
            if (first.Dose < 0) throw new DosegateException(300, "A voxel of the dose is below 0, so its numbers are not understood.");
            var lattice = new Lattice
            {
                Size = new[] { nx, ny, nz }, OriginMm = dose.Origin, SpacingMm = new[] { dose.XRes, dose.YRes, dose.ZRes },
                Direction = new[]
                {
                    dose.XDirection[0], dose.XDirection[1], dose.XDirection[2], dose.YDirection[0], dose.YDirection[1],
                    dose.YDirection[2], dose.ZDirection[0], dose.ZDirection[1], dose.ZDirection[2]
                }
            };
            // A plan's dose in Eclipse is that of all its fractions.
            made.Dose(values, lattice, last.Unit == EsapiDoseUnit.Gy ? DoseUnit.Gy : DoseUnit.CGy, DoseHolds.Course, type,
                      slope, first.Dose - slope * smallest);
        }

        private static void AddStructures(NewCase made, IPlanStructures structures, ICollection<string> notDrawn)
        {
            int number = 0;
            foreach (IPlanStructure structure in structures.All)
            {
                var contours = new List<double[]>();
                for (int z = 0; z < structures.ImageZSize; ++z)
                {
                    foreach (double[] contour in structure.GetContoursOnImagePlane(z))
                        if (contour.Length > 0) contours.Add(contour);
                }
                // An empty one too: left out, it would not be missed, and a sum of GTVs would do without it.
                made.Contours(++number, structure.Id, contours, structure.DicomType);
                if (contours.Count == 0) notDrawn.Add(structure.Id);
            }
        }
    }
}
