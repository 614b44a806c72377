// What a host gets is what the command writes, byte for byte, and the structs say what the JSON
// says.
#include <sys/wait.h>

#include <cstdio>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

struct Output {
  std::string text;
  int exit_code = -1;
};

// Standard output of `dosegate WORDS`.
Output run_command(const std::string& words) {
  const std::string line = "'" DOSEGATE_COMMAND "' " + words + " 2>/dev/null";
  Output output;
  std::FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    output.text.append(buffer, n);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) output.exit_code = WEXITSTATUS(status);
  return output;
}

struct Sample {
  const char* name;
  int32_t verdict;
  int exit_code;
};

// dicom_samples/README.md
const Sample kSamples[] = {{"hcc_25fx_pass", DOSEGATE_PASS, 0},
                           {"hcc_25fx_fail", DOSEGATE_FAIL, 1},
                           {"hcc_no_gtv", DOSEGATE_UNKNOWN, 2}};

TEST(Parity, EvaluationsAreTheBytesOfTheCommand) {
  for (const Sample& one : kSamples) {
    SCOPED_TRACE(one.name);
    Session session;
    session.read({sample(one.name)});
    const dosegate_result result = session.evaluate();
    EXPECT_EQ(session.verdict(result), one.verdict);
    const std::string json = session.render(result);
    const Output command = run_command("check '" + sample(one.name) + "' --json -");
    EXPECT_EQ(command.exit_code, one.exit_code);
    EXPECT_FALSE(json.empty());
    EXPECT_EQ(json, command.text);
  }
}

TEST(Parity, TablesAndCurvesAreTheBytesOfTheCommand) {
  const std::string folder = small_sample();
  Session session;
  session.read({folder});
  EXPECT_EQ(session.render(session.evaluate(), DOSEGATE_CSV),
            run_command("check '" + folder + "' --csv -").text);
  const char* const structures[] = {"Liver", "Liver + Esophagus"};
  const char* const metrics[] = {"D95%[Gy]", "V5Gy[cc]"};
  auto request = sized<dosegate_dvh_request>();
  request.structures = structures;
  request.structure_count = 2;
  request.metrics = metrics;
  request.metric_count = 2;
  const dosegate_result dvh = session.dvh(&request);
  const std::string words =
      "dvh '" + folder +
      "' --structure Liver --structure 'Liver + Esophagus' --metric 'D95%[Gy]' "
      "--metric 'V5Gy[cc]' ";
  EXPECT_EQ(session.render(dvh, DOSEGATE_JSON), run_command(words + "--json -").text);
  EXPECT_EQ(session.render(dvh, DOSEGATE_CSV), run_command(words + "--csv -").text);
  EXPECT_EQ(session.render(dvh, DOSEGATE_METRICS_CSV), run_command(words + "--metrics-csv -").text);
}

TEST(Parity, ProtocolTextsAreTheBytesOfTheCommand) {
  const Session session;
  const char* text = nullptr;
  std::size_t length = 0;
  ASSERT_EQ(dosegate_protocol_text(session, "hcc-rt-ici", &text, &length), DOSEGATE_OK);
  EXPECT_EQ(std::string(text, length), run_command("protocols show hcc-rt-ici").text);
}

TEST(Evaluation, HandsOutEveryTextOfEveryStruct) {
  Session session;
  session.read({small_sample()});
  const dosegate_result result = session.evaluate();
  auto info = sized<dosegate_evaluation_info>();
  ASSERT_EQ(dosegate_evaluation_get(session, result, &info), DOSEGATE_OK);
  for (const char* text : {info.verdict_reason, info.patient_id, info.plan_label, info.protocols}) {
    ASSERT_NE(text, nullptr);
    EXPECT_STRNE(text, "");
  }
  for (std::size_t i = 0; i < info.rule_count; ++i) {
    auto rule = sized<dosegate_rule>();
    ASSERT_EQ(dosegate_evaluation_rule(session, result, i, &rule), DOSEGATE_OK);
    for (const char* text : {rule.protocol, rule.id, rule.label, rule.text, rule.structure,
                             rule.roi, rule.metric, rule.measured, rule.beside, rule.limit,
                             rule.unit, rule.branch, rule.reason, rule.source, rule.note}) {
      ASSERT_NE(text, nullptr) << rule.id;
    }
    const bool measured = (rule.present & DOSEGATE_HAS_VALUE) != 0;
    EXPECT_TRUE(measured || rule.value == 0.0) << rule.id;
    const bool decided = rule.verdict == DOSEGATE_PASS || rule.verdict == DOSEGATE_FAIL;
    EXPECT_TRUE(decided || rule.reason[0] != '\0')
        << rule.id << " is not decided and does not say why";
  }
  for (std::size_t i = 0; i < info.plan_check_count; ++i) {
    auto check = sized<dosegate_plan_check>();
    ASSERT_EQ(dosegate_evaluation_plan_check(session, result, i, &check), DOSEGATE_OK);
    for (const char* text : {check.protocol, check.id, check.label, check.text, check.reason,
                             check.source, check.note}) {
      ASSERT_NE(text, nullptr) << check.id;
    }
  }
}

TEST(Case, SaysWhatWasRead) {
  Session session;
  session.read({small_sample()});
  auto info = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(session, 0, &info), DOSEGATE_OK);
  EXPECT_EQ(info.status, DOSEGATE_OK);
  EXPECT_STREQ(info.refusal, "");
  EXPECT_STREQ(info.patient_id, "DOSEGATE-SAMPLE-6");
  EXPECT_STREQ(info.plan_label, "HCC no GTV");
  EXPECT_EQ(info.fractions, 25);
  EXPECT_EQ(info.prescription_gy, 50.0);
  EXPECT_EQ(info.has_structures, 1);
  EXPECT_EQ(info.dose_count, 1U);
  EXPECT_EQ(info.input_count, 3U);
  auto dose = sized<dosegate_dose_info>();
  ASSERT_EQ(dosegate_case_dose(session, 0, 0, &dose), DOSEGATE_OK);
  EXPECT_STREQ(dose.type, "PHYSICAL");
  EXPECT_STREQ(dose.summation, "PLAN");
  EXPECT_GT(dose.maximum_gy, 40.0);
  auto roi = sized<dosegate_roi_info>();
  ASSERT_EQ(dosegate_case_roi(session, 0, 0, &roi), DOSEGATE_OK);
  EXPECT_STREQ(roi.name, "Body");
  EXPECT_GT(roi.contours, 10U);
  EXPECT_EQ(roi.closed_contours, roi.contours);
}

TEST(Case, ARefusedOneIsACaseThatSaysWhy) {
  Session session;
  // A structure set without its dose: nothing to evaluate, but something to look at.
  const std::string structures = small_sample() + "/RTSTRUCT.dcm";
  ASSERT_EQ(session.read({structures}), 1U);
  auto info = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(session, 0, &info), DOSEGATE_OK);
  EXPECT_EQ(info.status, 213);  // DoseMissing
  EXPECT_NE(std::string(info.refusal).find("RTSTRUCT.dcm"), std::string::npos) << info.refusal;
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_evaluate(session, 0, nullptr, &result), 213);
  EXPECT_EQ(result, 77U);
  ASSERT_EQ(session.read({structures}, DOSEGATE_READ_ANYTHING), 1U);
  ASSERT_EQ(dosegate_case_get(session, 0, &info), DOSEGATE_OK);
  EXPECT_EQ(info.status, DOSEGATE_OK);
  EXPECT_EQ(dosegate_evaluate(session, 0, nullptr, &result), 213) << session.error();
}

}  // namespace
}  // namespace dosegate::plugin_test
