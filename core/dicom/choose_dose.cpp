#include "dicom/choose_dose.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"

namespace dosegate::dicom {
namespace {

using model::DoseSummation;
using Doses = std::vector<const DoseObject*>;

std::string paths_of(const Doses& doses) {
  std::string text;
  for (const DoseObject* dose : doses) {
    text += (text.empty() ? "" : ", ") + printable(dose->source.file.path);
  }
  return text;
}

std::set<int> beams_of(const DoseObject& dose) {
  return {dose.header.beam_numbers.begin(), dose.header.beam_numbers.end()};
}

tl::unexpected<Error> several(const Doses& doses, const char* kind) {
  return fail(ErrorCode::DoseAmbiguous,
              fmt::format("{} {} doses claim to be the dose of one plan; leave only the right one.",
                          doses.size(), kind),
              paths_of(doses));
}

tl::unexpected<Error> incomplete(const Doses& doses, const std::string& why) {
  return fail(ErrorCode::DoseIncomplete,
              why + "; give the doses of all beams, or export one PLAN dose.", paths_of(doses));
}

// Every beam of the plan by exactly one dose.
Result<void> check_partition(const Doses& doses, const std::set<int>& plan_beams) {
  std::map<int, Doses> by_beam;
  for (const DoseObject* dose : doses) {
    for (const int beam : beams_of(*dose)) by_beam[beam].push_back(dose);
  }
  for (const auto& [beam, covering] : by_beam) {
    if (!plan_beams.contains(beam)) {
      return incomplete(covering,
                        fmt::format("A BEAM dose names beam {} beside others, which is no "
                                    "treatment beam of the plan",
                                    beam));
    }
    if (covering.size() > 1) {
      return fail(ErrorCode::DoseAmbiguous,
                  fmt::format("{} BEAM doses name beam {}; leave only the right one.",
                              covering.size(), beam),
                  paths_of(covering));
    }
  }
  std::vector<int> missing;
  for (const int beam : plan_beams) {
    if (!by_beam.contains(beam)) missing.push_back(beam);
  }
  if (missing.empty()) return {};
  return incomplete(
      doses, fmt::format("There is no dose for beam {} of the plan", fmt::join(missing, ", ")));
}

Result<DoseChoice> choose_beams(const Doses& doses, const model::Plan* plan, DoseChoice choice) {
  if (plan == nullptr || plan->beams.empty()) {
    return incomplete(doses, "There are BEAM doses, and no plan says which beams it has");
  }
  std::set<int> plan_beams;
  for (const model::Beam& beam : plan->beams) plan_beams.insert(beam.number);

  Doses singles;
  Doses concerned;  // all that name a beam of the plan
  for (const DoseObject* dose : doses) {
    const std::set<int> beams = beams_of(*dose);
    const bool concerns = std::any_of(beams.begin(), beams.end(),
                                      [&](int beam) { return plan_beams.contains(beam); });
    if (!concerns) {
      choice.unused.push_back({dose, "it names no treatment beam of the plan"});
      continue;
    }
    concerned.push_back(dose);
    if (beams.size() == 1) singles.push_back(dose);
  }
  if (check_partition(singles, plan_beams)) {
    for (const DoseObject* dose : concerned) {
      if (beams_of(*dose).size() > 1) {
        choice.unused.push_back({dose, "the beams it names have a dose each"});
      }
    }
    choice.used = std::move(singles);
  } else {
    if (const Result<void> whole = check_partition(concerned, plan_beams); !whole) {
      return tl::unexpected<Error>(whole.error());
    }
    choice.used = std::move(concerned);
  }
  std::sort(choice.used.begin(), choice.used.end(), [](const DoseObject* a, const DoseObject* b) {
    return *beams_of(*a).begin() < *beams_of(*b).begin();
  });
  return choice;
}

// The candidates by what they sum.
struct ByKind {
  Doses plan;
  Doses multi_plan;
  Doses fraction;
  Doses beam;
  Doses session;
  Doses other;
};

ByKind sort_by_kind(const Doses& candidates) {
  ByKind kinds;
  for (const DoseObject* dose : candidates) {
    switch (dose->header.summation) {
      case DoseSummation::Plan:
      case DoseSummation::Missing:
        // A sum over several plans, whatever it calls itself.
        (dose->header.plan_uids.size() > 1 ? kinds.multi_plan : kinds.plan).push_back(dose);
        break;
      case DoseSummation::MultiPlan:
        kinds.multi_plan.push_back(dose);
        break;
      case DoseSummation::Fraction:
        kinds.fraction.push_back(dose);
        break;
      case DoseSummation::Beam:
        kinds.beam.push_back(dose);
        break;
      case DoseSummation::BeamSession:
        kinds.session.push_back(dose);
        break;
      case DoseSummation::Other:
        kinds.other.push_back(dose);
        break;
    }
  }
  return kinds;
}

void leave_out(const Doses& doses, const std::string& reason, DoseChoice& choice) {
  for (const DoseObject* dose : doses) choice.unused.push_back({dose, reason});
}

}  // namespace

Result<DoseChoice> choose_doses(const Doses& candidates, const model::Plan* plan) {
  const ByKind kinds = sort_by_kind(candidates);
  DoseChoice choice;
  for (const DoseObject* dose : kinds.other) {
    leave_out({dose},
              fmt::format("a dose of the kind {} is not the dose of a plan",
                          printable(dose->header.summation_text)),
              choice);
  }
  if (kinds.plan.size() > 1) return several(kinds.plan, "PLAN");
  if (kinds.plan.size() == 1) {
    choice.used = kinds.plan;
    for (const Doses* rest : {&kinds.multi_plan, &kinds.fraction, &kinds.beam, &kinds.session}) {
      leave_out(*rest, "the plan has a PLAN dose", choice);
    }
    return choice;
  }
  if (kinds.fraction.size() > 1) return several(kinds.fraction, "FRACTION");
  if (kinds.fraction.size() == 1) {
    choice.used = kinds.fraction;
    for (const Doses* rest : {&kinds.multi_plan, &kinds.beam, &kinds.session}) {
      leave_out(*rest, "the plan has a FRACTION dose", choice);
    }
    return choice;
  }
  if (!kinds.beam.empty()) {
    leave_out(kinds.multi_plan, "the plan has BEAM doses", choice);
    leave_out(kinds.session, "the plan has BEAM doses", choice);
    return choose_beams(kinds.beam, plan, std::move(choice));
  }
  if (!kinds.session.empty()) {
    return incomplete(kinds.session, "There are BEAM_SESSION doses only");
  }
  if (kinds.multi_plan.size() > 1) return several(kinds.multi_plan, "MULTI_PLAN");
  if (kinds.multi_plan.size() == 1) {
    choice.used = kinds.multi_plan;
    choice.findings.push_back(
        {FindingCode::DoseMultiPlan,
         "The dose is a sum over several plans; how much of it this plan gives, "
         "and in how many fractions, is unknown.",
         printable(kinds.multi_plan[0]->source.file.path)});
  }
  return choice;
}

}  // namespace dosegate::dicom
