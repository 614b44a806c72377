// ESAPI's own classes (VMS.TPS.Common.Model.API and .Types, version 15 and later) behind the interfaces of
// EsapiPlan.cs. In a script: EsapiPlan.ToCase(session, new EsapiAdapter(context.PlanSetup), notDrawn).
using System.Collections.Generic;
using System.Linq;
using VMS.TPS.Common.Model.API;
using VMS.TPS.Common.Model.Types;

namespace Dosegate
{
    public sealed class EsapiAdapter : IPlanSetup, IPlanDose, IPlanStructures
    {
        private readonly PlanSetup plan_;

        public EsapiAdapter(PlanSetup plan)
        {
            plan_ = plan;
            plan_.DoseValuePresentation = DoseValuePresentation.Absolute; // else voxels are percent
        }

        public string Id { get { return plan_.Id; } }
        public string Uid { get { return plan_.UID; } }
        public string PatientId { get { return plan_.Course.Patient.Id; } }
        public string FrameOfReferenceUid { get { return plan_.StructureSet.Image.FOR; } }
        public int? NumberOfFractions { get { return plan_.NumberOfFractions; } }
        public EsapiDoseValue TotalDose { get { return ValueOf(plan_.TotalDose); } }
        public IPlanDose Dose { get { return plan_.Dose == null ? null : this; } }
        public DoseType DoseType { get { return plan_ is IonPlanSetup ? DoseType.Effective : DoseType.Physical; } }
        public IPlanStructures Structures { get { return this; } }

        public int XSize { get { return plan_.Dose.XSize; } }
        public int YSize { get { return plan_.Dose.YSize; } }
        public int ZSize { get { return plan_.Dose.ZSize; } }
        public double XRes { get { return plan_.Dose.XRes; } }
        public double YRes { get { return plan_.Dose.YRes; } }
        public double ZRes { get { return plan_.Dose.ZRes; } }
        public double[] Origin { get { return VectorOf(plan_.Dose.Origin); } }
        public double[] XDirection { get { return VectorOf(plan_.Dose.XDirection); } }
        public double[] YDirection { get { return VectorOf(plan_.Dose.YDirection); } }
        public double[] ZDirection { get { return VectorOf(plan_.Dose.ZDirection); } }
        public void GetVoxels(int planeIndex, int[,] buffer) { plan_.Dose.GetVoxels(planeIndex, buffer); }
        public EsapiDoseValue VoxelToDoseValue(int voxel) { return ValueOf(plan_.Dose.VoxelToDoseValue(voxel)); }

        public int ImageZSize { get { return plan_.StructureSet.Image.ZSize; } }
        public IEnumerable<IPlanStructure> All
        {
            get { return plan_.StructureSet.Structures.Select(structure => (IPlanStructure)new Drawn(structure)); }
        }

        private sealed class Drawn : IPlanStructure
        {
            private readonly Structure structure_;

            public Drawn(Structure structure) { structure_ = structure; }

            public string Id { get { return structure_.Id; } }
            public string DicomType { get { return structure_.DicomType; } }
            public double[][] GetContoursOnImagePlane(int z)
            {
                return structure_.GetContoursOnImagePlane(z).Select(contour => contour.SelectMany(VectorOf).ToArray()).ToArray();
            }
        }

        private static double[] VectorOf(VVector vector) { return new[] { vector.x, vector.y, vector.z }; }

        private static EsapiDoseValue ValueOf(DoseValue value)
        {
            EsapiDoseUnit unit = value.Unit == DoseValue.DoseUnit.Gy ? EsapiDoseUnit.Gy
                : value.Unit == DoseValue.DoseUnit.cGy ? EsapiDoseUnit.CGy
                : value.Unit == DoseValue.DoseUnit.Percent ? EsapiDoseUnit.Percent : EsapiDoseUnit.Unknown;
            return new EsapiDoseValue(value.Dose, unit);
        }
    }
}
