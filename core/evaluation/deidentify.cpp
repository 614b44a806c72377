#include "evaluation/deidentify.h"

#include <utility>

namespace dosegate::evaluation {
namespace {

// Replaces free texts in place.
class Replacing {
 public:
  explicit Replacing(const Pseudonyms& pseudonyms) : p_(pseudonyms) {}

  void in(std::string& text) const { text = p_.text(text); }
  void in(std::vector<std::string>& texts) const {
    for (std::string& text : texts) in(text);
  }
  void in(metrics::MetricValue& value) const { in(value.reason); }
  void in(std::vector<model::InputFile>& inputs) const {
    for (model::InputFile& input : inputs) {
      input.path = p_.path(input.path);
      in(input.sop_class);
      input.sop_instance_uid = p_.uid(input.sop_instance_uid);
      input.series_uid = p_.uid(input.series_uid);
      input.study_uid = p_.uid(input.study_uid);
      input.sha256 = p_.sha256(input.sha256);
    }
  }
  void in(TpsComparisons& comparisons) const {
    for (TpsComparison& comparison : comparisons) {
      in(comparison.name);
      in(comparison.explanation);
    }
  }
  void in(RuleResult& rule) const {
    in(rule.rois);
    in(rule.reason);
    in(rule.headroom.reason);
    for (TestResult& test : rule.tests) {
      in(test.value);
      if (test.near_maximum) in(*test.near_maximum);
    }
  }
  void in(StructureResult& structure) const {
    in(structure.name);
    in(structure.interpreted_type);
    in(structure.reason);
  }
  void in(Findings& findings) const {
    for (Finding& finding : findings) finding = p_.finding(std::move(finding));
    findings.push_back({FindingCode::IdentitiesReplaced,
                        "The patient's ID and name, plan labels, UIDs, and paths and SHA-256 of "
                        "input files are pseudonyms under a "
                        "key (HMAC-SHA-256), also inside of other texts.",
                        ""});
  }

 private:
  const Pseudonyms& p_;
};

}  // namespace

Evaluation deidentified(Evaluation e, const DeidentifyKey& key, Identities also) {
  also.patient_ids.push_back(e.patient_id);
  also.patient_names.push_back(e.patient_name);
  also.labels.push_back(e.plan_label);
  also.uids.push_back(e.plan_uid);
  also.uids.push_back(e.study.uid);
  also.add(e.inputs);
  also.add(e.findings);
  const Pseudonyms pseudonyms(key, also);
  const Replacing replace(pseudonyms);
  e.patient_id = pseudonyms.patient_id(e.patient_id);
  e.patient_name = pseudonyms.patient_name(e.patient_name);
  e.plan_label = pseudonyms.label(e.plan_label);
  e.plan_uid = pseudonyms.uid(e.plan_uid);
  // Dates, times and numbers of a study lead to a patient and mean nothing without: only what tells studies apart
  // stays, and the sex.
  model::Study study;
  study.uid = pseudonyms.uid(e.study.uid);
  study.patient_sex = e.study.patient_sex;
  e.study = std::move(study);
  replace.in(e.inputs);
  for (ProtocolVerdict& protocol : e.protocols) {
    // Of a protocol's own file: somebody's folder.
    if (protocol.origin.find_first_of("/\\") != std::string::npos) {
      protocol.origin = pseudonyms.path(protocol.origin);
    }
  }
  replace.in(e.prescription_words.site);
  replace.in(e.prescription_words.method);
  replace.in(e.no_conversion);
  replace.in(e.verdict_reason);
  replace.in(e.headroom.reason);
  for (RuleResult& rule : e.rules) replace.in(rule);
  for (PlanCheckResult& check : e.plan_checks) replace.in(check.reason);
  for (StructureResult& structure : e.structures) replace.in(structure);
  for (JudgedVolume& volume : e.judged_volumes) replace.in(volume.reason);
  replace.in(e.tps_dvhs);
  replace.in(e.findings);
  return e;
}

DvhReport deidentified(DvhReport report, const DeidentifyKey& key, Identities also) {
  also.patient_ids.push_back(report.patient_id);
  also.labels.push_back(report.plan_label);
  also.uids.push_back(report.plan_uid);
  also.add(report.inputs);
  also.add(report.findings);
  const Pseudonyms pseudonyms(key, also);
  const Replacing replace(pseudonyms);
  report.patient_id = pseudonyms.patient_id(report.patient_id);
  report.plan_label = pseudonyms.label(report.plan_label);
  report.plan_uid = pseudonyms.uid(report.plan_uid);
  replace.in(report.inputs);
  for (metrics::Metric& metric : report.metrics) replace.in(metric.within);
  for (DvhResult& structure : report.structures) {
    replace.in(structure.name);
    replace.in(structure.reason);
    for (metrics::MetricValue& value : structure.metrics) replace.in(value);
  }
  replace.in(report.tps_dvhs);
  replace.in(report.findings);
  return report;
}

}  // namespace dosegate::evaluation
