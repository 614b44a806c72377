// Stands in for Varian's assemblies: the classes, members and types of ESAPI that EsapiAdapter.cs uses, as Varian
// documents them, filled from a file that the test writes. Program: EsapiStandIn PLAN_FILE UNIT, writes the JSON.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace VMS.TPS.Common.Model.Types
{
    public enum DoseValuePresentation { Relative, Absolute }

    public struct VVector
    {
        private readonly double x_, y_, z_;

        public VVector(double x, double y, double z)
        {
            x_ = x;
            y_ = y;
            z_ = z;
        }

        public double x { get { return x_; } }
        public double y { get { return y_; } }
        public double z { get { return z_; } }
    }

    public struct DoseValue
    {
        public enum DoseUnit { Unknown, Gy, cGy, Percent }

        private readonly double dose_;
        private readonly DoseUnit unit_;

        public DoseValue(double dose, DoseUnit unit)
        {
            dose_ = dose;
            unit_ = unit;
        }

        public double Dose { get { return dose_; } }
        public DoseUnit Unit { get { return unit_; } }
    }
}

namespace VMS.TPS.Common.Model.API
{
    using VMS.TPS.Common.Model.Types;

    public class Patient
    {
        public string Id { get; set; }
    }

    public class Course
    {
        public Patient Patient { get; set; }
    }

    public class Image
    {
        public int ZSize { get; set; }
        public string FOR { get; set; }
    }

    public class Structure
    {
        public string Id { get; set; }
        public string DicomType { get; set; }
        public Dictionary<int, List<VVector[]>> Planes = new Dictionary<int, List<VVector[]>>();
        public VVector[][] GetContoursOnImagePlane(int z)
        {
            return Planes.ContainsKey(z) ? Planes[z].ToArray() : new VVector[0][];
        }
    }

    public class StructureSet
    {
        public Image Image { get; set; }
        public IEnumerable<Structure> Structures { get; set; }
    }

    public class PlanningItemDose
    {
        public PlanSetup Plan;
        public int[] Voxels;
        public double ScalingGy, AddedToVoxels;
        public DoseValue.DoseUnit Unit;
        public int XSize { get; set; }
        public int YSize { get; set; }
        public int ZSize { get; set; }
        public double XRes { get; set; }
        public double YRes { get; set; }
        public double ZRes { get; set; }
        public VVector Origin { get; set; }
        public VVector XDirection { get; set; }
        public VVector YDirection { get; set; }
        public VVector ZDirection { get; set; }
        public void GetVoxels(int planeIndex, int[,] preallocatedBuffer)
        {
            for (int y = 0; y < YSize; ++y)
                for (int x = 0; x < XSize; ++x)
                    preallocatedBuffer[x, y] = Voxels[x + XSize * (y + YSize * planeIndex)];
        }
        public DoseValue VoxelToDoseValue(int voxelValue)
        {
            if (Plan.DoseValuePresentation != DoseValuePresentation.Absolute || Unit == DoseValue.DoseUnit.Percent)
                return new DoseValue((voxelValue + AddedToVoxels) * ScalingGy, DoseValue.DoseUnit.Percent);
            double dose = (voxelValue + AddedToVoxels) * ScalingGy * (Unit == DoseValue.DoseUnit.cGy ? 100 : 1);
            return new DoseValue(dose, Unit);
        }
    }

    public class PlanSetup
    {
        public string Id { get; set; }
        public string UID { get; set; }
        public Course Course { get; set; }
        public int? NumberOfFractions { get; set; }
        public DoseValue TotalDose { get; set; }
        public DoseValuePresentation DoseValuePresentation { get; set; }
        public PlanningItemDose Dose { get; set; }
        public StructureSet StructureSet { get; set; }
    }

    public class IonPlanSetup : PlanSetup
    {
    }
}

namespace EsapiStandIn
{
    using VMS.TPS.Common.Model.API;
    using VMS.TPS.Common.Model.Types;

