// The C interface (dosegate/dosegate.h) as the runtime sees it: functions and structs, member by member. A test
// compares sizes and offsets with what a C compiler makes of the header. C# 5, as Eclipse compiles single scripts.
using System;
using System.Runtime.InteropServices;

namespace Dosegate
{
    internal static class Native
    {
        // libdosegate_plugin.so, dosegate_plugin.dll: found by the loader's rules.
        private const string Module = "dosegate_plugin";

        public const uint ApiMajor = 1;
        public const int Json = 0, Csv = 1, MetricsCsv = 2, Html = 3, Pdf = 4, Junit = 5, DicomPdf = 6, DicomSr = 7;
        public const uint HasValue = 1, HasLow = 2, HasHigh = 4, HasGoal = 8, HasVariation = 16;

        // Name in the header -> the struct here, for the test.
        public static readonly string[] Names =
        {
            "dosegate_case_info", "dosegate_finding", "dosegate_lattice", "dosegate_new_case", "dosegate_new_dose",
            "dosegate_label", "dosegate_contours", "dosegate_mask", "dosegate_voxel_list", "dosegate_options",
            "dosegate_headroom", "dosegate_evaluation_info", "dosegate_rule"
        };
        public static readonly Type[] Structs =
        {
            typeof(CaseInfo), typeof(FindingInfo), typeof(LatticeInfo), typeof(NewCaseInfo), typeof(NewDose),
            typeof(Label), typeof(ContourSet), typeof(Mask), typeof(VoxelList), typeof(Options),
            typeof(HeadroomInfo), typeof(EvaluationInfo), typeof(RuleInfo)
        };

