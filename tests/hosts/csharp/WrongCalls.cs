// Calls that must be refused, one line each: what was tried, then what was said. Program: WrongCalls PLAN_FOLDER.
using System;
using System.Collections.Generic;
using System.Linq;
using Dosegate;

internal static class WrongCalls
{
    private static void Main(string[] words)
    {
        using (var session = new Session())
        {
            Case early = session.Read(words[0]).Single();
            Try("read", () => session.Read("/no_such_folder"));
            // It now has the number that the first case had.
            Box(session).Finish();
            Try("early", () => Console.WriteLine(early.Evaluate(new CheckOptions()).PatientId));
            NewCase made = session.NewCase(new CaseFacts());
            double[] seven = { 1, 1, 4, 5, 1, 4, 5 };
            Try("seven", () => made.Contours(1, "Box", new List<double[]> { seven }, ""));
            Try("name", () => made.Contours(1, "Liver\0 - GTV", Triangle(), ""));
            Try("type", () => made.Contours(1, "Liver", Triangle(), "ORGAN\0"));
            Try("patient", () => session.NewCase(new CaseFacts { PatientId = "1\0" + "2" }));
        }
    }

    private static List<double[]> Triangle()
    {
        return new List<double[]> { new double[] { 1, 1, 4, 5, 1, 4, 5, 7, 4 } };
    }

    private static NewCase Box(Session session)
    {
        NewCase made = session.NewCase(new CaseFacts { PatientId = "another" });
        var lattice = new Lattice { Size = new[] { 5, 4, 5 }, OriginMm = new double[3], SpacingMm = new[] { 2.0, 3.0, 4.0 } };
        made.Dose(new double[100], lattice, DoseUnit.Gy, DoseHolds.Course, DoseType.Physical, 1, 0);
        made.Contours(1, "Box", Triangle(), "");
        return made;
    }

    private static void Try(string what, Action call)
    {
        try
        {
            call();
            Console.WriteLine(what + " no error");
        }
        catch (DosegateException problem)
        {
            Console.WriteLine("{0} {1} {2}", what, problem.Status, problem.Message);
        }
    }
}
