// Null pointers, wrong indices and values that make no sense: a status and a sentence, nothing
// else.
#include <limits>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();

TEST(Arguments, NullPointersAreRefused) {
  Session s;
  s.read({small_sample()});
  const dosegate_result r = s.quick();
  const char* text = nullptr;
  std::size_t length = 0, count = 0;
  const char* path = "x";
  const char* hole = nullptr;
  EXPECT_EQ(dosegate_session_create(nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_count(s, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_text(s, nullptr, &text, &length), DOSEGATE_ARGUMENT_INVALID);
  size_t findings = 0;
  dosegate_protocol_finding finding{};
  finding.struct_size = sizeof finding;
  EXPECT_EQ(dosegate_protocol_lint(s, nullptr, &findings), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_lint(s, "hcc-rt-ici", nullptr), DOSEGATE_ARGUMENT_INVALID);
  ASSERT_EQ(dosegate_protocol_lint(s, "hcc-rt-ici", &findings), DOSEGATE_OK);
  ASSERT_GT(findings, 0U);
  EXPECT_EQ(dosegate_protocol_lint_get(s, 0, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_lint_get(s, findings, &finding), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_lint_get(s, 0, &finding), DOSEGATE_OK);
  EXPECT_STREQ(finding.code, "no-fractionation");
  EXPECT_GT(finding.line, 1);
  EXPECT_GT(finding.column, 1);
  // After a file that cannot be read nothing is left of the one before.
  EXPECT_NE(dosegate_protocol_lint(s, "no such file", &findings), DOSEGATE_OK);
  EXPECT_EQ(dosegate_protocol_lint_get(s, 0, &finding), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_goals_import(s, nullptr, &text, &length, &count), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_goals_import(s, "x", nullptr, &length, &count), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_goals_import(s, "x", &text, nullptr, &count), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_goals_import(s, "x", &text, &length, nullptr), DOSEGATE_ARGUMENT_INVALID);
  const char* goals = DOSEGATE_SAMPLES_DIR "/../tests/fuzz/corpus/goals/plancheck.csv";
  ASSERT_EQ(dosegate_goals_import(s, goals, &text, &length, &count), DOSEGATE_OK)
      << dosegate_last_error(s);
  EXPECT_EQ(std::string(text).size(), length);
  ASSERT_GT(count, 2U);
  dosegate_import_note note{};
  note.struct_size = sizeof note;
  EXPECT_EQ(dosegate_goals_import_note(s, 0, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_goals_import_note(s, count, &note), DOSEGATE_ARGUMENT_INVALID);
  ASSERT_EQ(dosegate_goals_import_note(s, 0, &note), DOSEGATE_OK);
  EXPECT_EQ(note.line, 0);
  EXPECT_STREQ(note.code, "assumption");
  EXPECT_NE(dosegate_goals_import(s, "no such file", &text, &length, &count), DOSEGATE_OK);
  EXPECT_EQ(dosegate_goals_import_note(s, 0, &note), DOSEGATE_ARGUMENT_INVALID);
  text = nullptr;
  EXPECT_EQ(dosegate_protocol_text(s, "hcc-rt-ici", nullptr, &length), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_text(s, "hcc-rt-ici", &text, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_read_finding_count(s, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_evaluate(s, 0, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh(s, 0, nullptr, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_render(s, r, DOSEGATE_JSON, nullptr, &length), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_render(s, r, DOSEGATE_JSON, &text, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(text, nullptr);
  // What does not reach the reading leaves the cases alone.
  EXPECT_EQ(dosegate_read(s, &path, 1, DOSEGATE_READ_COMPLETE, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_read(s, nullptr, 1, DOSEGATE_READ_COMPLETE, &count),
            DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_read(s, &hole, 1, DOSEGATE_READ_COMPLETE, &count), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_read(s, &path, 1, 2, &count), DOSEGATE_ARGUMENT_INVALID);
  auto info = sized<dosegate_case_info>();
  EXPECT_EQ(dosegate_case_get(s, 0, &info), DOSEGATE_OK);
}

TEST(Arguments, NamesOfRulesLiveUntilTheNextQuestion) {
  Session s;
  s.read({small_sample()});
  std::size_t rules = 0;
  auto names = sized<dosegate_rule_names>();
  EXPECT_EQ(dosegate_case_names_get(s, 0, &names), DOSEGATE_ARGUMENT_INVALID) << "none was asked";
  EXPECT_EQ(dosegate_case_names(s, 0, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_case_names(s, 99, nullptr, &rules), DOSEGATE_ARGUMENT_INVALID);
  ASSERT_EQ(dosegate_case_names(s, 0, nullptr, &rules), DOSEGATE_OK);
  EXPECT_GT(rules, 0U);
  ASSERT_EQ(dosegate_case_names_get(s, 0, &names), DOSEGATE_OK);
  EXPECT_STREQ(names.structure, "Liver - GTV*");
  EXPECT_STREQ(names.roi, "") << "the sample has no GTV";
  EXPECT_NE(std::string(names.how).find("GTV"), std::string::npos);
  EXPECT_EQ(dosegate_case_names_get(s, rules, &names), DOSEGATE_ARGUMENT_INVALID);

  auto options = sized<dosegate_options>();
  options.aliases = "/nonexistent/site.yaml";
  EXPECT_NE(dosegate_case_names(s, 0, &options, &rules), DOSEGATE_OK);
  EXPECT_NE(s.error().find("site.yaml"), std::string::npos) << s.error();
  EXPECT_EQ(dosegate_case_names_get(s, 0, &names), DOSEGATE_ARGUMENT_INVALID);
  dosegate_result result = 0;
  EXPECT_NE(dosegate_evaluate(s, 0, &options, &result), DOSEGATE_OK);
}

TEST(Arguments, AKeyToDeidentifyWithHasSixteenBytesOrMore) {
  Session s;
  s.read({small_sample()});
  const std::string key(16, 'k');
  auto options = sized<dosegate_options>();
  dosegate_result result = 0;
  options.deidentify_key = key.data();
  for (const std::size_t length : {0U, 1U, 15U}) {
    options.deidentify_key_length = length;
    EXPECT_EQ(dosegate_evaluate(s, 0, &options, &result), DOSEGATE_OPTION_INVALID) << length;
  }
  options.deidentify_key = nullptr;
  options.deidentify_key_length = 16;
  EXPECT_EQ(dosegate_evaluate(s, 0, &options, &result), DOSEGATE_OPTION_INVALID);
  options.deidentify_key = key.data();
  ASSERT_EQ(dosegate_evaluate(s, 0, &options, &result), DOSEGATE_OK) << s.error();
  const std::string json = s.render(result);
  EXPECT_EQ(json.find("DOSEGATE-SAMPLE"), std::string::npos);
  EXPECT_NE(json.find("identities-replaced"), std::string::npos);
}

TEST(Arguments, NothingToReadIsAnErrorOfTheInput) {
  const Session s;
  std::size_t count = 77;
  EXPECT_EQ(dosegate_read(s, nullptr, 0, DOSEGATE_READ_COMPLETE, &count), 200);
  EXPECT_EQ(count, 77U);
}

TEST(Arguments, IndicesBeyondTheEndAreRefused) {
  Session s;
  s.read({small_sample()});
  auto known = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(s, 0, &known), DOSEGATE_OK);
  std::size_t protocols = 0, findings = 0;
  ASSERT_EQ(dosegate_protocol_count(s, &protocols), DOSEGATE_OK);
  ASSERT_EQ(dosegate_read_finding_count(s, &findings), DOSEGATE_OK);
  auto protocol = sized<dosegate_protocol_info>();
  auto info = sized<dosegate_case_info>();
  auto roi = sized<dosegate_roi_info>();
  auto dose = sized<dosegate_dose_info>();
  auto input = sized<dosegate_input_info>();
  auto finding = sized<dosegate_finding>();
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_EQ(dosegate_protocol_get(s, protocols + more, &protocol), DOSEGATE_ARGUMENT_INVALID);
    EXPECT_EQ(dosegate_case_get(s, 1 + more, &info), DOSEGATE_ARGUMENT_INVALID);
    EXPECT_EQ(dosegate_case_roi(s, 0, known.roi_count + more, &roi), DOSEGATE_ARGUMENT_INVALID);
    EXPECT_EQ(dosegate_case_dose(s, 0, known.dose_count + more, &dose), DOSEGATE_ARGUMENT_INVALID);
    EXPECT_EQ(dosegate_case_input(s, 0, known.input_count + more, &input),
              DOSEGATE_ARGUMENT_INVALID);
    EXPECT_EQ(dosegate_case_finding(s, 0, known.finding_count + more, &finding),
              DOSEGATE_ARGUMENT_INVALID);
    EXPECT_EQ(dosegate_read_finding(s, findings + more, &finding), DOSEGATE_ARGUMENT_INVALID);
  }
  EXPECT_EQ(dosegate_case_roi(s, kFar, 0, &roi), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_case_roi(s, 0, kFar, &roi), DOSEGATE_ARGUMENT_INVALID);
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_evaluate(s, 1, nullptr, &result), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh(s, kFar, nullptr, nullptr, &result), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(result, 77U);
}

TEST(Arguments, IndicesBeyondTheEndOfAResultAreRefused) {
  Session s;
  s.read({small_sample()});
  const dosegate_result r = s.evaluate();
  auto info = sized<dosegate_evaluation_info>();
  ASSERT_EQ(dosegate_evaluation_get(s, r, &info), DOSEGATE_OK);
  auto rule = sized<dosegate_rule>();
  auto check = sized<dosegate_plan_check>();
  auto finding = sized<dosegate_finding>();
  EXPECT_EQ(dosegate_evaluation_rule(s, r, info.rule_count, &rule), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_evaluation_plan_check(s, r, info.plan_check_count, &check),
            DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_evaluation_finding(s, r, info.finding_count, &finding),
            DOSEGATE_ARGUMENT_INVALID);
  const dosegate_result d = s.quick();
  auto dvh = sized<dosegate_dvh_info>();
  ASSERT_EQ(dosegate_dvh_get(s, d, &dvh), DOSEGATE_OK);
  auto structure = sized<dosegate_dvh_structure>();
  auto metric = sized<dosegate_metric>();
  EXPECT_EQ(dosegate_dvh_get_structure(s, d, dvh.structure_count, &structure),
            DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh_metric(s, d, 0, dvh.metric_count, &metric), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh_metric(s, d, dvh.structure_count, 0, &metric), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh_finding(s, d, dvh.finding_count, &finding), DOSEGATE_ARGUMENT_INVALID);
}

TEST(Arguments, BeforeAReadThereIsNoCase) {
  const Session s;
  auto info = sized<dosegate_case_info>();
  dosegate_result result = 0;
  std::size_t findings = 77;
  EXPECT_EQ(dosegate_case_get(s, 0, &info), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_evaluate(s, 0, nullptr, &result), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_read_finding_count(s, &findings), DOSEGATE_OK);
  EXPECT_EQ(findings, 0U);
}

// `change` is made to the options, the evaluation must fail with `status` and a sentence.
template <class Change>
void expect_refused(Session& s, int32_t status, Change change) {
  auto options = sized<dosegate_options>();
  change(options);
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_evaluate(s, 0, &options, &result), status);
  EXPECT_EQ(result, 77U);
  EXPECT_NE(s.error().find("[" + std::to_string(status) + "]"), std::string::npos) << s.error();
}

TEST(Options, ValuesThatMakeNoSenseAreRefused) {
  Session s;
  s.read({small_sample()});
  const auto invalid = [&](auto change) { expect_refused(s, DOSEGATE_OPTION_INVALID, change); };
  invalid([](auto& o) { o.fractions = -1; });
  invalid([](auto& o) { o.prescription_gy = -1.0; });
  invalid([](auto& o) { o.prescription_gy = std::numeric_limits<double>::quiet_NaN(); });
  invalid([](auto& o) { o.prescription_gy = std::numeric_limits<double>::infinity(); });
  for (const int32_t value : {-1, 3, 99}) {
    invalid([=](auto& o) { o.fraction_dose = value; });
  }
  for (const int32_t value : {-1, 4, 99}) {
    invalid([=](auto& o) { o.end_caps = value; });
  }
  for (const int32_t value : {-1, 3, 99}) {
    invalid([=](auto& o) { o.interpolation = value; });
  }
  invalid([](auto& o) { o.convention = "as-nobody"; });
  invalid([](auto& o) { o.convention = "as-mim", o.end_caps = DOSEGATE_END_CAPS_NONE; });
  invalid(
      [](auto& o) { o.convention = "dosegate", o.interpolation = DOSEGATE_INTERPOLATION_BLEND; });
}

TEST(Options, TextsThatMakeNoSenseAreRefused) {
  Session s;
  s.read({small_sample()});
  const auto with_map = [](const char* const* text) {
    return [=](auto& o) { o.map = text, o.map_count = 1; };
  };
  const auto with_context = [](const char* const* text, std::size_t count) {
    return [=](auto& o) { o.context = text, o.context_count = count; };
  };
  for (const char* text : {"", "=", "Liver", "Liver=", "=Liver", "Liver=#x", "Nothing=Liver"}) {
    SCOPED_TRACE(text);
    expect_refused(s, DOSEGATE_OPTION_INVALID, with_map(&text));
  }
  for (const char* text : {"", "=", "site", "site=", "=liver", "sitte=liver", "ecog=two"}) {
    SCOPED_TRACE(text);
    expect_refused(s, DOSEGATE_OPTION_INVALID, with_context(&text, 1));
  }
  const char* const twice[] = {"site=liver", "site=lung"};
  expect_refused(s, DOSEGATE_OPTION_INVALID, with_context(twice, 2));
  const char* const protocol[] = {"no-such-protocol"};
  expect_refused(s, 502, [&](auto& o) { o.protocols = protocol, o.protocol_count = 1; });
  const char* const same[] = {"hcc-rt-ici", "hcc-rt-ici"};
  expect_refused(s, DOSEGATE_OPTION_INVALID,
                 [&](auto& o) { o.protocols = same, o.protocol_count = 2; });
  expect_refused(s, DOSEGATE_ARGUMENT_INVALID, [](auto& o) { o.map_count = 1; });
  const char* const hole[] = {nullptr};
  expect_refused(s, DOSEGATE_ARGUMENT_INVALID, with_map(hole));
}

TEST(Options, AMetricThatCannotBeReadIsRefusedWithItsColumn) {
  Session s;
  s.read({small_sample()});
  const char* const metrics[] = {"D95%[Gz]"};
  auto request = sized<dosegate_dvh_request>();
  request.metrics = metrics;
  request.metric_count = 1;
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_dvh(s, 0, &request, nullptr, &result), 400);
  EXPECT_NE(s.error().find("column 6"), std::string::npos)
      << s.error();  // D95%[Gz]: the G stands sixth
  EXPECT_EQ(result, 77U);
}

TEST(Options, ADvhDoesNotUseProtocolsAndContext) {
  Session s;
  s.read({small_sample()});
  const std::string expected = s.render(s.quick());
  const char* const nonsense[] = {"nonsense"};
  auto options = sized<dosegate_options>();
  options.protocols = options.context = nonsense;
  options.protocol_count = options.context_count = 1;
  EXPECT_EQ(s.render(s.quick(&options)), expected);
}

double volume_cc(Session& s, int32_t end_caps, int32_t interpolation = DOSEGATE_INTERPOLATION_SLAB,
                 const char* convention = nullptr) {
  auto options = sized<dosegate_options>();
  options.end_caps = end_caps;
  options.interpolation = interpolation;
  options.convention = convention;
  const char* const liver[] = {"Liver"};
  auto request = sized<dosegate_dvh_request>();
  request.structures = liver;
  request.structure_count = 1;
  auto structure = sized<dosegate_dvh_structure>();
  EXPECT_EQ(dosegate_dvh_get_structure(s, s.dvh(&request, &options), 0, &structure), DOSEGATE_OK);
  EXPECT_EQ(structure.present, static_cast<uint32_t>(DOSEGATE_HAS_DVH | DOSEGATE_HAS_DOSE));
  return structure.volume_cc;
}

TEST(Options, EndCapsOfTheHeaderAreThoseOfTheGeometry) {
  Session s;
  s.read({small_sample()});
  EXPECT_GT(volume_cc(s, DOSEGATE_END_CAPS_HALF), volume_cc(s, DOSEGATE_END_CAPS_NONE));
}

TEST(Options, InterpolationsOfTheHeaderAreThoseOfTheGeometry) {
  Session s;
  s.read({small_sample()});
  // Named in the result, each by its own name.
  const std::pair<int32_t, const char*> caps[] = {{DOSEGATE_END_CAPS_HALF, "half"},
                                                  {DOSEGATE_END_CAPS_NONE, "none"},
                                                  {DOSEGATE_END_CAPS_CAPPED_1_5, "capped1.5"},
                                                  {DOSEGATE_END_CAPS_ROUNDED, "rounded"}};
  for (const auto& [value, name] : caps) {
    auto options = sized<dosegate_options>();
    options.end_caps = value;
    EXPECT_NE(s.render(s.quick(&options)).find("\"end_caps\": \"" + std::string(name) + "\""),
              std::string::npos);
  }
  const std::pair<int32_t, const char*> ways[] = {{DOSEGATE_INTERPOLATION_SLAB, "slab"},
                                                  {DOSEGATE_INTERPOLATION_BLEND, "blend"},
                                                  {DOSEGATE_INTERPOLATION_CUBIC, "cubic"}};
  for (const auto& [value, name] : ways) {
    auto options = sized<dosegate_options>();
    options.interpolation = value;
    EXPECT_NE(s.render(s.quick(&options)).find("\"interpolation\": \"" + std::string(name) + "\""),
              std::string::npos);
  }
}

TEST(Options, AConventionStandsForItsEndCapsAndInterpolation) {
  Session s;
  s.read({small_sample()});
  auto options = sized<dosegate_options>();
  const std::string by_default = s.render(s.quick());
  options.convention = "dosegate";
  EXPECT_EQ(s.render(s.quick(&options)), by_default);
  options.convention = "";
  EXPECT_EQ(s.render(s.quick(&options)), by_default);
  // Planes lie 3 mm apart or less there: half of it is not above 1.5 mm.
  EXPECT_EQ(volume_cc(s, 0, 0, "as-proknow"), volume_cc(s, DOSEGATE_END_CAPS_HALF));
  options.convention = "as-proknow";
  const std::string named = s.render(s.quick(&options));
  EXPECT_NE(named.find("\"convention\": \"as-proknow\""), std::string::npos);
  EXPECT_NE(named.find("\"end_caps\": \"capped1.5\""), std::string::npos);
}

TEST(Options, FractionsAndPrescriptionReplaceThoseOfThePlan) {
  Session s;
  s.read({small_sample()});
  auto options = sized<dosegate_options>();
  options.fractions = 10;
  options.prescription_gy = 40.0;
  auto info = sized<dosegate_evaluation_info>();
  ASSERT_EQ(dosegate_evaluation_get(s, s.evaluate(&options), &info), DOSEGATE_OK);
  EXPECT_EQ(info.fractions, 10);
  EXPECT_EQ(info.prescription_gy, 40.0);
  EXPECT_DOUBLE_EQ(info.bed_gy, 56.0);                 // 40 (1 + 4/10)
  EXPECT_DOUBLE_EQ(info.eqd2_gy, 56.0 / (1.0 + 0.2));  // BED / (1 + 2/10)
}

}  // namespace
}  // namespace dosegate::plugin_test
