// A box of voxels given as a mask and as numbers, in doses of every element: one JSON a line.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Dosegate;

internal static class BoxArrays
{
    // 2 Gy a voxel along x, y, z = 5, 4, 5 voxels of 2, 3, 4 mm; the box is x 1..2, y 1..2, z 1..3.
    private static readonly int[] kSize = { 5, 4, 5 };

    private static void Main()
    {
        int[] voxels = Enumerable.Range(0, 100).ToArray();
        uint[] inside = voxels.Where(IsInside).Select(n => (uint)n).ToArray();
        byte[] mask = voxels.Select(n => (byte)(IsInside(n) ? 1 : 0)).ToArray();
        var doses = new List<Array>
        {
            voxels.Select(n => 2.0 * (n % 5)).ToArray(), voxels.Select(n => 2.0f * (n % 5)).ToArray(),
            voxels.Select(n => (ushort)(2 * (n % 5))).ToArray(), voxels.Select(n => (uint)(2 * (n % 5))).ToArray()
        };
        using (var session = new Session())
        {
            foreach (Array dose in doses)
            {
                Tell(session, dose, made => made.Mask(1, "Box", mask, On(), "ORGAN"));
                Tell(session, dose, made => made.Voxels(1, "Box", inside, On(), 0, ""));
                Tell(session, dose, made => made.Voxels(1, "Box", inside.Select(n => n + 1).ToArray(), On(), 1, ""));
            }
            try
            {
                Tell(session, voxels, made => made.Mask(1, "Box", mask, On(), ""));
            }
            catch (DosegateException problem)
            {
                Console.WriteLine("{0} {1}", problem.Status, problem.Message);
            }
        }
    }

    private static bool IsInside(int n)
    {
        int x = n % 5, y = n / 5 % 4, z = n / 20;
        return x >= 1 && x <= 2 && y >= 1 && y <= 2 && z >= 1 && z <= 3;
    }

    private static Lattice On()
    {
        return new Lattice { Size = kSize, OriginMm = new double[3], SpacingMm = new[] { 2.0, 3.0, 4.0 } };
    }

    private static void Tell(Session session, Array dose, Action<NewCase> structure)
    {
        NewCase made = session.NewCase(new CaseFacts { Fractions = 5, PlanLabel = "Schachtel \u00fc" });
        made.Dose(dose, On(), DoseUnit.CGy, DoseHolds.OneFraction, DoseType.Physical, 20, 0); // 20 / 100 * 5 = 1
        structure(made);
        Evaluation told = made.Finish().Evaluate(new CheckOptions());
        if (told.PlanLabel != "Schachtel \u00fc") throw new InvalidOperationException(told.PlanLabel);
        Console.WriteLine(Encoding.UTF8.GetString(told.Json).Replace("\n", " "));
    }
}
