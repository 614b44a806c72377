// Dosegate from C#: sessions, cases from files and from memory, evaluations. With Native.cs these two files are all
// that a host needs; C# 5, no package, .NET Framework 4 or Mono.
//
//     using (var session = new Session())
//         foreach (var plan in session.Read("plan_folder"))
//             Console.WriteLine(plan.Evaluate(new CheckOptions()).Verdict);
//
// One session is used by one thread at a time; Cancel() alone may be called from another. What a call hands out is
// copied: an Evaluation outlives its session. A Case ends with the next Read() of its session, even one that fails.
// Doses are in Gy. Research and quality assurance only: a qualified person decides.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Dosegate
{
    /// <summary>Of a rule or a plan. Unknown is never a pass; 0 is no verdict.</summary>
    public enum Verdict { Pass = 1, Variation = 2, Fail = 3, Unknown = 4, NotApplicable = 5 }

    public enum DoseUnit { Gy = 1, CGy = 2 }

    public enum DoseHolds { Course = 1, OneFraction = 2 }

    public enum DoseType { Physical = 1, Effective = 2 }

    /// <summary>A call that failed: Status is the code of the header, the message says what to do.</summary>
    public sealed class DosegateException : Exception
    {
        public DosegateException(int status, string message) : base(message) { Status = status; }

        public int Status { get; private set; }
    }

    public sealed class Finding
    {
        public string Severity, Code, Text, Where;
    }

    /// <summary>One rule and what it came to; a number that is not known is null.</summary>
    public sealed class Rule
    {
        public Verdict Verdict;
        public bool Required, Borderline;
        public string Protocol, Id, Label, Text, Structure, Roi, Metric, Measured, Limit, Unit, Reason, Source, Note;
        public double? Value, Low, High, Goal, Variation;
    }

    public sealed class Evaluation
    {
        public Verdict Verdict;
        public string Reason, PatientId, PlanLabel, Protocols, HeadroomText;
        public int Fractions; // 0 if unknown
        public double PrescriptionGy; // 0 if unknown
        public List<Rule> Rules = new List<Rule>();
        public List<Finding> Findings = new List<Finding>();
        public byte[] Json; // UTF-8: the bytes that `dosegate check --json` writes
    }

    public sealed class CheckOptions
    {
        public int Fractions; // instead of the plan's; 0 = the plan's
        public double PrescriptionGy; // instead of the plan's; 0 = the plan's
        public uint Workers; // threads at most; 0 = as many as the machine has
        public bool DoseByVoxel; // each voxel's dose throughout the voxel instead of interpolated
        public string Convention = "", Aliases = "";
        public List<string> Protocols = new List<string>(); // built-in ids or files; none = the default
        public List<string> Map = new List<string>(); // "RULE_NAME=ROI_NAME"
        public List<string> Context = new List<string>(); // "key=value"
        public byte[] DeidentifyKey; // 16 bytes or more: identities become pseudonyms; null = they stay
    }

    public sealed class CaseFacts
    {
        public int Fractions; // 0 = unknown
        public double PrescriptionGy; // 0 = unknown
        public string PatientId = "", PlanLabel = "", PlanUid = "", FrameOfReferenceUid = "";
    }

    /// <summary>Where voxels are: the centre of voxel (0, 0, 0), the distance of centres and the direction of each axis
    /// in the patient (DICOM, mm), three numbers an axis. plugin/ABI.md draws it.</summary>
    public sealed class Lattice
    {
        public int[] Size;
        public double[] OriginMm, SpacingMm;
        public double[] Direction = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };

        internal Native.LatticeInfo ToNative()
        {
            if (Size == null || Size.Length != 3 || OriginMm == null || OriginMm.Length != 3 || SpacingMm == null ||
                SpacingMm.Length != 3 || Direction == null || Direction.Length != 9)
                throw new ArgumentException("a lattice has three sizes, origins and spacings, and nine numbers of direction");
            var native = new Native.LatticeInfo();
            native.Size = new[] { (ulong)Math.Max(Size[0], 0), (ulong)Math.Max(Size[1], 0), (ulong)Math.Max(Size[2], 0) };
            native.OriginMm = OriginMm;
            native.SpacingMm = SpacingMm;
            native.Direction = Direction;
            return native;
        }
    }

    /// <summary>Memory that C reads during one call: texts, lists of texts, pinned arrays.</summary>
    internal sealed class Kept : IDisposable
    {
        private readonly List<IntPtr> allocated_ = new List<IntPtr>();
        private readonly List<GCHandle> pinned_ = new List<GCHandle>();

        public IntPtr Text(string text)
        {
            // C would take what stands before it for the whole: another name.
            if (text != null && text.IndexOf('\0') >= 0)
                throw new DosegateException(801, "A text holds a zero character: \"" + text.Replace("\0", "\\0") + "\".");
            byte[] bytes = Encoding.UTF8.GetBytes(text ?? "");
            IntPtr memory = Marshal.AllocHGlobal(bytes.Length + 1);
            allocated_.Add(memory);
            Marshal.Copy(bytes, 0, memory, bytes.Length);
            Marshal.WriteByte(memory, bytes.Length, 0);
            return memory;
        }

        /// <summary>A copy of the bytes that does not move; a null pointer for null.</summary>
        public IntPtr Bytes(byte[] bytes)
        {
            // An empty array has no address of its own, and would be taken for none at all.
            return bytes == null ? IntPtr.Zero : Pin(bytes.Length == 0 ? new byte[1] : (byte[])bytes.Clone());
        }

        public IntPtr Texts(ICollection<string> texts)
        {
            var pointers = new IntPtr[texts.Count + 1];
            int count = 0;
            foreach (string text in texts) pointers[count++] = Text(text);
            return Pin(pointers);
        }

        public IntPtr Pin(Array array)
        {
            GCHandle handle = GCHandle.Alloc(array, GCHandleType.Pinned);
            pinned_.Add(handle);
            return handle.AddrOfPinnedObject();
        }

        public void Dispose()
        {
            foreach (IntPtr memory in allocated_) Marshal.FreeHGlobal(memory);
            foreach (GCHandle handle in pinned_) handle.Free();
        }
    }

    public sealed class Session : IDisposable
    {
        private static readonly string[] kSeverities = { "info", "warning", "error" };
        private ulong session_;
        private int reads_;

        public Session()
        {
            if (Native.dosegate_get_api(Native.ApiMajor) == IntPtr.Zero)
                throw new DosegateException(0, "The module is of another version than this host; use one that fits.");
            int status = Native.dosegate_session_create(IntPtr.Zero, out session_);
            if (status != 0) throw new DosegateException(status, "The library could not be started.");
        }

        public static string Version { get { return TextOf(Native.dosegate_version()); } }

        internal ulong Handle { get { return session_; } }

        internal int Reads { get { return reads_; } }

        public void Dispose()
        {
            if (session_ != 0) Native.dosegate_session_destroy(session_);
            session_ = 0;
        }

        /// <summary>Asks the call that runs to stop; from any thread.</summary>
        public void Cancel() { Native.dosegate_cancel(session_); }

        /// <summary>Reads files and folders; replaces the cases that there are. A plan that was refused, or a file that may
        /// hold one and cannot be read, throws: a verdict on the others could be taken for all of them.</summary>
        public List<Case> Read(params string[] paths)
        {
            UIntPtr count;
            ++reads_; // before the call: one that fails leaves the session without the cases that it had
            using (var kept = new Kept())
                Check(Native.dosegate_read(session_, kept.Texts(paths), (UIntPtr)paths.Length, 0, out count));
            RefuseWhatIsNotWhole();
            var cases = new List<Case>();
            for (uint i = 0; i < (uint)count; ++i)
            {
                var info = new Native.CaseInfo();
                info.StructSize = (uint)Marshal.SizeOf(typeof(Native.CaseInfo));
                Check(Native.dosegate_case_get(session_, (UIntPtr)i, ref info));
                if (info.Status != 0) throw new DosegateException(info.Status, TextOf(info.Refusal));
                cases.Add(new Case(this, (UIntPtr)i));
            }
            return cases;
        }

        /// <summary>Begins a case from arrays; it comes after the cases that there are.</summary>
        public NewCase NewCase(CaseFacts facts) { return new NewCase(this, facts); }

        internal void Check(int status)
        {
            if (status != 0) throw new DosegateException(status, TextOf(Native.dosegate_last_error(session_)));
        }

        internal static Finding FindingOf(Native.FindingInfo info)
        {
            return new Finding
            {
                Severity = kSeverities[info.Severity], Code = TextOf(info.Code), Text = TextOf(info.Text), Where = TextOf(info.Where)
            };
        }

        internal static string TextOf(IntPtr text)
        {
            if (text == IntPtr.Zero) return "";
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) ++length;
            return Encoding.UTF8.GetString(BytesOf(text, length));
        }

        internal static byte[] BytesOf(IntPtr memory, int length)
        {
            var bytes = new byte[length];
            Marshal.Copy(memory, bytes, 0, length);
            return bytes;
        }

        private void RefuseWhatIsNotWhole()
        {
            UIntPtr count;
            Check(Native.dosegate_read_finding_count(session_, out count));
            for (uint i = 0; i < (uint)count; ++i)
            {
                var info = new Native.FindingInfo();
                info.StructSize = (uint)Marshal.SizeOf(typeof(Native.FindingInfo));
                Check(Native.dosegate_read_finding(session_, (UIntPtr)i, ref info));
                Finding finding = FindingOf(info);
                if (finding.Severity == "error") throw new DosegateException(0, finding.Where + ": " + finding.Text);
            }
        }
    }

    /// <summary>One plan with its structures and dose.</summary>
    public sealed class Case
    {
        private readonly Session session_;
        private readonly UIntPtr index_;
        private readonly int reads_;

        internal Case(Session session, UIntPtr index)
        {
            session_ = session;
            index_ = index;
            reads_ = session.Reads;
        }

        public Evaluation Evaluate(CheckOptions options)
        {
            if (reads_ != session_.Reads)
                throw new DosegateException(0, "The session has read other files since; this case is gone.");
            ulong result;
            using (var kept = new Kept())
            {
                var native = new Native.Options();
                native.StructSize = (uint)Marshal.SizeOf(typeof(Native.Options));
                native.Fractions = options.Fractions;
                native.PrescriptionGy = options.PrescriptionGy;
                native.Workers = options.Workers;
                native.DoseInterpolation = options.DoseByVoxel ? 1 : 0;
                native.Convention = kept.Text(options.Convention);
                native.Aliases = kept.Text(options.Aliases);
                native.Protocols = kept.Texts(options.Protocols);
                native.ProtocolCount = (UIntPtr)options.Protocols.Count;
                native.Map = kept.Texts(options.Map);
                native.MapCount = (UIntPtr)options.Map.Count;
                native.Context = kept.Texts(options.Context);
                native.ContextCount = (UIntPtr)options.Context.Count;
                native.DeidentifyKey = kept.Bytes(options.DeidentifyKey);
                native.DeidentifyKeyLength = (UIntPtr)(options.DeidentifyKey == null ? 0 : options.DeidentifyKey.Length);
                session_.Check(Native.dosegate_evaluate(session_.Handle, index_, ref native, out result));
            }
            try
            {
                return EvaluationOf(result);
            }
            finally
            {
                Native.dosegate_result_release(session_.Handle, result);
            }
        }

        private Evaluation EvaluationOf(ulong result)
        {
            var info = new Native.EvaluationInfo();
            info.StructSize = (uint)Marshal.SizeOf(typeof(Native.EvaluationInfo));
            session_.Check(Native.dosegate_evaluation_get(session_.Handle, result, ref info));
            var told = new Evaluation
            {
                Verdict = (Verdict)info.Verdict, Reason = Session.TextOf(info.VerdictReason),
                PatientId = Session.TextOf(info.PatientId), PlanLabel = Session.TextOf(info.PlanLabel),
                Protocols = Session.TextOf(info.Protocols), HeadroomText = Session.TextOf(info.HeadroomText),
                Fractions = info.Fractions, PrescriptionGy = info.PrescriptionGy
            };
            for (uint i = 0; i < (uint)info.RuleCount; ++i)
            {
                var rule = new Native.RuleInfo();
                rule.StructSize = (uint)Marshal.SizeOf(typeof(Native.RuleInfo));
                session_.Check(Native.dosegate_evaluation_rule(session_.Handle, result, (UIntPtr)i, ref rule));
                told.Rules.Add(RuleOf(rule));
            }
            for (uint i = 0; i < (uint)info.FindingCount; ++i)
            {
                var finding = new Native.FindingInfo();
                finding.StructSize = (uint)Marshal.SizeOf(typeof(Native.FindingInfo));
                session_.Check(Native.dosegate_evaluation_finding(session_.Handle, result, (UIntPtr)i, ref finding));
                told.Findings.Add(Session.FindingOf(finding));
            }
            IntPtr text;
            UIntPtr length;
            session_.Check(Native.dosegate_render(session_.Handle, result, Native.Json, out text, out length));
            told.Json = Session.BytesOf(text, checked((int)(ulong)length));
            return told;
        }

        private static Rule RuleOf(Native.RuleInfo rule)
        {
            return new Rule
            {
                Verdict = (Verdict)rule.Verdict, Required = rule.Required != 0, Borderline = rule.Borderline != 0,
                Protocol = Session.TextOf(rule.Protocol), Id = Session.TextOf(rule.Id), Label = Session.TextOf(rule.LabelText),
                Text = Session.TextOf(rule.Text), Structure = Session.TextOf(rule.Structure), Roi = Session.TextOf(rule.Roi),
                Metric = Session.TextOf(rule.Metric), Measured = Session.TextOf(rule.Measured), Limit = Session.TextOf(rule.Limit),
                Unit = Session.TextOf(rule.Unit), Reason = Session.TextOf(rule.Reason), Source = Session.TextOf(rule.Source),
                Note = Session.TextOf(rule.Note), Value = Present(rule, Native.HasValue, rule.Value),
                Low = Present(rule, Native.HasLow, rule.Low), High = Present(rule, Native.HasHigh, rule.High),
                Goal = Present(rule, Native.HasGoal, rule.Goal), Variation = Present(rule, Native.HasVariation, rule.Variation)
            };
        }

        private static double? Present(Native.RuleInfo rule, uint bit, double value)
        {
            return (rule.Present & bit) != 0 ? value : (double?)null;
        }
    }

    /// <summary>A case that is put together from arrays: Dose() and structures in any order, then Finish(). All that is
    /// handed over is copied before a call returns.</summary>
    public sealed class NewCase
    {
        private readonly Session session_;
        private readonly ulong builder_;

        internal NewCase(Session session, CaseFacts facts)
        {
            session_ = session;
            using (var kept = new Kept())
            {
                var native = new Native.NewCaseInfo();
                native.StructSize = (uint)Marshal.SizeOf(typeof(Native.NewCaseInfo));
                native.Fractions = facts.Fractions;
                native.PrescriptionGy = facts.PrescriptionGy;
                native.PatientId = kept.Text(facts.PatientId);
                native.PlanLabel = kept.Text(facts.PlanLabel);
                native.PlanUid = kept.Text(facts.PlanUid);
                native.FrameOfReferenceUid = kept.Text(facts.FrameOfReferenceUid);
                session_.Check(Native.dosegate_case_begin(session_.Handle, ref native, out builder_));
            }
        }

        /// <summary>The plan's dose, value * scale + offset in `unit`. `values`: float, double, ushort or uint, packed,
        /// axis 0 of the lattice fastest.</summary>
        public void Dose(Array values, Lattice lattice, DoseUnit unit, DoseHolds holds, DoseType type, double scale, double offset)
        {
            using (var kept = new Kept())
            {
                var native = new Native.NewDose();
                native.StructSize = (uint)Marshal.SizeOf(typeof(Native.NewDose));
                // Not `values is uint[]`: the runtime says yes for int[] too, and a negative one would be huge.
                Type exact = values.GetType();
                native.Element = exact == typeof(float[]) ? 1 : exact == typeof(double[]) ? 2
                    : exact == typeof(ushort[]) ? 3 : exact == typeof(uint[]) ? 4 : 0;
                native.Lattice = lattice.ToNative();
                native.Values = kept.Pin(values);
                native.ByteCount = (ulong)Buffer.ByteLength(values);
                native.StrideBytes = new ulong[3];
                native.Scale = scale;
                native.Offset = offset;
                native.Unit = (int)unit;
                native.Holds = (int)holds;
                native.Type = (int)type;
                session_.Check(Native.dosegate_case_add_dose(session_.Handle, builder_, ref native));
            }
        }

        /// <summary>A structure as closed contours, each x, y, z of its points one after the other, mm. No contour at all: it
        /// was not drawn, and rules that need it are UNKNOWN, as from files.</summary>
        public void Contours(int number, string name, IList<double[]> contours, string interpretedType)
        {
            var points = new List<double>();
            var counts = new UIntPtr[contours.Count];
            for (int i = 0; i < contours.Count; ++i)
            {
                if (contours[i].Length % 3 != 0)
                    throw new DosegateException(801, "A contour of " + name + " has " + contours[i].Length +
                                                         " coordinates, which are no whole points of x, y, z.");
                points.AddRange(contours[i]);
                counts[i] = (UIntPtr)(contours[i].Length / 3);
            }
            using (var kept = new Kept())
            {
                var native = new Native.ContourSet();
                native.StructSize = (uint)Marshal.SizeOf(typeof(Native.ContourSet));
                native.Number = number;
                native.Label = LabelOf(kept, name, interpretedType);
                native.PointsMm = kept.Pin(points.ToArray());
                native.PointCount = (UIntPtr)(points.Count / 3);
                native.ContourPoints = kept.Pin(counts);
                native.ContourCount = (UIntPtr)counts.Length;
                session_.Check(Native.dosegate_case_add_contours(session_.Handle, builder_, ref native));
            }
        }

        /// <summary>A structure as voxels, not 0 = inside; packed, axis 0 of the lattice fastest.</summary>
        public void Mask(int number, string name, byte[] voxels, Lattice lattice, string interpretedType)
        {
            using (var kept = new Kept())
            {
                var native = new Native.Mask();
                native.StructSize = (uint)Marshal.SizeOf(typeof(Native.Mask));
                native.Number = number;
                native.Label = LabelOf(kept, name, interpretedType);
                native.Lattice = lattice.ToNative();
                native.Voxels = kept.Pin(voxels);
                native.ByteCount = (ulong)voxels.Length;
                native.StrideBytes = new ulong[3];
                session_.Check(Native.dosegate_case_add_mask(session_.Handle, builder_, ref native));
            }
        }

        /// <summary>A structure as numbers of voxels, the lattice's axis 0 fastest, from `firstIndex` (0 or 1) on.</summary>
        public void Voxels(int number, string name, uint[] indices, Lattice lattice, int firstIndex, string interpretedType)
        {
            using (var kept = new Kept())
            {
                var native = new Native.VoxelList();
                native.StructSize = (uint)Marshal.SizeOf(typeof(Native.VoxelList));
                native.Number = number;
                native.Label = LabelOf(kept, name, interpretedType);
                native.Lattice = lattice.ToNative();
                native.Indices = kept.Pin(indices);
                native.IndexCount = (UIntPtr)indices.Length;
                native.Element = 4;
                native.FirstIndex = firstIndex;
                session_.Check(Native.dosegate_case_add_voxels(session_.Handle, builder_, ref native));
            }
        }

        public Case Finish()
        {
            UIntPtr index;
            session_.Check(Native.dosegate_case_finish(session_.Handle, builder_, out index));
            return new Case(session_, index);
        }

        /// <summary>Throws away what was begun.</summary>
        public void Discard() { session_.Check(Native.dosegate_case_discard(session_.Handle, builder_)); }

        private static Native.Label LabelOf(Kept kept, string name, string interpretedType)
        {
            var label = new Native.Label();
            label.Name = kept.Text(name);
            label.InterpretedType = kept.Text(interpretedType);
            return label;
        }
    }
}