        [StructLayout(LayoutKind.Sequential)]
        public struct CaseInfo
        {
            public uint StructSize;
            public int Status;
            public IntPtr Refusal, PatientId, PlanLabel, PlanUid;
            public int Fractions, HasStructures;
            public double PrescriptionGy;
            public UIntPtr RoiCount, DoseCount, InputCount, FindingCount;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct FindingInfo
        {
            public uint StructSize;
            public int Severity;
            public IntPtr Code, Text, Where;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct LatticeInfo
        {
            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public ulong[] Size;
            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public double[] OriginMm;
            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public double[] SpacingMm;
            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 9)] public double[] Direction;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct NewCaseInfo
        {
            public uint StructSize;
            public int Fractions;
            public double PrescriptionGy;
            public IntPtr PatientId, PlanLabel, PlanUid, FrameOfReferenceUid;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct NewDose
        {
            public uint StructSize;
            public int Element;
            public LatticeInfo Lattice;
            public IntPtr Values;
            public ulong ByteCount;
            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public ulong[] StrideBytes;
            public double Scale, Offset;
            public int Unit, Holds, Type, Fractions;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct Label
        {
            public IntPtr Name, InterpretedType;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct ContourSet
        {
            public uint StructSize;
            public int Number;
            public Label Label;
            public IntPtr PointsMm;
            public UIntPtr PointCount;
            public IntPtr ContourPoints;
            public UIntPtr ContourCount;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct Mask
        {
            public uint StructSize;
            public int Number;
            public Label Label;
            public LatticeInfo Lattice;
            public IntPtr Voxels;
            public ulong ByteCount;
            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public ulong[] StrideBytes;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct VoxelList
        {
            public uint StructSize;
            public int Number;
            public Label Label;
            public LatticeInfo Lattice;
            public IntPtr Indices;
            public UIntPtr IndexCount;
            public int Element, FirstIndex;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct Options
        {
            public uint StructSize;
            public int Fractions;
            public double PrescriptionGy;
            public int FractionDose, EndCaps;
            public uint Workers, Reserved;
            public IntPtr Protocols;
            public UIntPtr ProtocolCount;
            public IntPtr Map;
            public UIntPtr MapCount;
            public IntPtr Context;
            public UIntPtr ContextCount;
            public int Interpolation;
            public int DoseInterpolation;
            public IntPtr Convention, Aliases, AddCases;
            public UIntPtr AddCaseCount;
            public IntPtr DeidentifyKey;
            public UIntPtr DeidentifyKeyLength;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct HeadroomInfo
        {
            public double Up, Down;
            public int VerdictAbove, VerdictBelow;
            public double PassFrom, PassTo;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct EvaluationInfo
        {
            public uint StructSize;
            public int Verdict;
            public IntPtr VerdictReason, PatientId, PlanLabel;
            public int Fractions, Reserved;
            public double PrescriptionGy, BedGy, Eqd2Gy, AlphaBetaGy;
            public IntPtr Protocols;
            public UIntPtr RuleCount, PlanCheckCount, StructureCount, FindingCount;
            public HeadroomInfo Headroom;
            public IntPtr HeadroomText;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct RuleInfo
        {
            public uint StructSize;
            public int Verdict, Required, Borderline;
            public IntPtr Protocol, Id, LabelText, Text, Structure, Roi, Metric, Measured, Beside, Limit, Unit, Branch, Reason,
                Source, Note;
            public double Value, Low, High, Goal, Variation;
            public uint Present, Reserved;
            public HeadroomInfo Headroom;
            public IntPtr HeadroomText;
        }

        [DllImport(Module)] public static extern IntPtr dosegate_get_api(uint major);
        [DllImport(Module)] public static extern IntPtr dosegate_version();
        [DllImport(Module)] public static extern int dosegate_session_create(IntPtr host, out ulong session);
        [DllImport(Module)] public static extern int dosegate_session_destroy(ulong session);
        [DllImport(Module)] public static extern IntPtr dosegate_last_error(ulong session);
        [DllImport(Module)] public static extern int dosegate_cancel(ulong session);
        [DllImport(Module)] public static extern int dosegate_read(ulong session, IntPtr paths, UIntPtr count, int need, out UIntPtr cases);
        [DllImport(Module)] public static extern int dosegate_read_finding_count(ulong session, out UIntPtr count);
        [DllImport(Module)] public static extern int dosegate_read_finding(ulong session, UIntPtr index, ref FindingInfo finding);
        [DllImport(Module)] public static extern int dosegate_case_get(ulong session, UIntPtr index, ref CaseInfo info);
        [DllImport(Module)] public static extern int dosegate_case_begin(ulong session, ref NewCaseInfo info, out ulong builder);
        [DllImport(Module)] public static extern int dosegate_case_add_dose(ulong session, ulong builder, ref NewDose dose);
        [DllImport(Module)] public static extern int dosegate_case_add_contours(ulong session, ulong builder, ref ContourSet contours);
        [DllImport(Module)] public static extern int dosegate_case_add_mask(ulong session, ulong builder, ref Mask mask);
        [DllImport(Module)] public static extern int dosegate_case_add_voxels(ulong session, ulong builder, ref VoxelList voxels);
        [DllImport(Module)] public static extern int dosegate_case_finish(ulong session, ulong builder, out UIntPtr index);
        [DllImport(Module)] public static extern int dosegate_case_discard(ulong session, ulong builder);
        [DllImport(Module)] public static extern int dosegate_evaluate(ulong session, UIntPtr index, ref Options options, out ulong result);
        [DllImport(Module)] public static extern int dosegate_evaluation_get(ulong session, ulong result, ref EvaluationInfo info);
        [DllImport(Module)] public static extern int dosegate_evaluation_rule(ulong session, ulong result, UIntPtr index, ref RuleInfo rule);
        [DllImport(Module)] public static extern int dosegate_evaluation_finding(ulong session, ulong result, UIntPtr index, ref FindingInfo finding);
        [DllImport(Module)] public static extern int dosegate_render(ulong session, ulong result, int format, out IntPtr text, out UIntPtr length);
        [DllImport(Module)] public static extern int dosegate_result_release(ulong session, ulong result);
    }
}
