// The smallest complete host in C#: dosegate_check [--protocol ID_OR_FILE]... [--json] INPUT...
// Its JSON and its exit codes are those of `dosegate check`: 0 PASS, 1 FAIL, 2 UNKNOWN, 3 VARIATION, 64 wrong usage,
// 65 input that cannot be used, 70 the module is missing.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Dosegate;

internal static class DosegateCheck
{
    private const int kPass = 0, kFail = 1, kUnknown = 2, kVariation = 3, kUsage = 64, kInput = 65, kInternal = 70;

    private static int Main(string[] words)
    {
        var options = new CheckOptions();
        var inputs = new List<string>();
        bool json = false, understood = true;
        for (int i = 0; i < words.Length; ++i)
        {
            if (words[i] == "--json") json = true;
            else if (words[i] == "--protocol" && i + 1 < words.Length) options.Protocols.Add(words[++i]);
            else if (words[i].StartsWith("-", StringComparison.Ordinal)) understood = false;
            else inputs.Add(words[i]);
        }
        if (!understood || inputs.Count == 0)
            return Say(kUsage, "use it as DosegateCheck [--protocol ID_OR_FILE]... [--json] INPUT...");
        try
        {
            using (var session = new Session())
            {
                // All of them before the first word is printed: half an output is none.
                List<Evaluation> plans = session.Read(inputs.ToArray()).Select(plan => plan.Evaluate(options)).ToList();
                foreach (Evaluation plan in plans) PrintPage(plan, json ? Console.Error : Console.Out);
                if (json) PrintJson(plans);
                return ExitCodeOf(plans);
            }
        }
        catch (DosegateException problem)
        {
            // Metrics, protocols, names and options are what the user typed; the rest is what the files hold.
            bool typed = (problem.Status >= 400 && problem.Status < 600) || problem.Status == 601 || problem.Status == 801;
            return Say(problem.Status >= 900 || problem.Status == 103 ? kInternal : typed ? kUsage : kInput, problem.Message);
        }
        catch (DllNotFoundException)
        {
            return Say(kInternal, "libdosegate_plugin.so is not found; name its folder in LD_LIBRARY_PATH.");
        }
        catch (EntryPointNotFoundException)
        {
            return Say(kInternal, "the module is of another version than this host; use one that fits.");
        }
    }

    private static int Say(int exitCode, string sentence)
    {
        Console.Error.WriteLine("DosegateCheck: " + sentence);
        return exitCode;
    }

    private static string Word(Verdict verdict)
    {
        // Whatever is not known to pass does not pass.
        return verdict == Verdict.Pass ? "PASS" : verdict == Verdict.Variation ? "VARIATION" : verdict == Verdict.Fail ? "FAIL" : "UNKNOWN";
    }

    // A failure outranks what is unknown, that outranks a variation.
    private static int ExitCodeOf(List<Evaluation> plans)
    {
        if (plans.Any(plan => plan.Verdict == Verdict.Fail)) return kFail;
        if (plans.Any(plan => Word(plan.Verdict) == "UNKNOWN")) return kUnknown;
        return plans.Any(plan => plan.Verdict == Verdict.Variation) ? kVariation : kPass;
    }

    private static void PrintPage(Evaluation plan, TextWriter page)
    {
        page.WriteLine("{0}  plan {1}, patient {2}", Word(plan.Verdict), plan.PlanLabel, plan.PatientId);
        page.WriteLine("  {0}\n  Protocol {1}", plan.Reason, plan.Protocols);
        foreach (Rule rule in plan.Rules)
        {
            if (!rule.Required || rule.Verdict == Verdict.Pass || rule.Verdict == Verdict.NotApplicable) continue;
            page.WriteLine("    {0}  {1}  {2} {3}  {4}\n      {5}", Word(rule.Verdict), rule.Id, rule.Metric, rule.Measured,
                           rule.Limit, rule.Reason);
        }
        foreach (Finding finding in plan.Findings)
            if (finding.Severity != "info") page.WriteLine("    {0}: {1} [{2}]", finding.Severity, finding.Text, finding.Code);
        page.WriteLine("  For research and quality assurance; a qualified person decides.");
    }

    // One plan: its own object. Several: an array of them. Bytes, so that no encoding of the console changes them.
    private static void PrintJson(List<Evaluation> plans)
    {
        using (Stream output = Console.OpenStandardOutput())
        {
            if (plans.Count == 1)
            {
                output.Write(plans[0].Json, 0, plans[0].Json.Length);
                return;
            }
            IEnumerable<string> objects = plans.Select(plan => Encoding.UTF8.GetString(plan.Json).TrimEnd('\n'));
            byte[] bytes = Encoding.UTF8.GetBytes("[\n" + string.Join(",\n", objects) + "\n]\n");
            output.Write(bytes, 0, bytes.Length);
        }
    }
}