    internal static class Program
    {
        private static int Main(string[] words)
        {
            PlanSetup plan = words.Contains("--ions") ? new IonPlanSetup() : new PlanSetup();
            ReadPlan(plan, words[0], (DoseValue.DoseUnit)Enum.Parse(typeof(DoseValue.DoseUnit), words[1]));
            if (words.Contains("--no-dose")) plan.Dose = null;
            var notDrawn = new List<string>();
            try
            {
                using (var session = new Dosegate.Session())
                {
                    Dosegate.Case made = Dosegate.EsapiPlan.ToCase(session, new Dosegate.EsapiAdapter(plan), notDrawn);
                    byte[] json = made.Evaluate(new Dosegate.CheckOptions()).Json;
                    using (Stream output = Console.OpenStandardOutput()) output.Write(json, 0, json.Length);
                }
            }
            catch (Dosegate.DosegateException problem)
            {
                Console.Error.WriteLine("{0} {1}", problem.Status, problem.Message);
                return 1;
            }
            Console.Error.WriteLine("not drawn: " + string.Join(", ", notDrawn));
            return 0;
        }

        private static double[] Numbers(string words)
        {
            return words.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        }

        private static VVector Vector(double[] numbers, int from)
        {
            return new VVector(numbers[from], numbers[from + 1], numbers[from + 2]);
        }

        // Lines "key|value"; a structure is followed by its contours. The voxels stand beside it, in PLAN_FILE.voxels.
        private static void ReadPlan(PlanSetup plan, string path, DoseValue.DoseUnit unit)
        {
            var structures = new List<Structure>();
            plan.Course = new Course { Patient = new Patient() };
            plan.DoseValuePresentation = DoseValuePresentation.Relative; // as a user may have left it
            var dose = new PlanningItemDose { Plan = plan, Unit = unit };
            var image = new Image { FOR = "" };
            foreach (string line in File.ReadAllLines(path))
            {
                string[] parts = line.Split(new[] { '|' }, 2);
                if (parts[0] == "label") plan.Id = parts[1];
                else if (parts[0] == "uid") plan.UID = parts[1];
                else if (parts[0] == "patient") plan.Course.Patient.Id = parts[1];
                else if (parts[0] == "structure") structures.Add(new Structure { Id = parts[1] });
                else if (parts[0] == "type") structures.Last().DicomType = parts[1];
                else Take(parts[0], Numbers(parts[1]), plan, dose, image, structures);
            }
            byte[] bytes = File.ReadAllBytes(path + ".voxels");
            dose.Voxels = new int[bytes.Length / 4];
            Buffer.BlockCopy(bytes, 0, dose.Voxels, 0, bytes.Length);
            plan.Dose = dose;
            plan.StructureSet = new StructureSet { Image = image, Structures = structures };
        }

        private static void Take(string key, double[] n, PlanSetup plan, PlanningItemDose dose, Image image, List<Structure> structures)
        {
            if (key == "fractions") plan.NumberOfFractions = (int)n[0];
            else if (key == "prescription_gy")
                plan.TotalDose = new DoseValue(dose.Unit == DoseValue.DoseUnit.cGy ? n[0] * 100 : n[0], dose.Unit);
            else if (key == "planes") image.ZSize = (int)n[0];
            else if (key == "size") { dose.XSize = (int)n[0]; dose.YSize = (int)n[1]; dose.ZSize = (int)n[2]; }
            else if (key == "spacing") { dose.XRes = n[0]; dose.YRes = n[1]; dose.ZRes = n[2]; }
            else if (key == "origin") dose.Origin = Vector(n, 0);
            else if (key == "direction")
            {
                dose.XDirection = Vector(n, 0);
                dose.YDirection = Vector(n, 3);
                dose.ZDirection = Vector(n, 6);
            }
            else if (key == "scaling_gy") dose.ScalingGy = n[0];
            else if (key == "added_to_voxels") dose.AddedToVoxels = n[0];
            else if (key == "contour")
            {
                var planes = structures.Last().Planes;
                var plane = (int)n[0]; // the image's plane, then the points
                if (!planes.ContainsKey(plane)) planes[plane] = new List<VVector[]>();
                planes[plane].Add(Enumerable.Range(0, n.Length / 3).Select(i => Vector(n, 1 + 3 * i)).ToArray());
            }
            else throw new InvalidDataException(key);
        }
    }
}
